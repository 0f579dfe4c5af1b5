"""What is left of every limit, in every column, whatever arrives of what is under way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ocn.smart_charging.dispatch.grid import Grid, Row
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.planning.problem import Limit, Outlet
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.slots import Slots


@dataclass(frozen=True, slots=True)
class _Rows:
    """What one session may draw."""

    outlet: Outlet
    known: Row
    """By all courses that may hold."""
    most: Row
    """Really: everything, unless a course was confirmed."""
    claimed: Row
    """Once what is under way to new sessions is confirmed."""


class Room:
    """The sums over all sessions, kept as standings change."""

    def __init__(
        self,
        standings: Mapping[str, Standing],
        limits: Sequence[Limit],
        slots: Slots,
        now: datetime,
        courses: Sequence[Course] = (),
    ) -> None:
        """Add up; ``courses`` are those that may be sent, so that the grid reaches as far as they change."""
        known = [course for standing in standings.values() for course in standing.in_flight]
        known += [each.in_force.course for each in standings.values() if each.in_force is not None]
        self.grid = Grid.now(slots, now, (*known, *courses))
        self._limits = limits
        self._amounts = [self.grid.amounts(limit, slots) for limit in limits]
        self._most = [[0] * self.grid.columns for _ in limits]
        self._claimed = [[0] * self.grid.columns for _ in limits]
        self._rows: dict[str, _Rows] = {}
        for session, standing in standings.items():
            self.update(session, standing)

    def known(self, session: str) -> Row:
        """Return the most that the courses of a session let it draw, whichever of them holds."""
        return self._rows[session].known

    def update(self, session: str, standing: Standing | None) -> None:
        """Count a session as it stands now; None: it is gone."""
        self._count(self._rows.pop(session, None), -1)
        if standing is not None:
            known, most = standing.known(self.grid), standing.most(self.grid)
            rows = _Rows(standing.outlet, known, most, known if standing.is_new else most)
            self._rows[session] = rows
            self._count(rows, 1)

    def _count(self, rows: _Rows | None, sign: int) -> None:
        if rows is None:
            return
        for load in rows.outlet.loads:
            units, most, claimed = sign * load.units, self._most[load.limit], self._claimed[load.limit]
            for column, (by_most, by_claim) in enumerate(zip(rows.most, rows.claimed, strict=True)):
                most[column] += units * by_most
                claimed[column] += units * by_claim

    def fitted(self, session: str, row: Row, standing: Standing) -> Row:
        """Return so much of a course as may be sent now: whatever lowers, and raises as far as there is room.

        A session with a confirmed course may be raised only beside all that others may really draw. The first
        course of any other lowers it anyway, and has to fit beside what others have been told.
        """
        rows = self._rows[session]
        totals, own = (self._most, rows.most) if standing.in_force else (self._claimed, rows.claimed)
        return tuple(
            wish if wish <= known else max(known, self._raised(rows.outlet, column, wish, own, totals))
            for column, (wish, known) in enumerate(zip(row, rows.known, strict=True))
        )

    def _raised(
        self, outlet: Outlet, column: int, wish: int, own: Row, totals: Sequence[Sequence[int]]
    ) -> int:
        steps = wish
        for load in outlet.loads:
            if load.units > 0:
                others = totals[load.limit][column] - load.units * own[column]
                steps = min(steps, (self._amounts[load.limit][column] - others) // load.units)
        return steps if steps >= outlet.least else 0

    def overfull(self) -> list[tuple[int, int]]:
        """Return limits and columns that are over, once what is under way to new sessions is confirmed."""
        return [
            (limit, column)
            for limit, (amounts, totals) in enumerate(zip(self._amounts, self._claimed, strict=True))
            for column, (amount, total) in enumerate(zip(amounts, totals, strict=True))
            if total > amount
        ]

    def relieves(self, session: str, row: Row, overfull: Sequence[tuple[int, int]]) -> bool:
        """Whether a course lowers what a session takes of some limit that is over."""
        rows = self._rows[session]
        mine = {load.limit for load in rows.outlet.loads if load.units > 0}
        return any(limit in mine and row[column] < rows.known[column] for limit, column in overfull)
