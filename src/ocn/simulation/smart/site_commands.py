"""What a charging site does with charging profiles: obeys at once, and writes down what each change did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from ocn.party.request import Request
from ocn.simulation.chargers.charging_profile import ChargingProfile
from ocn.simulation.clock import Clock
from ocn.simulation.cpo.commands import CpoCommands
from ocn.simulation.cpo.operations import Operations
from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.cpo.till import Till
from ocn.simulation.smart.slot_reports import SlotReports

_AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Change:
    """A limit that took hold: what the car drew before and after, and whether the site was within limits."""

    session_id: str
    before_w: Decimal
    after_w: Decimal
    within: bool


class SiteCommands(CpoCommands):
    """Handlers of commands and charging profiles; ``changes`` is what profiles did, in order."""

    def __init__(
        self, operations: Operations, reports: SlotReports, clock: Clock, is_within: Callable[[], bool]
    ) -> None:
        super().__init__(operations, reports, Till(), clock, _AT_ONCE)
        self._is_within = is_within
        self.changes: list[Change] = []

    async def _limited(
        self, session: RunningSession, limits: ChargingProfile | None, request: Request
    ) -> str:
        before_w = session.power_w
        result = await super()._limited(session, limits, request)
        if result == "ACCEPTED":
            self.changes.append(Change(session.facts.id, before_w, session.power_w, self._is_within()))
        return result
