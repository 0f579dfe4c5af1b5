"""What others push to a simulated party, kept in its storage: locations, tariffs, sessions, CDRs, tokens."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from ocn.ocpi.errors import InvalidParameters, UnknownObject
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.objects import Cdr, Connector, Evse, Location, Session, Tariff, Token
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.request import Request
from ocn.party.storage import PartyStorage

T = TypeVar("T")


class Updates:
    """Tells whoever waits that something has been stored."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()

    async def tell(self) -> None:
        """Something has been stored."""
        async with self._changed:
            self._changed.notify_all()

    async def wait_for(self, look: Callable[[], Awaitable[T | None]], timeout_s: float) -> T:
        """Look after each update until there is something.

        Raises:
            TimeoutError: there was nothing in time.
        """
        async with asyncio.timeout(timeout_s), self._changed:
            while (found := await look()) is None:
                await self._changed.wait()
            return found


class Stored:
    """Objects of one module."""

    def __init__(self, storage: PartyStorage, updates: Updates) -> None:
        self._storage = storage
        self._updates = updates

    async def _get(self, kind: str, owner: PartyId, object_id: str) -> JsonObject | None:
        return await self._storage.get(kind, owner, object_id)

    async def _existing(self, kind: str, owner: PartyId, object_id: str) -> JsonObject:
        found = await self._get(kind, owner, object_id)
        if found is None:
            raise UnknownObject(f"{owner} has not pushed {kind} {object_id[:36]}")
        return found

    async def _put(self, kind: str, owner: PartyId, object_id: str, value: object) -> bool:
        new = await self._storage.put(kind, owner, object_id, cast("JsonObject", value))
        await self._updates.tell()
        return new


class StoredLocations(Stored):
    """Locations, EVSEs and connectors, pushed or pulled."""

    async def get_stored_location(self, _: Request, owner: PartyId, location_id: str) -> Location | None:
        """Return a location."""
        return cast("Location | None", await self._get(ModuleID.LOCATIONS, owner, location_id))

    async def get_stored_evse(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str
    ) -> Evse | None:
        """Return an EVSE."""
        location = await self.get_stored_location(request, owner, location_id)
        return None if location is None else _with_id(location.get("evses", []), "uid", evse_uid)

    async def get_stored_connector(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str, connector_id: str
    ) -> Connector | None:
        """Return a connector."""
        evse = await self.get_stored_evse(request, owner, location_id, evse_uid)
        return None if evse is None else _with_id(evse["connectors"], "id", connector_id)

    async def put_location(self, _: Request, owner: PartyId, location_id: str, location: Location) -> bool:
        """Store a location."""
        return await self._put(ModuleID.LOCATIONS, owner, location_id, location)

    async def put_evse(self, _: Request, owner: PartyId, location_id: str, evse_uid: str, evse: Evse) -> bool:
        """Store an EVSE of a location that is there."""
        location = await self._existing(ModuleID.LOCATIONS, owner, location_id)
        evses: list[Evse] = location.setdefault("evses", [])
        old = _with_id(evses, "uid", evse_uid)
        if old is None:
            evses.append(evse)
        else:
            evses[evses.index(old)] = evse
        _touch(location, evse["last_updated"])
        await self._put(ModuleID.LOCATIONS, owner, location_id, location)
        return old is None

    async def patch_location(self, _: Request, owner: PartyId, location_id: str, patch: JsonObject) -> None:
        """Change members of a location."""
        location = await self._existing(ModuleID.LOCATIONS, owner, location_id)
        await self._put(ModuleID.LOCATIONS, owner, location_id, location | patch)

    async def patch_evse(
        self, _: Request, owner: PartyId, location_id: str, evse_uid: str, patch: JsonObject
    ) -> None:
        """Change members of an EVSE, most often its status."""
        location = await self._existing(ModuleID.LOCATIONS, owner, location_id)
        evse: JsonObject | None = _with_id(location.get("evses", []), "uid", evse_uid)
        if evse is None:
            raise UnknownObject(f"location {location_id[:36]} has no EVSE {evse_uid[:36]}")
        evse.update(patch)
        _touch(location, patch["last_updated"])
        await self._put(ModuleID.LOCATIONS, owner, location_id, location)


