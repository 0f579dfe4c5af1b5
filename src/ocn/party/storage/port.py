"""What a party must not forget, as a port, and the implementation that forgets at exit.

Objects are kept as the JSON they were: by kind (a module's identifier), owner and id, the ids without regard
to case. :mod:`ocn.party.storage.sqlite` keeps them on disk. Both pass one contract test.
"""

from typing import Protocol

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject, decode_object, encode_json
from ocn.party.lists import ListQuery, Page
from ocn.party.storage.registration import Registration


class PartyStorage(Protocol):
    """Durable memory. Every call is one transaction."""

    async def load_registration(self) -> Registration | None:
        """Return the registration, or None."""
        ...

    async def save_registration(self, registration: Registration) -> None:
        """Replace the registration."""
        ...

    async def forget_registration(self) -> None:
        """Remove the registration; objects stay."""
        ...

    async def put(self, kind: str, owner: PartyId, object_id: str, value: JsonObject) -> bool:
        """Store or replace an object; True when it is new. A replaced object keeps its place in lists."""
        ...

    async def get(self, kind: str, owner: PartyId, object_id: str) -> JsonObject | None:
        """Return a copy of an object, or None."""
        ...

    async def remove(self, kind: str, owner: PartyId, object_id: str) -> bool:
        """Remove an object; False when there was none."""
        ...

    async def page(self, kind: str, owner: PartyId | None, query: ListQuery) -> Page[JsonObject]:
        """Return a page of an owner's objects, or of everybody's, in the order of their first storing."""
        ...

    async def close(self) -> None:
        """Give resources back."""
        ...


class MemoryStorage:
    """PartyStorage in a dict; objects go through JSON text, so nobody shares a mutable one."""

    def __init__(self) -> None:
        self._registration: Registration | None = None
        self._objects: dict[tuple[str, str, str], bytes] = {}

    async def load_registration(self) -> Registration | None:
        """See :class:`PartyStorage`."""
        return self._registration

    async def save_registration(self, registration: Registration) -> None:
        """See :class:`PartyStorage`."""
        self._registration = registration

    async def forget_registration(self) -> None:
        """See :class:`PartyStorage`."""
        self._registration = None

    async def put(self, kind: str, owner: PartyId, object_id: str, value: JsonObject) -> bool:
        """See :class:`PartyStorage`."""
        key = kind, owner.key, object_id.casefold()
        new = key not in self._objects
        self._objects[key] = encode_json(value)
        return new

    async def get(self, kind: str, owner: PartyId, object_id: str) -> JsonObject | None:
        """See :class:`PartyStorage`."""
        text = self._objects.get((kind, owner.key, object_id.casefold()))
        return None if text is None else decode_object(text)

    async def remove(self, kind: str, owner: PartyId, object_id: str) -> bool:
        """See :class:`PartyStorage`."""
        return self._objects.pop((kind, owner.key, object_id.casefold()), None) is not None

    async def page(self, kind: str, owner: PartyId | None, query: ListQuery) -> Page[JsonObject]:
        """See :class:`PartyStorage`."""
        return Page.of(
            (
                decode_object(text)
                for (of_kind, of_owner, _), text in self._objects.items()
                if of_kind == kind and (owner is None or of_owner == owner.key)
            ),
            query,
        )

    async def close(self) -> None:
        """Keep everything: the same object may be opened by the next party."""
