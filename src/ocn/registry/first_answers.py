"""Answers for the first seconds of a node, while the index has not read everything yet."""

import asyncio
from collections.abc import Callable
from typing import Final

from ocn.ocpi.party_id import PartyId
from ocn.registry.index.index import RegistryIndex
from ocn.registry.listings import PartyListing
from ocn.registry.reading import RegistryReader

_FOUND_S: Final = 30.0
_MISSING_S: Final = 5.0
_MOST: Final = 10_000


class FirstAnswers:
    """Asks the index once it is complete, the contract before; the contract's answers are kept for a while.

    A party found is believed for 30 seconds, one not found for 5, so that strangers cannot make this node
    call the chain at will.
    """

    def __init__(
        self, index: RegistryIndex, reader: RegistryReader, *, clock: Callable[[], float] | None = None
    ) -> None:
        self._index = index
        self._reader = reader
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._kept: dict[str, tuple[float, PartyListing | None]] = {}

    async def party(self, party: PartyId) -> PartyListing | None:
        """Return who is listed under these ids, or None.

        Raises:
            ChainError: the index is not complete and the chain does not answer.
        """
        if self._index.complete:
            self._kept.clear()
            return self._index.party(party)
        kept = self._kept.get(party.key)
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        listing = await self._reader.party(party)
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[party.key] = (self._clock() + (_MISSING_S if listing is None else _FOUND_S), listing)
        return listing
