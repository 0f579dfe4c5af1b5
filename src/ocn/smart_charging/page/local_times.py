"""Moments as people at the site read them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ocn.smart_charging.clock_times import clock, day_and_clock

_QUARTER = timedelta(minutes=15)
"""Offsets of zones are multiples of it."""
_MOST_TICKS = 12
_EVERY_H = (1, 3, 6, 12, 24)
_EDGE_PERCENT = 3.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A full local hour on the time axis; ``major`` ones are written on a narrow screen too."""

    x: float
    """Percent of the width."""
    text: str
    major: bool
    midnight: bool
    written: bool
    """False: too near to the edge for its text."""


@dataclass(frozen=True, slots=True)
class LocalTimes:
    """Writes moments in the zone of a site; in UTC, saying so, where the zone is not known."""

    zone: ZoneInfo | None

    @classmethod
    def of(cls, name: str) -> "LocalTimes":
        """Look a zone up by its name in the tz database."""
        try:
            return cls(ZoneInfo(name))
        except (KeyError, ValueError, OSError):
            return cls(None)

    def local(self, moment: datetime) -> datetime:
        """Return the local time of a moment, in UTC where that is beyond the calendar."""
        try:
            return moment.astimezone(self.zone or UTC)
        except OverflowError:
            return moment.astimezone(UTC)

    def clock(self, moment: datetime) -> str:
        """See :func:`ocn.smart_charging.clock_times.clock`."""
        return clock(self.local(moment))

    def day_and_clock(self, moment: datetime) -> str:
        """See :func:`ocn.smart_charging.clock_times.day_and_clock`."""
        return day_and_clock(self.local(moment))

    def span(self, begin: datetime, until: datetime) -> str:
        """Write ``Sat 14:30 to 16:00``, with the second day where it is another."""
        same = self.local(begin).date() == self.local(until).date()
        return f"{self.day_and_clock(begin)} to {self.clock(until) if same else self.day_and_clock(until)}"

    def full(self, moment: datetime) -> str:
        """Write ``Sat 28 Nov 2026, 14:30``."""
        local = self.local(moment)
        return f"{local:%a} {local.day} {local:%b %Y}, {self.clock(moment)}"

    def offset(self, moment: datetime) -> str:
        """Write how far the zone is from UTC at a moment: ``UTC+1``."""
        minutes = round((self.local(moment).utcoffset() or timedelta()).total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        sign = "-" if minutes < 0 else "+"
        return f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"

    def ticks(self, begin: datetime, end: datetime) -> tuple[Tick, ...]:
        """Return full local hours from one moment to a later one: every one, or every third, and so on."""
        span = end - begin
        every_h = next((each for each in _EVERY_H if span <= _MOST_TICKS * timedelta(hours=each)), None)
        if every_h is None:
            return ()
        found = []
        moment = begin.replace(minute=begin.minute // 15 * 15, second=0, microsecond=0)
        while moment <= end:
            local = self.local(moment)
            if local.minute == 0 and local.hour % every_h == 0 and moment >= begin:
                found.append(_tick(local, 100 * ((moment - begin) / span), 2 * every_h))
            moment += _QUARTER
        return tuple(found)


def _tick(local: datetime, x: float, major_h: int) -> Tick:
    midnight = local.hour == 0
    text = f"{local:%a} {local.day} {local:%b}" if midnight else f"{local:%H:%M}"
    written = _EDGE_PERCENT <= x <= 100 - _EDGE_PERCENT
    return Tick(round(x, 2), text, local.hour % major_h == 0, midnight, written)
