"""What the rest of the node asks of the store. Adapters: ``ocn.node.storage`` (SQL, and memory for tests)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ocn.node.object_store.model import (
    Mark,
    ObjectKey,
    Outcome,
    Page,
    Push,
    Selection,
    StoredObject,
    Tally,
)
from ocn.ocpi.party_id import PartyId


class ObjectStore(Protocol):
    """Objects of parties, durable; numbers of changes grow in the order in which readers can see them."""

    async def apply(self, pushes: Sequence[Push]) -> list[Outcome]:
        """Do pushes in their order and say what became of each; durable when this returns."""
        ...

    async def get(self, key: ObjectKey, viewer: PartyId | None) -> StoredObject | None:
        """Return an object as a party sees it, or everyone; None when it is not here or gone."""
        ...

    async def find(self, kind: str, name: str, viewer: PartyId | None) -> list[StoredObject]:
        """Return what goes by a name (``NameKind``), whoever owns it, as a party sees it."""
        ...

    async def owners_of(self, kind: str, name: str, viewer: PartyId) -> list[PartyId]:
        """Return who owns something of that name that is for everyone or for this party."""
        ...

    async def issuers_of(self, contract_id: str, viewer: PartyId) -> list[PartyId]:
        """Return whose tokens have that contract."""
        ...

    async def tallies(self, module: str, viewer: str) -> list[Tally]:
        """Return the counts of what is for everyone and for one party, owner by owner."""
        ...

    async def count(self, selection: Selection) -> int:
        """Count what is selected; for selections by date, which no tally answers."""
        ...

    async def page(
        self, selection: Selection, *, after: int, most: int, most_bytes: int, few: bool = False
    ) -> Page:
        """Return what is selected beyond a position, in the order of positions.

        At least one when there is one, however large; then as many as ``most`` and ``most_bytes`` allow.
        ``few`` says that a selection by date is known to hold few.
        """
        ...

    async def position_of(self, selection: Selection, offset: int) -> int | None:
        """Return the position just before the one at an offset; None when there are not so many."""
        ...

    async def changes(self, after: int, most: int, most_bytes: int) -> Page:
        """Return what changed after a number and is for everyone, gone objects included, oldest first."""
        ...

    async def keys_of(self, module: str, owner: PartyId, audience: str) -> dict[str, int]:
        """Return the object key and the number of the last change of everything visible of an owner."""
        ...

    async def last_number(self) -> int:
        """Return the number of the last change."""
        ...

    async def store_id(self) -> str:
        """Return what tells this store from every other, and from itself after it was made anew."""
        ...

    async def mark(self, name: str) -> Mark | None:
        """Return what was set under a name."""
        ...

    async def set_mark(self, name: str, mark: Mark) -> None:
        """Keep a mark."""
        ...

    async def prune(self, before: datetime) -> int:
        """Forget what has been gone since before a moment, and say how many."""
        ...
