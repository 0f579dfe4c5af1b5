"""A course: what one session may draw, slot after slot, and for ever after the last."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

MOST_STEPS = 1000
"""More than ten days of quarter hours."""
_MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Course:
    """Steps of an outlet from ``begin`` on, one entry a slot; the last entry holds without end.

    A moment before ``begin`` counts as the first slot.

    Raises:
        ValueError: there are no steps, or more than 1,000; one is negative; ``begin`` is naive.
    """

    begin: datetime
    slot_minutes: int
    steps: tuple[int, ...]

    def __post_init__(self) -> None:
        """Check what a caller may get wrong."""
        if not 0 < len(self.steps) <= MOST_STEPS:
            raise ValueError(f"a course has 1 to {MOST_STEPS} steps, not {len(self.steps)}")
        if min(self.steps) < 0:
            raise ValueError(f"a course has a negative step: {min(self.steps)}")
        if not 0 < self.slot_minutes <= _MOST_MINUTES:
            raise ValueError(f"a slot has 1 to {_MOST_MINUTES} minutes, not {self.slot_minutes}")
        if self.begin.tzinfo is not UTC:
            if self.begin.tzinfo is None:
                raise ValueError(f"the beginning of a course has a time zone; {self.begin} has none")
            object.__setattr__(self, "begin", self.begin.astimezone(UTC))

    @property
    def length(self) -> timedelta:
        """How long one slot is."""
        return timedelta(minutes=self.slot_minutes)

    @property
    def constant_from(self) -> datetime:
        """When the last step takes hold."""
        return self.begin + (len(self.steps) - 1) * self.length

    def at(self, moment: datetime) -> int:
        """Return what may be drawn at a moment."""
        return self.steps[self._index(moment)]

    def within(self, first: datetime, last: datetime) -> tuple[int, ...]:
        """Return all that may be drawn at one time or another from a moment to another."""
        return self.steps[self._index(first) : self._index(last) + 1]

    def most_from(self, moment: datetime) -> int:
        """Return the most that may be drawn at or after a moment."""
        return max(self.steps[self._index(moment) :])

    def over(self, begin: datetime, minutes: int, count: int) -> tuple[int, ...]:
        """Return the most within each of ``count`` slots; the last of them stands for all that follows."""
        first, odd = divmod(begin - self.begin, self.length)
        if minutes == self.slot_minutes and not odd:
            return self._aligned(first, count)
        slot = timedelta(minutes=minutes)
        edges = [begin + i * slot for i in range(count)]
        within = [max(self.steps[self._index(a) : self._last(b) + 1]) for a, b in pairwise(edges)]
        return (*within, self.most_from(edges[-1]))

    def same_as(self, other: "Course", moment: datetime, tolerance: int = 0) -> bool:
        """Whether both let through the same from a moment on, give or take; nothing is like nothing alone."""
        edges = sorted({moment, *_edges(self, moment), *_edges(other, moment)})
        return all(alike(self.at(edge), other.at(edge), tolerance) for edge in edges)

    def _aligned(self, first: int, count: int) -> tuple[int, ...]:
        last = len(self.steps) - 1
        if first >= last:
            return (self.steps[last],) * count
        before = (self.steps[0],) * min(max(0, -first), count - 1)
        start = max(0, first)
        rest = count - 1 - len(before)
        row = self.steps[start : start + rest]
        tail = max(self.steps[min(start + rest, last) :])
        return (*before, *row, *(self.steps[last],) * (rest - len(row)), tail)

    def _index(self, moment: datetime) -> int:
        return min(len(self.steps) - 1, max(0, (moment - self.begin) // self.length))

    def _last(self, until: datetime) -> int:
        """The slot that is in force just before a moment."""
        return min(len(self.steps) - 1, max(0, -((self.begin - until) // self.length) - 1))


def alike(one: int, other: int, tolerance: int) -> bool:
    """Whether two numbers of steps differ by no more than that; to switch off is never a small change."""
    return abs(one - other) <= tolerance and (one == 0) == (other == 0)


def _edges(course: Course, moment: datetime) -> list[datetime]:
    """When steps begin after a moment."""
    starts = (course.begin + i * course.length for i in range(len(course.steps)))
    return [start for start in starts if start > moment]
