"""Which message should go to a session now, if any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from ocn.smart_charging.dispatch.grid import Row
from ocn.smart_charging.dispatch.room import Room
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.profiles.course import Course, alike


class Urgency(IntEnum):
    """In which order messages go."""

    OVER = 0
    """It relieves a limit that is over."""
    FIRST = 1
    """The session may draw all it can, for nothing was confirmed."""
    LOWER = 2
    RAISE = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """A course to send, or (None) that something is wanted for which there is no room yet."""

    course: Course | None
    urgency: Urgency = Urgency.RAISE


class Choosing:
    """Chooses by what is left of the limits at a moment."""

    def __init__(self, room: Room, now: datetime, settings: DispatchSettings) -> None:
        self.room = room
        self.now = now
        self._tolerance = settings.tolerance_steps
        self._overfull: Sequence[tuple[int, int]] = room.overfull()
        self._near = max(1, room.grid.columns_before(now + settings.near))

    @property
    def is_over(self) -> bool:
        """Whether some limit is."""
        return bool(self._overfull)

    def choice(self, session: str, standing: Standing, course: Course, last_resort: bool) -> Choice | None:
        """Choose; None if nothing is worth a message.

        What raises is sent when all that is near fits, so that one message does; with ``last_resort`` as much
        of it as fits. What lowers is sent at once, with what else fits.
        """
        grid = self.room.grid
        row = course.over(*grid)
        fitted = self.room.fitted(session, row, standing)
        urgency = self._urgency(session, standing, fitted)
        if not self._is_worth(standing, row, urgency):
            return None
        if fitted == row:
            return Choice(course, urgency)
        fits_soon = fitted[: self._near] == row[: self._near]
        if urgency is Urgency.RAISE and not fits_soon and not last_resort:
            return Choice(None)
        if not self._is_worth(standing, fitted, urgency):
            return Choice(None)
        return Choice(Course(grid.begin, grid.minutes, _trimmed(fitted)), urgency)

    def _urgency(self, session: str, standing: Standing, row: Row) -> Urgency:
        if self._overfull and self.room.relieves(session, row, self._overfull):
            return Urgency.OVER
        if standing.in_force is None:
            return Urgency.FIRST
        known = self.room.known(session)
        near = range(self._near)
        return Urgency.LOWER if any(row[i] < known[i] for i in near) else Urgency.RAISE

    def _is_worth(self, standing: Standing, row: Row, urgency: Urgency) -> bool:
        """Whether it changes something soon, or makes sure of what may or may not be in force.

        What relieves a limit that is over is worth a message however little and late it is.
        """
        if standing.in_force is None:
            return True
        differs = self._is_other if urgency is Urgency.OVER else self._differs
        courses = (standing.in_force.course, *(sent.course for sent in standing.unanswered))
        return any(differs(row, course) for course in courses) or self._lingers(standing)

    def _is_other(self, row: Row, course: Course) -> bool:
        return row != course.over(*self.room.grid)

    def _differs(self, row: Row, course: Course) -> bool:
        has = course.over(*self.room.grid)
        return not all(alike(row[i], has[i], self._tolerance) for i in range(self._near))

    def _lingers(self, standing: Standing) -> bool:
        """Whether what may still come keeps room from others, though by now a message would end that."""
        until = standing.lingers_until(self.room.grid)
        return until is not None and until <= self.now


def _trimmed(row: Row) -> Row:
    end = len(row)
    while end > 1 and row[end - 1] == row[end - 2]:
        end -= 1
    return row[:end]
