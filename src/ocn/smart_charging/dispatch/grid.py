"""Time as the ledger sees it: slots from now on, and one column for all that follows."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ocn.smart_charging.planning.problem import Limit
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.slots import Slots

_MOST_COLUMNS = 64

Row = tuple[int, ...]
"""One number a column."""


class Grid(NamedTuple):
    """The last column begins where no course changes any more, and lasts for ever."""

    begin: datetime
    minutes: int
    columns: int

    @classmethod
    def until(cls, begin: datetime, minutes: int, courses: Iterable[Course]) -> "Grid":
        """Return the grid in whose last column all courses are constant, if it does not get too long."""
        last = max((course.constant_from for course in courses), default=begin)
        slots = -((begin - last) // timedelta(minutes=minutes))
        return cls(begin, minutes, min(_MOST_COLUMNS, max(0, slots) + 1))

    @classmethod
    def now(cls, slots: Slots, now: datetime, courses: Iterable[Course]) -> "Grid":
        """Return the grid from the slot on in which a moment lies."""
        passed = max(0, (now - slots.start) // timedelta(minutes=slots.minutes))
        return cls.until(slots.start + passed * timedelta(minutes=slots.minutes), slots.minutes, courses)

    def start(self, column: int) -> datetime:
        """Return when a column begins."""
        return self.begin + column * timedelta(minutes=self.minutes)

    def columns_before(self, moment: datetime) -> int:
        """Count the columns that begin before a moment."""
        return min(self.columns, max(0, -((self.begin - moment) // timedelta(minutes=self.minutes))))

    def amounts(self, limit: Limit, slots: Slots) -> Row:
        """Return what a limit lets through in every column: in the last one the lowest that is known."""
        first = round((self.begin - slots.start) / timedelta(minutes=self.minutes))
        known = limit.amounts[first:] or limit.amounts[-1:] or (0,)
        row = [known[min(i, len(known) - 1)] for i in range(self.columns)]
        row[-1] = min(known[min(self.columns, len(known)) - 1 :])
        return tuple(max(0, amount) for amount in row)


def highest(rows: Sequence[Row], grid: Grid) -> Row:
    """Return the highest of every column; nothing if there are no rows."""
    if len(rows) == 1:
        return rows[0]
    return tuple(map(max, *rows)) if rows else (0,) * grid.columns
