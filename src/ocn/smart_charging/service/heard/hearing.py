"""What the planner hears as a party: copies of sessions, preferences, tariffs, locations and CDRs.

Nothing is given back: whoever sent it has it. Only CPOs of served sites are heard, and eMSPs only about
sessions at those; of anybody else nothing is kept.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from ocn.ocpi.errors import InvalidParameters, UnknownObject
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import ActiveChargingProfile, Cdr, ChargingPreferences, Evse, Location, Session, Tariff
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery, Page
from ocn.party.receiving.routes import Interface
from ocn.party.request import Request
from ocn.smart_charging.service.heard.clocks import Clocks
from ocn.smart_charging.service.heard.copies import Copies
from ocn.smart_charging.service.heard.cpo_data import CpoData
from ocn.smart_charging.service.heard.sessions import Sessions
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.triggers import Triggers

# ruff: noqa: D102, ARG002  what each method does and takes is its name's and the Protocols' business

MODULES: Final[frozenset[Interface]] = frozenset(
    {
        (ModuleID.SESSIONS, InterfaceRole.RECEIVER),
        (ModuleID.SESSIONS, InterfaceRole.SENDER),
        (ModuleID.LOCATIONS, InterfaceRole.RECEIVER),
        (ModuleID.TARIFFS, InterfaceRole.RECEIVER),
        (ModuleID.CDRS, InterfaceRole.RECEIVER),
        (ModuleID.CHARGING_PROFILES, InterfaceRole.SENDER),
    }
)
_COPY, _COPY_RECEIVER = "ocn-copy", "ocn-copy-receiver"
"""Set by the party's node, which takes them off what a party sends by itself."""

Judged = Callable[[PartyId, Mapping[str, Any]], Awaitable[None]]
"""Takes a CDR of a CPO."""
Reported = Callable[[PartyId, str, ActiveChargingProfile], Awaitable[None]]
"""Takes what a CPO says a session is doing."""
Late = Callable[[PartyId, str, Mapping[str, Any]], Awaitable[bool]]
"""Takes a result of a CPO that nobody awaits any more; False where it is of no message."""


class Hearing:
    """The handlers of the party."""

    def __init__(
        self,
        places: Places,
        sessions: Sessions,
        data: CpoData,
        triggers: Triggers,
        copies: Copies,
        *,
        ready: Callable[[], Awaitable[None]],
        clocks: Clocks,
        judged: Judged,
        reported: Reported,
        late: Late,
    ) -> None:
        self._places = places
        self._sessions = sessions
        self._data = data
        self._triggers = triggers
        self._copies = copies
        self._ready = ready
        self._clocks = clocks
        self._judged = judged
        self._reported = reported
        self._late = late

    # ---- sessions, and what drivers want

    async def put_session(self, request: Request, owner: PartyId, session_id: str, session: Session) -> bool:
        return await self._pushed(request, owner, session_id, session)

    async def patch_session(
        self, request: Request, owner: PartyId, session_id: str, patch: JsonObject
    ) -> None:
        await self._pushed(request, owner, session_id, patch)

    async def _pushed(
        self, request: Request, owner: PartyId, session_id: str, members: Mapping[str, Any]
    ) -> bool:
        await self._serves(owner)
        now = self._clocks.now(owner)
        self._copies.came(owner, session_id, members, now)
        return await self._sessions.take(owner, session_id, members, now, _sent_to(request))

    async def list_sessions(self, request: Request, query: ListQuery) -> Page[Session]:
        """Offer none: the interface is there for the copies of preferences."""
        return Page((), 0)

    async def set_charging_preferences(
        self, request: Request, session_id: str, preferences: ChargingPreferences
    ) -> str:
        """Take the copy of what an eMSP told a CPO; told to this party directly it is nobody's business."""
        cpo = _party(request.headers.get(_COPY_RECEIVER))
        if request.headers.get(_COPY) != "request" or cpo is None:
            return "NOT_POSSIBLE"
        await self._serves(cpo)
        taken = await self._sessions.want(cpo, session_id, request.sender, preferences, self._clocks.of(cpo))
        return "ACCEPTED" if taken else "NOT_POSSIBLE"

    # ---- locations and tariffs

    async def put_location(
        self, request: Request, owner: PartyId, location_id: str, location: Location
    ) -> bool:
        await self._serves(owner)
        await self._data.take_location(owner, location_id, location)
        return False

    async def put_evse(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str, evse: Evse
    ) -> bool:
        await self._serves(owner)
        await self._data.take_location(owner, location_id, {"evses": [{**evse, "uid": evse_uid}]})
        return False

    async def put_connector(
        self,
        request: Request,
        owner: PartyId,
        location_id: str,
        evse_uid: str,
        connector_id: str,
        connector: JsonObject,
    ) -> bool:
        await self._part_changed(owner)
        return False

    async def patch_location(
        self, request: Request, owner: PartyId, location_id: str, patch: JsonObject
    ) -> None:
        await self._part_changed(owner)

    async def patch_evse(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str, patch: JsonObject
    ) -> None:
        if set(patch) - {"status", "last_updated"}:
            await self._part_changed(owner)
        else:
            await self._serves(owner)

    async def patch_connector(
        self,
        request: Request,
        owner: PartyId,
        location_id: str,
        evse_uid: str,
        connector_id: str,
        patch: JsonObject,
    ) -> None:
        await self._part_changed(owner)

    async def put_tariff(self, request: Request, owner: PartyId, tariff_id: str, tariff: Tariff) -> bool:
        await self._serves(owner)
        return await self._data.take_tariff(owner, tariff_id, tariff)

    async def delete_tariff(self, request: Request, owner: PartyId, tariff_id: str) -> bool:
        await self._serves(owner)
        await self._data.drop_tariff(owner, tariff_id)
        return True

    # ---- what came of it

    async def post_cdr(self, request: Request, cdr: Cdr) -> None:
        await self._serves(request.sender)
        await self._judged(request.sender, cdr)

    async def get_stored_cdr(self, request: Request, owner: PartyId, cdr_id: str) -> Cdr | None:
        """Know none: CDRs are looked at, not kept."""
        return None

    async def put_active_charging_profile(
        self, request: Request, session_id: str, profile: ActiveChargingProfile
    ) -> None:
        await self._serves(request.sender)
        await self._reported(request.sender, session_id, profile)

    async def late_profile_result(self, request: Request, result_id: str, result: JsonObject) -> None:
        await self._serves(request.sender)
        if not await self._late(request.sender, result_id, result):
            raise UnknownObject("no profile was sent from here that this could be the result of")

    async def _part_changed(self, owner: PartyId) -> None:
        await self._serves(owner)
        self._data.expire(owner)
        self._triggers.read(owner)

    async def _serves(self, owner: PartyId) -> None:
        await self._ready()
        if owner not in self._places.cpos:
            raise InvalidParameters(f"no site of {owner} is planned here")


def _sent_to(request: Request) -> str:
    return request.headers.get(_COPY_RECEIVER, "")


def _party(text: str | None) -> PartyId | None:
    try:
        return PartyId.parse(text) if text else None
    except ValueError:
        return None
