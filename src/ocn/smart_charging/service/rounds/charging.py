"""Charge points as the dispatcher asks them: by charging profiles, over the network, session by session."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, Final, cast

from ocn.ocpi.objects import ActiveChargingProfile, ChargingProfile
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.party.errors import PartyError, ResultOverdue
from ocn.party.json_text import JsonObject
from ocn.party.sending.client import Client
from ocn.party.sending.counterparty import Counterparty
from ocn.party.sending.results import Pending
from ocn.smart_charging.dispatch.ports import Unanswered
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.stays import Stay

_LOG = logging.getLogger("ocn.smart_charging")
_MOST_PROFILES = 500
_ACCEPTED: Final = "ACCEPTED"
_NO_PROFILE: Final[JsonObject] = {"charging_profile_period": []}
_ACTIVE_S = 30.0


class Sent:
    """One message that was answered; see :class:`ocn.smart_charging.dispatch.ports.Answered`."""

    def __init__(self, pending: Pending[Any, Any], in_force: Callable[[], Awaitable[None]]) -> None:
        self._pending = pending
        self._in_force = in_force

    @property
    def answer(self) -> str:
        """What the CPO said at once."""
        return str(word(self._pending.reply.data))

    @property
    def ticket(self) -> str:
        """The last part of our own response_url, one for each message."""
        return self._pending.response_url.rpartition("/")[2]

    async def result(self, timeout_s: float) -> str | None:
        """Wait for what the charge point said; what says nothing that can be read is none."""
        try:
            result = word(await self._pending.result(timeout_s))
        except ResultOverdue:
            return None
        if result == _ACCEPTED:
            try:
                await self._in_force()
            except Exception as error:  # noqa: BLE001  whatever a storage raises; the result counts all the same
                _LOG.warning("smart charging: a profile in force is not stored to check CDRs by: %s", error)
        return result


class PartyChargers:
    """See :class:`ocn.smart_charging.dispatch.ports.Chargers`; sessions go by their keys."""

    def __init__(self, memory: Memory, now: Callable[[PartyId], datetime]) -> None:
        self._memory = memory
        self._now = now
        self._client: Client | None = None

    def bind(self, client: Client | None) -> None:
        """Talk through a party's client, or (None) to nobody any more."""
        self._client = client

    async def set(self, session: str, profile: ChargingProfile) -> Sent:
        """See the port."""
        cpo, stay = self._to(session)
        try:
            pending = await cpo.set_charging_profile(stay.id, profile)
        except PartyError as error:
            raise _unanswered(error, stay) from error
        return _told(pending, stay, self._keeping(session, stay, cast("JsonObject", profile)))

    async def clear(self, session: str) -> Sent:
        """See the port."""
        cpo, stay = self._to(session)
        try:
            pending = await cpo.clear_charging_profile(stay.id)
        except PartyError as error:
            raise _unanswered(error, stay) from error
        return _told(pending, stay, self._keeping(session, stay, _NO_PROFILE))

    async def active(self, session: str, duration_s: int) -> ActiveChargingProfile | None:
        """See the port."""
        cpo, stay = self._to(session)
        try:
            pending = await cpo.get_active_charging_profile(stay.id, duration_s)
            result = await pending.result(_ACTIVE_S) if pending.accepted else None
        except PartyError as error:
            raise _unanswered(error, stay) from error
        return result.get("profile") if isinstance(result, dict) else None

    async def keep(self, session: str, profile: JsonObject, sent: datetime) -> None:
        """Remember that a profile came into force."""
        kept = self._memory.profiles.get(session, [])
        if not kept or kept[-1]["profile"] != profile:
            entry = {"received": format_datetime(sent), "profile": profile}
            await self._memory.keep_profiles(session, [*kept, entry][-_MOST_PROFILES:])

    def _to(self, session: str) -> tuple[Counterparty, Stay]:
        stay = self._memory.stays.get(session)
        if self._client is None or stay is None:
            raise Unanswered("nothing is sent: the planner is not running, or the session is not known")
        return self._client.to(stay.cpo), stay

    def _keeping(self, session: str, stay: Stay, profile: JsonObject) -> Callable[[], Awaitable[None]]:
        return partial(self.keep, session, profile, self._now(stay.cpo))


def _told(pending: Pending[Any, Any], stay: Stay, in_force: Callable[[], Awaitable[None]]) -> Sent:
    """Return a message that was answered: one whose answer says nothing may be in force all the same."""
    if word(pending.reply.data) is None:
        raise Unanswered(f"{stay.cpo} answered a message, and not whether it took it")
    return Sent(pending, in_force)


def word(said: object) -> str | None:
    """What an immediate or a later answer says; None where it says nothing."""
    result = said.get("result") if isinstance(said, dict) else None
    return result if isinstance(result, str) else None


def _unanswered(error: PartyError, stay: Stay) -> Unanswered:
    return Unanswered(f"{stay.cpo} did not say whether it took a message: {error.message}")
