"""How a simulated CPO answers commands and charging profiles: at once by rule, later by its charge points.

There is no ``unlock_connector``: the sockets hold no cable of their own and the EVSEs do not announce
UNLOCK_CAPABLE, so the party kit answers NOT_SUPPORTED.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from ocn.ocpi.objects import CancelReservation, ReserveNow, SetChargingProfile, StartSession, StopSession
from ocn.party.outcomes import Outcome, accepted, rejected, unknown_session
from ocn.party.request import Request
from ocn.party.sending.counterparty import Counterparty
from ocn.simulation.chargers.charging_profile import ChargingProfile
from ocn.simulation.clock import Clock
from ocn.simulation.cpo.operations import Operations, StatusChange, required_text
from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.cpo.till import Till
from ocn.simulation.errors import Refused


class SessionReports(Protocol):
    """Tells eMSPs of sessions; :class:`ocn.simulation.cpo.reports.Reports` does."""

    def begin(self, session: RunningSession, emsp: Counterparty) -> None:
        """Tell of a session from now on."""
        ...

    async def status(self, change: StatusChange | None, emsp: Counterparty) -> None:
        """Tell what an EVSE is doing."""
        ...

    def limited(self, session: RunningSession, others: Iterable[Counterparty]) -> None:
        """Tell others who limit a session what is in force since somebody changed that."""
        ...


class CpoCommands:
    """Handlers of the receiver interfaces of commands and chargingprofiles.

    Whether something is possible is known at once; that it happened is told ``reaction`` later.
    """

    def __init__(
        self,
        operations: Operations,
        reports: SessionReports,
        till: Till,
        clock: Clock,
        reaction: timedelta,
    ) -> None:
        self._operations = operations
        self._reports = reports
        self._till = till
        self._clock = clock
        self._reaction = reaction

    async def start_session(self, request: Request, command: StartSession) -> Outcome:
        """Start charging, unless it is not paid for, or the EVSE unknown, taken or kept for somebody else."""
        if why_not := await self._till.why_not(request.sender):
            return rejected(why_not)
        try:
            session = self._operations.start(request.sender, command)
        except Refused as refusal:
            return rejected(refusal.message)
        return accepted(self._begun(session, request.caller))

    async def stop_session(self, request: Request, command: StopSession) -> Outcome:
        """Stop one of the sender's sessions."""
        session_id = required_text(command.get("session_id"), "session_id")
        session = self._operations.stop(request.sender, session_id)
        return unknown_session() if session is None else accepted(self._stopped(session))

    async def reserve_now(self, request: Request, command: ReserveNow) -> Outcome:
        """Keep an EVSE for a token."""
        try:
            changes = self._operations.reserve(request.sender, command)
        except Refused as refusal:
            return rejected(refusal.message)
        return accepted(self._told(changes, request.caller))

    async def cancel_reservation(self, request: Request, command: CancelReservation) -> Outcome:
        """Give up a reservation of the sender's."""
        try:
            change = self._operations.cancel(
                request.sender, required_text(command.get("reservation_id"), "reservation_id")
            )
        except Refused as refusal:
            return rejected(refusal.message)
        return accepted(self._told([change] if change else [], request.caller))

    async def set_charging_profile(
        self, request: Request, session_id: str, profile: SetChargingProfile
    ) -> Outcome:
        """Limit a running session, for its eMSP or a planner that is hired; it is unknown to others."""
        session = self._operations.session_for(request.sender, session_id)
        if session is None:
            return unknown_session()
        limits = ChargingProfile.from_object(profile.get("charging_profile"), session.car.phases)
        return accepted(self._limited(session, limits, request))

    async def clear_charging_profile(self, request: Request, session_id: str) -> Outcome:
        """Lift the limit of a running session."""
        session = self._operations.session_for(request.sender, session_id)
        return unknown_session() if session is None else accepted(self._limited(session, None, request))

    async def get_active_charging_profile(
        self, request: Request, session_id: str, duration_s: int
    ) -> Outcome:
        """Tell what a running session may draw."""
        session = self._operations.session_for(request.sender, session_id)
        if session is None:
            return unknown_session()
        return accepted(self._active(session, timedelta(seconds=min(duration_s, 86_400))))

    async def _begun(self, session: RunningSession, emsp: Counterparty) -> str:
        await self._clock.sleep(self._reaction)
        self._reports.begin(session, emsp)
        return "ACCEPTED"

    async def _stopped(self, session: RunningSession) -> str:
        await self._clock.sleep(self._reaction)
        session.stop()
        return "ACCEPTED"

    async def _told(self, changes: list[StatusChange], emsp: Counterparty) -> str:
        await self._clock.sleep(self._reaction)
        for change in changes:
            await self._reports.status(change, emsp)
        return "ACCEPTED"

    async def _limited(
        self, session: RunningSession, limits: ChargingProfile | None, request: Request
    ) -> str:
        await self._clock.sleep(self._reaction)
        if limits is None and session.profile is None:
            return "UNKNOWN"
        session.use_profile(limits)
        session.limiters.pop(request.sender, None)
        self._reports.limited(session, tuple(session.limiters.values()))
        if limits is not None:
            session.limiters[request.sender] = request.caller
        return "ACCEPTED"

    async def _active(self, session: RunningSession, horizon: timedelta) -> Mapping[str, Any]:
        await self._clock.sleep(self._reaction)
        return {"result": "ACCEPTED", "profile": session.active_profile(horizon)}
