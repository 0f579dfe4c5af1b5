"""A ready-made handler: keeps what others push in a storage."""

import asyncio
from typing import cast

from ocn.ocpi.errors import InvalidParameters, UnknownObject
from ocn.ocpi.objects import Cdr, ClientInfo, Connector, Evse, Location, Session, Tariff, Token
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery
from ocn.party.request import Request
from ocn.party.storage.port import PartyStorage
from ocn.party.storage.stored_parts import child, lift, set_child

# ruff: noqa: D102, ARG002  what each method does and takes is its name's and the Protocols' business


class StoredReceiver:
    """The receiver interfaces of locations, tariffs, sessions, CDRs, tokens and hubclientinfo.

    A PATCH replaces top-level members; ``charging_periods`` of a session are appended (mod_sessions). A
    change of an EVSE or connector lifts ``last_updated`` of what it is part of (mod_locations).
    """

    def __init__(self, storage: PartyStorage) -> None:
        self._storage = storage
        self._changing = asyncio.Lock()

    # ---- locations

    async def get_stored_location(
        self, request: Request, owner: PartyId, location_id: str
    ) -> Location | None:
        return cast("Location | None", await self._storage.get("locations", owner, location_id))

    async def get_stored_evse(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str
    ) -> Evse | None:
        location = await self._storage.get("locations", owner, location_id)
        return cast("Evse | None", child(location, "evses", "uid", evse_uid))

    async def get_stored_connector(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str, connector_id: str
    ) -> Connector | None:
        location = await self._storage.get("locations", owner, location_id)
        evse = child(location, "evses", "uid", evse_uid)
        return cast("Connector | None", child(evse, "connectors", "id", connector_id))

    async def put_location(
        self, request: Request, owner: PartyId, location_id: str, location: Location
    ) -> bool:
        return await self._storage.put("locations", owner, location_id, {**location})

    async def put_evse(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str, evse: Evse
    ) -> bool:
        async with self._changing:
            location = await self._existing("locations", owner, location_id)
            new = set_child(location, "evses", "uid", evse_uid, {**evse})
            lift(location, evse)
            await self._storage.put("locations", owner, location_id, location)
            return new

    async def put_connector(
        self,
        request: Request,
        owner: PartyId,
        location_id: str,
        evse_uid: str,
        connector_id: str,
        connector: Connector,
    ) -> bool:
        async with self._changing:
            location = await self._existing("locations", owner, location_id)
            evse = _must(child(location, "evses", "uid", evse_uid))
            new = set_child(evse, "connectors", "id", connector_id, {**connector})
            lift(evse, connector)
            lift(location, connector)
            await self._storage.put("locations", owner, location_id, location)
            return new

    async def patch_location(
        self, request: Request, owner: PartyId, location_id: str, patch: JsonObject
    ) -> None:
        async with self._changing:
            location = await self._existing("locations", owner, location_id)
            await self._storage.put("locations", owner, location_id, location | patch)

    async def patch_evse(
        self, request: Request, owner: PartyId, location_id: str, evse_uid: str, patch: JsonObject
    ) -> None:
        async with self._changing:
            location = await self._existing("locations", owner, location_id)
            _must(child(location, "evses", "uid", evse_uid)).update(patch)
            lift(location, patch)
            await self._storage.put("locations", owner, location_id, location)

    async def patch_connector(
        self,
        request: Request,
        owner: PartyId,
        location_id: str,
        evse_uid: str,
        connector_id: str,
        patch: JsonObject,
    ) -> None:
        async with self._changing:
            location = await self._existing("locations", owner, location_id)
            evse = _must(child(location, "evses", "uid", evse_uid))
            _must(child(evse, "connectors", "id", connector_id)).update(patch)
            lift(evse, patch)
            lift(location, patch)
            await self._storage.put("locations", owner, location_id, location)

    # ---- sessions

    async def get_stored_session(self, request: Request, owner: PartyId, session_id: str) -> Session | None:
        return cast("Session | None", await self._storage.get("sessions", owner, session_id))

    async def put_session(self, request: Request, owner: PartyId, session_id: str, session: Session) -> bool:
        return await self._storage.put("sessions", owner, session_id, {**session})

    async def patch_session(
        self, request: Request, owner: PartyId, session_id: str, patch: JsonObject
    ) -> None:
        async with self._changing:
            session = await self._existing("sessions", owner, session_id)
            periods = [*(session.get("charging_periods") or []), *(patch.get("charging_periods") or [])]
            merged = session | patch | ({"charging_periods": periods} if periods else {})
            await self._storage.put("sessions", owner, session_id, merged)

    # ---- CDRs, tariffs, tokens, who is there

    async def post_cdr(self, request: Request, cdr: Cdr) -> None:
        async with self._changing:
            owner = PartyId(cdr["country_code"], cdr["party_id"]) if "party_id" in cdr else request.sender
            stored = await self._storage.get("cdrs", owner, cdr["id"])
            if stored is not None and stored != cdr:
                raise InvalidParameters("another CDR is stored under this id, and CDRs never change")
            await self._storage.put("cdrs", owner, cdr["id"], {**cdr})

    async def get_stored_cdr(self, request: Request, owner: PartyId, cdr_id: str) -> Cdr | None:
        return cast("Cdr | None", await self._storage.get("cdrs", owner, cdr_id))

    async def get_stored_tariff(self, request: Request, owner: PartyId, tariff_id: str) -> Tariff | None:
        return cast("Tariff | None", await self._storage.get("tariffs", owner, tariff_id))

    async def put_tariff(self, request: Request, owner: PartyId, tariff_id: str, tariff: Tariff) -> bool:
        return await self._storage.put("tariffs", owner, tariff_id, {**tariff})

    async def patch_tariff(self, request: Request, owner: PartyId, tariff_id: str, patch: JsonObject) -> None:
        async with self._changing:
            tariff = await self._existing("tariffs", owner, tariff_id)
            await self._storage.put("tariffs", owner, tariff_id, tariff | patch)

    async def delete_tariff(self, request: Request, owner: PartyId, tariff_id: str) -> bool:
        return await self._storage.remove("tariffs", owner, tariff_id)

    async def get_stored_token(
        self, request: Request, owner: PartyId, uid: str, token_type: str
    ) -> Token | None:
        return cast("Token | None", await self._storage.get("tokens", owner, f"{uid}/{token_type}"))

    async def put_token(
        self, request: Request, owner: PartyId, uid: str, token_type: str, token: Token
    ) -> bool:
        return await self._storage.put("tokens", owner, f"{uid}/{token_type}", {**token})

    async def patch_token(
        self, request: Request, owner: PartyId, uid: str, token_type: str, patch: JsonObject
    ) -> None:
        async with self._changing:
            token = await self._existing("tokens", owner, f"{uid}/{token_type}")
            await self._storage.put("tokens", owner, f"{uid}/{token_type}", token | patch)

    async def get_stored_client_info(self, request: Request, owner: PartyId) -> ClientInfo | None:
        stored = await self._storage.page("hubclientinfo", owner, ListQuery(limit=1))
        return cast("ClientInfo", stored.items[0]) if stored.items else None

    async def put_client_info(self, request: Request, owner: PartyId, client_info: ClientInfo) -> bool:
        return await self._storage.put("hubclientinfo", owner, client_info["role"], {**client_info})

    async def _existing(self, kind: str, owner: PartyId, object_id: str) -> JsonObject:
        return _must(await self._storage.get(kind, owner, object_id))


def _must(value: JsonObject | None) -> JsonObject:
    if value is None:
        raise UnknownObject("nothing is stored under this address")
    return value
