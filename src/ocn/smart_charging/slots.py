"""Slots of time: where they start, how long they are, how many there are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from ocn.ocpi.timestamps import read_datetime

_YEARS = range(1970, 3000)
"""So that no clock, offset or length brings a moment out of the calendar."""


@dataclass(frozen=True, slots=True)
class Slots:
    """``count`` slots of ``minutes`` from ``start``, in UTC: no slot is longer when clocks change."""

    start: datetime
    minutes: int
    count: int

    @property
    def hours(self) -> float:
        """The length of one slot."""
        return self.minutes / 60

    @property
    def end(self) -> datetime:
        """When the last slot ends."""
        return self.start + timedelta(minutes=self.minutes * self.count)

    def starts(self) -> list[datetime]:
        """Return when each slot starts."""
        return [self.start + timedelta(minutes=self.minutes * i) for i in range(self.count)]

    def position(self, moment: datetime) -> float:
        """Return how many slots after the start a moment lies; negative before it."""
        return (moment - self.start) / timedelta(minutes=self.minutes)

    def of_length(self, count: int) -> "Slots":
        """Return as many slots from the same start."""
        return Slots(self.start, self.minutes, count)


def slot_of(moment: datetime, minutes: int) -> datetime:
    """Return the start of the slot that a moment lies in, counted from midnight UTC."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // timedelta(minutes=minutes) * timedelta(minutes=minutes)


def in_utc(moment: datetime, zone: tzinfo) -> datetime:
    """Read a moment that somebody wrote: with its offset from UTC, or local to a zone.

    Raises:
        ValueError: its year cannot be meant.
    """
    if moment.year not in _YEARS:
        raise ValueError(f"{moment} is not within the years {_YEARS[0]} to {_YEARS[-1]}")
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def read_moment(value: object) -> datetime | None:
    """Read what a stranger wrote where a DateTime belongs; None if that is none, or of no year of ours."""
    found = read_datetime(value)
    return None if found is None or found.year not in _YEARS else found
