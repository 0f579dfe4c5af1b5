"""Where prices can change: the moments and amounts of energy that restrictions name."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Final, TypeVar

from ocn.tariffs.model import Period, Tariff
from ocn.tariffs.pricing.course import Course
from ocn.tariffs.pricing.windows import DAY_S, utc

Value = TypeVar("Value", int, Decimal)

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

    def count(self, days: int) -> int:
        """Return at how many places, of moments and energies, prices can change within so many days."""
        return (len(self.times) * days + len(self.durations_us) + 1) * (len(self.energies) + 1)


NO_EDGES: Final = Edges((), (), ())


def edges_of(tariff: Tariff) -> Edges:
    """Collect the edges of all elements of a tariff."""
    times: set[int | None] = set()
    durations: set[int | None] = set()
    energies: set[Decimal | None] = set()
    for element in tariff.elements:
        one = element.restrictions
        if one is not None:
            times |= {one.start_s, one.end_s and one.end_s % DAY_S}
            durations |= {one.min_duration_us, one.max_duration_us}
            energies |= {one.min_kwh, one.max_kwh}
            half_open = (one.start_s is None) is not (one.end_s is None)
            if half_open or one.days or one.start_date or one.end_date:
                times.add(0)
    return Edges(_known(times), _known(durations), _known(energies))


def moments(edges: Edges, periods: Sequence[Period], course: Course) -> list[datetime]:
    """Return the moments within a session at which a price can change, in order.

    A few too many is no harm: what changes there is looked at before a period is cut. Of a session that runs
    the start of the last period is as far as anybody knows, and a price can change right there.
    """
    start, end = span(periods)
    if start is None or end is None or not (edges.times or edges.durations_us):
        return []
    found: set[datetime] = set()
    if edges.times and course.clock is not None:
        found.update(_on_the_clock(edges.times, course.clock(start), course.clock(end)))
    for origin in {course.start, course.begins}:
        if origin is not None:
            found.update(origin + us * _MICROSECOND for us in edges.durations_us)
    last = periods[-1].start
    return sorted(moment for moment in found if start < moment < end or moment == last)


def span(periods: Sequence[Period]) -> tuple[datetime | None, datetime | None]:
    """Return the first and the last moment of some periods in order; None where it is not known."""
    if not periods or periods[0].start is None:
        return None, None
    return periods[0].start, periods[-1].end or periods[-1].start


def within(moments: Sequence[datetime], period: Period) -> Sequence[datetime]:
    """Return those of some moments, in order, that lie in a period and not at its ends."""
    if period.start is None or period.end is None:
        return ()
    return moments[bisect_right(moments, period.start) : bisect_left(moments, period.end)]


def _known(values: set[Value | None]) -> tuple[Value, ...]:
    return tuple(sorted(value for value in values if value is not None))


def _on_the_clock(times: tuple[int, ...], first: datetime, last: datetime) -> Iterable[datetime]:
    """Yield the moments at which a local clock shows one of some times, and those at which it is changed."""
    offset = first.utcoffset()
    changed = offset != last.utcoffset()
    if changed:
        yield _change(first, last)
    for days in range((last.date() - first.date()).days + 1):
        day = first.date() + timedelta(days=days)
        for second in times:
            shown = datetime.combine(day, time(second // 3600, second // 60 % 60))
            if changed or offset is None:
                yield from _instants(shown, first.tzinfo)
            else:
                yield (shown - offset).replace(tzinfo=UTC)


def _instants(shown: datetime, zone: tzinfo | None) -> Iterable[datetime]:
    """Yield when a clock shows a time: once, or not at all, or twice."""
    for fold in (0, 1):
        instant = utc(shown.replace(tzinfo=zone, fold=fold))
        if instant.astimezone(zone).replace(tzinfo=None) == shown:
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