class StoredTariffs(Stored):
    """Tariffs."""

    async def get_stored_tariff(self, _: Request, owner: PartyId, tariff_id: str) -> Tariff | None:
        """Return a tariff."""
        return cast("Tariff | None", await self._get(ModuleID.TARIFFS, owner, tariff_id))

    async def put_tariff(self, _: Request, owner: PartyId, tariff_id: str, tariff: Tariff) -> bool:
        """Store a tariff."""
        return await self._put(ModuleID.TARIFFS, owner, tariff_id, tariff)

    async def delete_tariff(self, _: Request, owner: PartyId, tariff_id: str) -> bool:
        """Forget a tariff."""
        return await self._storage.remove(ModuleID.TARIFFS, owner, tariff_id)


class StoredSessions(Stored):
    """Sessions of this eMSP's drivers; a finished one changes no more."""

    async def get_stored_session(self, _: Request, owner: PartyId, session_id: str) -> Session | None:
        """Return a session."""
        return cast("Session | None", await self._get(ModuleID.SESSIONS, owner, session_id))

    async def put_session(self, _: Request, owner: PartyId, session_id: str, session: Session) -> bool:
        """Store a session."""
        _refuse_if_over(await self._get(ModuleID.SESSIONS, owner, session_id), session)
        return await self._put(ModuleID.SESSIONS, owner, session_id, session)

    async def patch_session(self, _: Request, owner: PartyId, session_id: str, patch: JsonObject) -> None:
        """Change members of a session; charging periods are appended, as OCPI says."""
        session = await self._existing(ModuleID.SESSIONS, owner, session_id)
        _refuse_if_over(session, patch)
        periods = [*session.get("charging_periods", []), *patch.get("charging_periods", [])]
        changed = session | patch | ({"charging_periods": periods} if periods else {})
        await self._put(ModuleID.SESSIONS, owner, session_id, changed)


class StoredCdrs(Stored):
    """CDRs; they never change."""

    async def post_cdr(self, request: Request, cdr: Cdr) -> None:
        """Store a CDR that is new, or the same again."""
        known = await self.get_stored_cdr(request, request.sender, cdr["id"])
        if known is not None and known != cdr:
            raise InvalidParameters(f"CDR {cdr['id'][:39]} is already there and says something else")
        await self._put(ModuleID.CDRS, request.sender, cdr["id"], cdr)

    async def get_stored_cdr(self, _: Request, owner: PartyId, cdr_id: str) -> Cdr | None:
        """Return a CDR."""
        return cast("Cdr | None", await self._get(ModuleID.CDRS, owner, cdr_id))


class StoredTokens(Stored):
    """Tokens of eMSPs, by uid and type."""

    async def get_stored_token(self, _: Request, owner: PartyId, uid: str, token_type: str) -> Token | None:
        """Return a token."""
        return cast("Token | None", await self._get(ModuleID.TOKENS, owner, f"{uid}/{token_type}"))

    async def put_token(self, _: Request, owner: PartyId, uid: str, token_type: str, token: Token) -> bool:
        """Store a token."""
        return await self._put(ModuleID.TOKENS, owner, f"{uid}/{token_type}", token)

    async def patch_token(
        self, _: Request, owner: PartyId, uid: str, token_type: str, patch: JsonObject
    ) -> None:
        """Change members of a token, most often ``valid``."""
        token = await self._existing(ModuleID.TOKENS, owner, f"{uid}/{token_type}")
        await self._put(ModuleID.TOKENS, owner, f"{uid}/{token_type}", token | patch)


def _with_id(items: list[T], name: str, value: str) -> T | None:
    return next(
        (item for item in items if str(cast("JsonObject", item)[name]).upper() == value.upper()), None
    )


def _touch(location: JsonObject, last_updated: str) -> None:
    location["last_updated"] = max(str(location["last_updated"]), last_updated)


def _refuse_if_over(stored: JsonObject | None, change: object) -> None:
    if stored is not None and stored.get("status") in ("COMPLETED", "INVALID") and stored != change:
        raise InvalidParameters("the session is over and changes no more")
