"""Where prices can change: the moments and amounts of energy that restrictions name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Final

from ocn.tariffs.course import Course
from ocn.tariffs.model import Period, Restrictions
from ocn.tariffs.selection import Prices
from ocn.tariffs.windows import DAY_S, second_of_day, utc

MAX_DAYS: Final = 62
"""A session that is longer is not searched for changes of price."""

_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Edges:
    """Seconds of the local day, microseconds since charging began, and kWh."""

    times: tuple[int, ...]
    durations_us: tuple[int, ...]
    energies: tuple[Decimal, ...]

    @property
    def any(self) -> bool:
        """Whether a price can change within a period at all."""
        return bool(self.times or self.durations_us or self.energies)


NO_EDGES: Final = Edges((), (), ())


def edges_of(prices: Prices) -> Edges:
    """Collect the edges of all offers of a tariff."""
    restrictions = [
        offer.element.restrictions
        for by_dimension in (prices.charging, prices.reservation)
        for offers in by_dimension.values()
        for offer in offers
        if offer.element.restrictions is not None
    ]
    return Edges(
        tuple(sorted({second % DAY_S for one in restrictions for second in _times(one)})),
        tuple(sorted({us for one in restrictions for us in _durations(one)})),
        tuple(sorted({kwh for one in restrictions for kwh in _energies(one)})),
    )


def moments(edges: Edges, period: Period, course: Course) -> list[datetime]:
    """Return the moments within a period (not at its ends) at which a price can change, in order."""
    start, end = period.start, period.end
    if start is None or end is None:
        return []
    found: set[datetime] = set()
    if edges.times and course.clock is not None:
        found.update(_on_the_clock(edges.times, course.clock(start), course.clock(end)))
    origin = course.origin(period)
    if origin is not None:
        found.update(origin + us * _MICROSECOND for us in edges.durations_us)
    return sorted(moment for moment in found if start < moment < end)


def _times(restrictions: Restrictions) -> Iterable[int]:
    if restrictions.start_s is not None:
        yield restrictions.start_s
    if restrictions.end_s is not None:
        yield restrictions.end_s
    if restrictions.days or restrictions.start_date or restrictions.end_date:
        yield 0


def _durations(restrictions: Restrictions) -> list[int]:
    return [us for us in (restrictions.min_duration_us, restrictions.max_duration_us) if us is not None]


def _energies(restrictions: Restrictions) -> list[Decimal]:
    return [kwh for kwh in (restrictions.min_kwh, restrictions.max_kwh) if kwh is not None]


def _on_the_clock(times: tuple[int, ...], first: datetime, last: datetime) -> Iterable[datetime]:
    """Yield the moments at which a local clock shows one of some times, and those at which it is changed."""
    if first.utcoffset() != last.utcoffset():
        yield _change(first, last)
    elif first.date() == last.date():
        earliest, latest = second_of_day(first), second_of_day(last)
        times = tuple(second for second in times if earliest <= second <= latest)
    for days in range((last.date() - first.date()).days + 1):
        for second in times:
            yield from _instants(first.date() + timedelta(days=days), second, first.tzinfo)


def _instants(day: date, second: int, zone: tzinfo | None) -> Iterable[datetime]:
    """Yield when a clock shows a time of a day: once, or not at all, or twice."""
    shown = datetime.combine(day, time(second // 3600, second // 60 % 60), tzinfo=zone)
    for fold in (0, 1):
        instant = utc(shown.replace(fold=fold))
        if instant.astimezone(zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
            yield instant


def _change(first: datetime, last: datetime) -> datetime:
    """Find the second from which on a local clock is set as at the end."""
    before, after, zone = utc(first), utc(last), first.tzinfo
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == first.utcoffset():
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
