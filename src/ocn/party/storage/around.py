"""A storage around another: what watches or adds overrides a method, the rest passes through."""

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery, Page
from ocn.party.storage.port import PartyStorage
from ocn.party.storage.registration import Registration


class StorageAround:
    """:class:`PartyStorage` over ``_storage``; closing it closes that."""

    def __init__(self, storage: PartyStorage) -> None:
        self._storage = storage

    async def load_registration(self) -> Registration | None:
        """See :class:`PartyStorage`."""
        return await self._storage.load_registration()

    async def save_registration(self, registration: Registration) -> None:
        """See :class:`PartyStorage`."""
        await self._storage.save_registration(registration)

    async def forget_registration(self) -> None:
        """See :class:`PartyStorage`."""
        await self._storage.forget_registration()

    async def put(self, kind: str, owner: PartyId, object_id: str, value: JsonObject) -> bool:
        """See :class:`PartyStorage`."""
        return await self._storage.put(kind, owner, object_id, value)

    async def get(self, kind: str, owner: PartyId, object_id: str) -> JsonObject | None:
        """See :class:`PartyStorage`."""
        return await self._storage.get(kind, owner, object_id)

    async def remove(self, kind: str, owner: PartyId, object_id: str) -> bool:
        """See :class:`PartyStorage`."""
        return await self._storage.remove(kind, owner, object_id)

    async def page(self, kind: str, owner: PartyId | None, query: ListQuery) -> Page[JsonObject]:
        """See :class:`PartyStorage`."""
        return await self._storage.page(kind, owner, query)

    async def close(self) -> None:
        """See :class:`PartyStorage`."""
        await self._storage.close()
