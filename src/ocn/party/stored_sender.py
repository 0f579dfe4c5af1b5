"""A ready-made handler: serves this party's own objects out of a storage."""

from typing import cast

from ocn.ocpi.objects import Cdr, Connector, Evse, Location, Session, Tariff, Token
from ocn.party.lists import ListQuery, Page
from ocn.party.request import Request
from ocn.party.storage import PartyStorage
from ocn.party.stored_parts import child

# ruff: noqa: D102  what each method does is its name's and the Protocols' business


class StoredSender:
    """The sender interfaces of locations, tariffs, sessions, CDRs and tokens."""

    def __init__(self, storage: PartyStorage) -> None:
        self._storage = storage

    async def list_locations(self, request: Request, query: ListQuery) -> Page[Location]:
        return cast("Page[Location]", await self._storage.page("locations", request.receiver, query))

    async def get_location(self, request: Request, location_id: str) -> Location | None:
        found = await self._storage.get("locations", request.receiver, location_id)
        return cast("Location | None", found)

    async def get_evse(self, request: Request, location_id: str, evse_uid: str) -> Evse | None:
        location = await self._storage.get("locations", request.receiver, location_id)
        return cast("Evse | None", child(location, "evses", "uid", evse_uid))

    async def get_connector(
        self, request: Request, location_id: str, evse_uid: str, connector_id: str
    ) -> Connector | None:
        location = await self._storage.get("locations", request.receiver, location_id)
        evse = child(location, "evses", "uid", evse_uid)
        return cast("Connector | None", child(evse, "connectors", "id", connector_id))

    async def list_tariffs(self, request: Request, query: ListQuery) -> Page[Tariff]:
        return cast("Page[Tariff]", await self._storage.page("tariffs", request.receiver, query))

    async def list_sessions(self, request: Request, query: ListQuery) -> Page[Session]:
        return cast("Page[Session]", await self._storage.page("sessions", request.receiver, query))

    async def list_cdrs(self, request: Request, query: ListQuery) -> Page[Cdr]:
        return cast("Page[Cdr]", await self._storage.page("cdrs", request.receiver, query))

    async def list_tokens(self, request: Request, query: ListQuery) -> Page[Token]:
        return cast("Page[Token]", await self._storage.page("tokens", request.receiver, query))
