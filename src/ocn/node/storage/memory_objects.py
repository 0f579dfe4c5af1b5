"""``ObjectStore`` in memory, for tests: lists are looked through, which no real store may do."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ocn.node.object_store.ledger import Ledger, TallyKey
from ocn.node.object_store.model import (
    EVERYONE,
    Bounds,
    Mark,
    ObjectKey,
    Outcome,
    Page,
    Push,
    Selection,
    StoredObject,
    Tally,
    Total,
)
from ocn.node.object_store.names import NameKind, name_key, names_of
from ocn.node.ports import Clock
from ocn.ocpi.party_id import PartyId


class MemoryObjectStore:
    """``ObjectStore`` in memory."""

    def __init__(self, clock: Clock, bounds: Bounds | None = None) -> None:
        self._clock = clock
        self._bounds = bounds or Bounds()
        self._objects: dict[ObjectKey, dict[str, StoredObject]] = {}
        self._tallies: dict[TallyKey, Tally] = {}
        self._total = Total()
        self._marks: dict[str, Mark] = {}
        self._id = secrets.token_hex(8)

    async def apply(self, pushes: Sequence[Push]) -> list[Outcome]:
        """Do pushes in their order and say what became of each."""
        ledger = Ledger(self._objects, self._tallies, self._total, self._bounds)
        now = self._clock.now()
        outcomes = [ledger.apply(push, now) for push in pushes]
        for (key, audience), stored in ledger.changed.items():
            self._objects.setdefault(key, {})[audience] = stored
        self._tallies.update(ledger.changed_tallies)
        self._total = ledger.total
        return outcomes

    async def get(self, key: ObjectKey, viewer: PartyId | None) -> StoredObject | None:
        """Return an object as a party sees it, or everyone."""
        return self._seen(key, viewer.key if viewer is not None else EVERYONE)

    def _seen(self, key: ObjectKey, viewer: str) -> StoredObject | None:
        versions = self._objects.get(key, {})
        found = (versions.get(audience) for audience in dict.fromkeys((viewer, EVERYONE)))
        return next((stored for stored in found if stored is not None and stored.visible), None)

    async def find(self, kind: str, name: str, viewer: PartyId | None) -> list[StoredObject]:
        """Return what goes by a name, as a party sees it."""
        key = viewer.key if viewer is not None else EVERYONE
        seen = [stored for each in self._objects if (stored := self._seen(each, key))]
        return sorted(
            (stored for stored in seen if (kind, name_key(name)) in names_of(stored)),
            key=lambda stored: stored.position,
        )

    async def owners_of(self, kind: str, name: str, viewer: PartyId) -> list[PartyId]:
        """Return who owns something of that name."""
        return list(dict.fromkeys(stored.owner for stored in await self.find(kind, name, viewer)))

    async def issuers_of(self, contract_id: str, viewer: PartyId) -> list[PartyId]:
        """Return whose tokens have that contract."""
        return await self.owners_of(NameKind.CONTRACT, contract_id, viewer)

    async def tallies(self, module: str, viewer: str) -> list[Tally]:
        """Return the counts of what is for everyone and for one party."""
        return [
            tally
            for tally in self._tallies.values()
            if tally.module == module and tally.audience in (EVERYONE, viewer)
        ]

    def _selected(self, selection: Selection) -> list[StoredObject]:
        seen = (self._seen(key, selection.viewer) for key in self._objects)
        return sorted(
            (stored for stored in seen if stored is not None and selection.holds(stored)),
            key=lambda stored: stored.position,
        )

    async def count(self, selection: Selection) -> int:
        """Count what is selected."""
        return len(self._selected(selection))

    async def page(
        self,
        selection: Selection,
        *,
        after: int,
        most: int,
        most_bytes: int,
        few: bool = False,  # noqa: ARG002 - the port's signature
    ) -> Page:
        """Return what is selected beyond a position."""
        found = [stored for stored in self._selected(selection) if stored.position > after]
        return _fitting(found, most, most_bytes)

    async def position_of(self, selection: Selection, offset: int) -> int | None:
        """Return the position just before the one at an offset."""
        found = self._selected(selection)
        return found[offset].position - 1 if offset < len(found) else None

    async def changes(self, after: int, most: int, most_bytes: int) -> Page:
        """Return what changed after a number and is for everyone, oldest first."""
        shared = (versions.get(EVERYONE) for versions in self._objects.values())
        found = [stored for stored in shared if stored is not None and stored.arrival > after]
        return _fitting(sorted(found, key=lambda stored: stored.arrival), most, most_bytes)

    async def keys_of(self, module: str, owner: PartyId, audience: str) -> dict[str, int]:
        """Return the key and the number of the last change of everything visible of an owner."""
        return {
            key.object_key: stored.arrival
            for key, versions in self._objects.items()
            if (key.module, key.owner_key) == (module, owner.key)
            and (stored := versions.get(audience)) is not None
            and stored.visible
        }

    async def last_number(self) -> int:
        """Return the number of the last change."""
        return self._total.number

    async def store_id(self) -> str:
        """Return what tells this store from every other."""
        return self._id

    async def mark(self, name: str) -> Mark | None:
        """Return what was set under a name."""
        return self._marks.get(name)

    async def set_mark(self, name: str, mark: Mark) -> None:
        """Keep a mark."""
        self._marks[name] = mark

    async def prune(self, before: datetime) -> int:
        """Forget what has been gone since before a moment."""
        removed = 0
        for versions in self._objects.values():
            for audience, stored in list(versions.items()):
                if stored.visible or stored.arrived_at >= before:
                    continue
                del versions[audience]
                removed += 1
                key = (stored.module, stored.owner.key, audience)
                self._tallies[key] = replace(self._tallies[key], rows=self._tallies[key].rows - 1)
        self._total = replace(self._total, objects=self._total.objects - removed)
        return removed


def _fitting(found: list[StoredObject], most: int, most_bytes: int) -> Page:
    taken: list[StoredObject] = []
    for stored in found[:most]:
        most_bytes -= len(stored.body)
        if taken and most_bytes < 0:
            break
        taken.append(stored)
    return Page(taken, more=len(taken) < len(found))
