"""One message with a course, as it is counted until it cannot take effect any more."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.grid import Grid, highest
from ocn.smart_charging.profiles.course import Course


@dataclass(frozen=True, slots=True)
class Sent:
    """A course that was sent, the ``number``th of all; ``ticket`` tells its result."""

    number: int
    course: Course
    at: datetime
    until: datetime
    ticket: str = ""
    beside: int = 0
    """The number of the last message beside which it took effect, so that it is not known which came last."""

    def put_back(self, by: timedelta) -> "Sent":
        """Return it as a clock tells of it that was put back by so much; the course is as the CPO has it."""
        return replace(self, at=self.at - by, until=self.until - by)


def joined(one: Sent, other: Sent) -> Sent:
    """Return two messages as one that lets through whatever either does."""
    begin = max(one.course.begin, other.course.begin)
    minutes = min(one.course.slot_minutes, other.course.slot_minutes)
    grid = Grid.until(begin, minutes, (one.course, other.course))
    steps = highest([one.course.over(*grid), other.course.over(*grid)], grid)
    return Sent(
        one.number,
        Course(begin, minutes, steps),
        max(one.at, other.at),
        max(one.until, other.until),
        beside=max(one.beside, other.beside),
    )
