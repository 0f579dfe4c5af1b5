"""Writes that come while another is under way go together in the next transaction.

A transaction costs many times what a row in it costs. Each caller still returns when its own item is
written, and alone it waits for nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ocn.database.cancellation import to_the_end
from ocn.database.errors import AlreadyStored, NotStorable, StorageError

Item = TypeVar("Item")
_MOST_TOGETHER = 500


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Item]):
    """An item that somebody waits to see written, and what became of it."""

    item: Item
    settled: bool = False
    error: StorageError | None = None


class WrittenTogether(Generic[Item]):
    """Gathers items for ``write``, which writes them all in one transaction or raises.

    Raises:
        StorageError: what ``write`` raised for this item; a bad one spoils it for no other.
    """

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[_Waiting[Item]] = []
        self._turn = asyncio.Lock()

    async def add(self, item: Item) -> None:
        """Write an item. A caller who is cancelled cannot know whether it was written."""
        mine = _Waiting(item)
        self._waiting.append(mine)
        try:
            async with self._turn:
                while not mine.settled:
                    together, self._waiting = self._waiting[:_MOST_TOGETHER], self._waiting[_MOST_TOGETHER:]
                    await self._written(together)
        finally:
            if mine in self._waiting:
                self._waiting.remove(mine)
        if mine.error is not None:
            raise type(mine.error)(mine.error.message, hint=mine.error.hint) from mine.error

    @to_the_end
    async def _written(self, together: Sequence[_Waiting[Item]]) -> None:
        """Write the items, and settle each whatever happens."""
        error: StorageError | None = StorageError("the write was interrupted")
        try:
            await self._write([one.item for one in together])
            error = None
        except StorageError as failure:
            error = failure
            if isinstance(failure, AlreadyStored | NotStorable) and len(together) > 1:
                for one in together:
                    await self._written([one])
        finally:
            for one in together:
                if not one.settled:
                    one.settled, one.error = True, error
