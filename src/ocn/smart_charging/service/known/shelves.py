"""The party's storage as the planner uses it: kinds of its own, in each of them objects by key."""

from collections.abc import AsyncIterator

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery
from ocn.party.storage.port import PartyStorage

_PAGE = 1000


class Shelves:
    """Every key begins with the CPO whose it is."""

    def __init__(self, storage: PartyStorage) -> None:
        self._storage = storage

    async def all(self, kind: str) -> AsyncIterator[tuple[str, JsonObject]]:
        """Go through everything of a kind, by key."""
        offset = 0
        while True:
            page = await self._storage.page(kind, None, ListQuery(offset=offset, limit=_PAGE))
            for kept in page.items:
                yield str(kept["key"]), kept["value"]
            offset += len(page.items)
            if not page.items or offset >= page.total:
                return

    async def put(self, kind: str, key: str, value: JsonObject) -> None:
        """Store an object; returns once it is durable."""
        await self._storage.put(kind, _owner(key), key, {"key": key, "value": value})

    async def remove(self, kind: str, key: str) -> None:
        """Store it no longer, if it was."""
        await self._storage.remove(kind, _owner(key), key)


def _owner(key: str) -> PartyId:
    """The CPO that a key begins with."""
    return PartyId(key[:2], key[2:5])
