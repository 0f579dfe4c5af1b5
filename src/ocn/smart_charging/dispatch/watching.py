"""What CPOs say is in force, beside what they confirmed: whether somebody else plans the same sessions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ocn.smart_charging.dispatch.grid import Grid, Row
from ocn.smart_charging.dispatch.ledger import Ledger
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.profiles.course import Course, alike
from ocn.smart_charging.profiles.ocpi import Rate
from ocn.smart_charging.profiles.reading import Frame, course_of_active
from ocn.smart_charging.slots import slot_of


@dataclass(frozen=True, slots=True)
class Conflict:
    """A CPO says that something else is in force than what it confirmed to us."""

    session: str
    ours: Course
    active: Course
    rate: Rate
    at: datetime
    """When they differ first."""
    is_lower: bool
    """Somebody else limits the session further, for of several profiles the lowest holds: a second planner,
    or the CPO itself. Otherwise ours is not in force, and it is sent again."""

    def __str__(self) -> str:
        """Say it to an operator."""
        active, ours = (
            f"{each.at(self.at) * self.rate.per_step} {self.rate.unit}" for each in (self.active, self.ours)
        )
        said = f"the CPO says {active} from {self.at:%H:%M} UTC on, where {ours} were confirmed"
        if self.is_lower:
            return f"session {self.session}: {said}; somebody else limits it: is there a second planner?"
        return f"session {self.session}: {said}; what we set is not in force, it is set again"


class Watching:
    """Compares, for as long as courses are looked ahead."""

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime], settings: DispatchSettings) -> None:
        self._ledger = ledger
        self._clock = clock
        self._settings = settings

    @property
    def seconds(self) -> int:
        """How far to ask ahead."""
        return int(self._settings.near.total_seconds())

    def observed(self, session: str, profile: object) -> Conflict | None:
        """Compare what is in force with what was confirmed, and count it if it is more.

        A course under way may be in force already, so only what lies outside of both is a conflict.
        """
        standing, now = self._ledger.standings.get(session), self._clock()
        if standing is None or standing.in_force is None:
            return None
        ours = standing.in_force.course
        minutes = ours.slot_minutes
        active = course_of_active(
            profile, Frame(slot_of(now, minutes), minutes, standing.outlet, standing.rate)
        )
        grid = Grid.until(active.begin, minutes, (active, ours, *standing.in_flight))
        near = max(1, grid.columns_before(now + self._settings.near))
        row, known = active.over(*grid)[:near], standing.known(grid)[:near]
        over = self._first_over(row, known)
        if over is not None:
            self._ledger.seen(session, active, now)
            return Conflict(session, ours, active, standing.rate, grid.start(over), is_lower=False)
        lowest = tuple(map(min, *(each.over(*grid)[:near] for each in (ours, ours, *standing.in_flight))))
        under = self._first_over(lowest, row)
        self._ledger.limited(session, None if under is None else active)
        if under is None:
            return None
        return Conflict(session, ours, active, standing.rate, grid.start(under), is_lower=True)

    def _first_over(self, row: Row, other: Row) -> int | None:
        """The first column in which one is clearly more than the other."""
        tolerance = self._settings.tolerance_steps
        pairs = enumerate(zip(row, other, strict=True))
        return next((i for i, (a, b) in pairs if a > b and not alike(a, b, tolerance)), None)
