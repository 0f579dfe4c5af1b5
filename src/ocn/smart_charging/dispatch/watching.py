"""What CPOs say is in force, beside what they confirmed: whether somebody else plans the same sessions."""

from collections.abc import Callable
from datetime import datetime

from ocn.smart_charging.dispatch.grid import Grid, Row
from ocn.smart_charging.dispatch.ledger import Ledger
from ocn.smart_charging.dispatch.report import Conflict
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.profiles.course import alike
from ocn.smart_charging.profiles.reading import Frame, course_of_active
from ocn.smart_charging.slots import slot_of


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
        lowest = list(map(min, *(each.over(*grid)[:near] for each in (ours, *standing.in_flight, ours))))
        if self._is_over(row, known):
            self._ledger.seen(session, active, now)
            return Conflict(session, ours, active, is_lower=False)
        is_lower = self._is_over(tuple(lowest), row)
        self._ledger.limited(session, active if is_lower else None)
        return Conflict(session, ours, active, is_lower=True) if is_lower else None

    def _is_over(self, row: Row, other: Row) -> bool:
        tolerance = self._settings.tolerance_steps
        return any(a > b and not alike(a, b, tolerance) for a, b in zip(row, other, strict=True))
