"""Holding, resuming and stopping sessions by the OCPI commands that a CPO's back end serves anyway.

The back end's own handlers are called in its own process, as if the payer had sent SetChargingProfile,
ClearChargingProfile or STOP_SESSION. Nothing travels: no node has a part in what a CPO tells its chargers.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol
from uuid import uuid4

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import SetChargingProfile, StopSession
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject, encode_json
from ocn.party.outcomes import Outcome
from ocn.party.request import Request
from ocn.party.sending.client import Client
from ocn.settlement.errors import SettlementError

NO_POWER: Final[Mapping[str, Any]] = {
    "charging_rate_unit": "W",
    "charging_profile_period": [{"start_period": 0, "limit": 0}],
}
_RESPONSE_URL: Final = "urn:ocn:settlement"
"""Nobody posts there: the result is awaited here."""


class StopsSessions(Protocol):
    """What is needed of a handler of commands."""

    async def stop_session(self, request: Request, command: StopSession) -> Outcome:
        """See :class:`ocn.party.handlers.CommandsReceiver`."""
        ...


class LimitsSessions(Protocol):
    """What is needed of a handler of charging profiles."""

    async def set_charging_profile(
        self, request: Request, session_id: str, profile: SetChargingProfile
    ) -> Outcome:
        """See :class:`ocn.party.handlers.ChargingProfilesReceiver`."""
        ...

    async def clear_charging_profile(self, request: Request, session_id: str) -> Outcome:
        """See :class:`ocn.party.handlers.ChargingProfilesReceiver`."""
        ...


class ChargerRefused(SettlementError):
    """The back end did not do what settlement asked of it."""


class OwnCommands:
    """:class:`ocn.settlement.ports.Chargers` over a back end's own handlers.

    Args:
        own: the CPO.
        commands: handles ``stop_session``.
        profiles: handles ``set_charging_profile`` and ``clear_charging_profile``; without it, a session that
            should be held is stopped.
        client: the party's client, as ``lambda: party.client``: the party is made after this.
    """

    def __init__(
        self,
        own: PartyId,
        commands: StopsSessions,
        profiles: LimitsSessions | None,
        client: Callable[[], Client],
    ) -> None:
        self._own = own
        self._commands = commands
        self._profiles = profiles
        self._client = client

    async def hold(self, session_id: str, payer: PartyId, why: str) -> None:
        """See the port."""
        if self._profiles is None:
            await self.stop(session_id, payer, why)
            return
        body: Any = {"response_url": _RESPONSE_URL, "charging_profile": dict(NO_POWER)}
        request = self._request("PUT", ModuleID.CHARGING_PROFILES, (session_id,), body, payer)
        await _done(await self._profiles.set_charging_profile(request, session_id, body), session_id)

    async def resume(self, session_id: str, payer: PartyId, why: str) -> None:  # noqa: ARG002  the port's
        """See the port."""
        if self._profiles is None:
            return
        request = self._request("DELETE", ModuleID.CHARGING_PROFILES, (session_id,), None, payer)
        await _done(await self._profiles.clear_charging_profile(request, session_id), session_id)

    async def stop(self, session_id: str, payer: PartyId, why: str) -> None:  # noqa: ARG002  the port's
        """See the port."""
        command: Any = {"response_url": _RESPONSE_URL, "session_id": session_id}
        request = self._request("POST", ModuleID.COMMANDS, ("STOP_SESSION",), command, payer)
        await _done(await self._commands.stop_session(request, command), session_id)

    def _request(
        self, method: str, module: ModuleID, path: tuple[str, ...], body: JsonObject | None, payer: PartyId
    ) -> Request:
        correlation_id = str(uuid4())
        client = self._client()
        return Request(
            method=method,
            endpoint=client.own_endpoint(module, InterfaceRole.RECEIVER),
            module=module,
            interface_role=InterfaceRole.RECEIVER,
            path=path,
            query={} if body is not None else {"response_url": _RESPONSE_URL},
            headers={},
            body=encode_json(body) if body is not None else b"",
            request_id=str(uuid4()),
            correlation_id=correlation_id,
            sender=payer,
            receiver=self._own,
            from_hub=False,
            caller=client.to(payer, as_party=self._own, correlation_id=correlation_id),
        )


async def _done(outcome: Outcome, session_id: str) -> None:
    """Wait for the result of a command.

    Raises:
        ChargerRefused: it is another than ACCEPTED. A session that is not known any more needs nothing.
    """
    result: object = outcome.result
    if result == "ACCEPTED" and outcome.later is not None:
        later = await outcome.later
        result = later if isinstance(later, str) else later.get("result")
    if result not in ("ACCEPTED", "UNKNOWN_SESSION", "UNKNOWN"):
        raise ChargerRefused(f"session {session_id}: the back end answered {result}")
