"""Waiting for something to happen instead of asking for it again and again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.storage.around import StorageAround
from ocn.party.storage.port import PartyStorage

T = TypeVar("T")


class Updates:
    """Tells whoever waits that something has changed."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()

    async def tell(self) -> None:
        """Something has changed."""
        async with self._changed:
            self._changed.notify_all()

    async def wait_for(self, look: Callable[[], Awaitable[T | None]], timeout_s: float) -> T:
        """Look after each change until there is something.

        Raises:
            TimeoutError: there was nothing in time.
        """
        async with asyncio.timeout(timeout_s), self._changed:
            while (found := await look()) is None:
                await self._changed.wait()
            return found


class ToldStorage(StorageAround):
    """A PartyStorage that tells of every object put into it."""

    def __init__(self, storage: PartyStorage, updates: Updates) -> None:
        super().__init__(storage)
        self._updates = updates

    async def put(self, kind: str, owner: PartyId, object_id: str, value: JsonObject) -> bool:
        """Store, then tell."""
        new = await self._storage.put(kind, owner, object_id, value)
        await self._updates.tell()
        return new
