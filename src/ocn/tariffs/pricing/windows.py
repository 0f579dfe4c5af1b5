"""Local time: by which clock restrictions are read, and what lies in a window of times, days and dates.

All arithmetic is done in UTC and only the result is shown on the local clock. So an hour that the clock
skips never comes, and one that it shows twice is in its window twice: a tariff cannot tell the two apart.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, TypeAlias

from ocn.tariffs.model import Zone
from ocn.tariffs.policy import Clock

LocalClock: TypeAlias = Callable[[datetime], datetime]

DAY_S: Final = 86_400


def clock_for(zone: Zone | None, clock: Clock) -> LocalClock | None:
    """Return the clock on which restrictions are read; None where nobody says what the local time is."""
    if clock is Clock.UTC:
        return lambda moment: moment
    if zone is None:
        return None
    info = zone.info
    if clock is Clock.LOCAL:
        return lambda moment: moment.astimezone(info)
    return lambda moment: _standard(moment.astimezone(info))


def _standard(local: datetime) -> datetime:
    offset = (local.utcoffset() or timedelta(0)) - (local.dst() or timedelta(0))
    return local.astimezone(timezone(offset))


def second_of_day(local: datetime) -> int:
    """Return how many seconds of its day a local clock has shown, 0 to 86,399; fractions are cut."""
    return local.hour * 3600 + local.minute * 60 + local.second


def in_times(second: int, start_s: int | None, end_s: int | None) -> bool:
    """Whether a second of the day is in a window: start inclusive, end exclusive, either may be open.

    A window whose end is before its start goes through midnight; one that ends where it starts is the
    whole day.
    """
    if start_s is None:
        return end_s is None or second < end_s
    if end_s is None:
        return second >= start_s
    if start_s < end_s:
        return start_s <= second < end_s
    return start_s == end_s or second >= start_s or second < end_s


def in_dates(day: date, start: date | None, end: date | None) -> bool:
    """Whether a local day is in a range of days: start inclusive, end exclusive, either may be open."""
    return (start is None or start <= day) and (end is None or day < end)


def utc(moment: datetime) -> datetime:
    """Show a moment in UTC, for arithmetic."""
    return moment.astimezone(UTC)
