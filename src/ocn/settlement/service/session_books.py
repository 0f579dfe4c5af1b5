"""The books of all sessions between a party and one counterparty, on whichever lane they are paid."""

import asyncio
from collections.abc import Collection, Iterable
from typing import TypeAlias

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.books import SessionBook
from ocn.settlement.service.house import House

SessionKey: TypeAlias = tuple[PartyId, str]


def session_key(owner: PartyId, session_id: str) -> SessionKey:
    """Name a session; ids know no case."""
    return owner, session_id.casefold()


class SessionBooks:
    """In memory as in the store, while they are open.

    A counterparty may have several lanes, and ask on two of them at once for the same session: whoever
    changes anything holds ``lock``, on whichever lane, and never while waiting for a peer.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self.lock = asyncio.Lock()
        self._books: dict[SessionKey, SessionBook] = {}

    async def known(self, owner: PartyId, session_ids: Collection[str]) -> dict[str, SessionBook]:
        """Return those that there are, by ids as they were asked for."""
        missing = [each for each in session_ids if session_key(owner, each) not in self._books]
        if missing:
            found = await self._house.store.books(owner, missing)
            self._books |= {session_key(owner, name): book for name, book in found.items()}
        named = {each: self._books.get(session_key(owner, each)) for each in session_ids}
        return {each: book for each, book in named.items() if book is not None}

    def keep(self, books: Iterable[SessionBook]) -> None:
        """Take what was stored; what is finished is read again should it be needed."""
        for book in books:
            key = session_key(book.owner, book.id)
            if book.is_finished:
                self._books.pop(key, None)
            else:
                self._books[key] = book

    def forget(self) -> None:
        """Read everything from the store again when it is next needed."""
        self._books.clear()
