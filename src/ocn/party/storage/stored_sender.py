"""A ready-made handler: serves this party's own objects out of a storage."""

from collections.abc import Collection
from dataclasses import replace
from typing import cast

from ocn.ocpi.objects import Cdr, Connector, Evse, Location, Session, Tariff, Token
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.token_issuer import issuer_key
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery, Page
from ocn.party.request import Request
from ocn.party.storage.port import PartyStorage
from ocn.party.storage.stored_parts import child

# ruff: noqa: D102  what each method does is its name's and the Protocols' business

_BATCH = 500


class StoredSender:
    """The sender interfaces of locations, tariffs, sessions, CDRs and tokens.

    Locations, tariffs and tokens are given to whoever asks; sessions and CDRs to the eMSP whose driver they
    are of. ``readers`` get those of all: services that this party has hired.
    """

    def __init__(self, storage: PartyStorage, *, readers: Collection[PartyId] = ()) -> None:
        self._storage = storage
        self._readers = frozenset(readers)

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
        return cast("Page[Session]", await self._of_drivers("sessions", request, query))

    async def list_cdrs(self, request: Request, query: ListQuery) -> Page[Cdr]:
        return cast("Page[Cdr]", await self._of_drivers("cdrs", request, query))

    async def list_tokens(self, request: Request, query: ListQuery) -> Page[Token]:
        return cast("Page[Token]", await self._storage.page("tokens", request.receiver, query))

    async def _of_drivers(self, kind: str, request: Request, query: ListQuery) -> Page[JsonObject]:
        """Page through what the asking eMSP's drivers have charged; a storage does not look into objects.

        A peer of 2.1.1 stands in for everyone behind it, and shows each what is theirs.
        """
        if request.from_hub or request.sender in self._readers:
            return await self._storage.page(kind, request.receiver, query)
        found: list[JsonObject] = []
        matching = offset = 0
        while True:
            batch = replace(query, offset=offset, limit=_BATCH)
            page = await self._storage.page(kind, request.receiver, batch)
            for item in page.items:
                if _issuer(item.get("cdr_token")) == request.sender.key:
                    if query.offset <= matching < query.offset + query.limit:
                        found.append(item)
                    matching += 1
            offset += len(page.items)
            if not page.items or offset >= page.total:
                return Page(found, matching)


def _issuer(token: object) -> str:
    """Return whose token it is, as :attr:`PartyId.key`; until 2.2 its contract alone says so."""
    named = issuer_key(token)
    if named is None and isinstance(token, dict):
        return str(token.get("contract_id")).replace("-", "")[:5].upper()
    return named or ""
