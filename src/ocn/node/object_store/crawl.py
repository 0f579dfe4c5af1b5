"""What a whole list brings: its objects are stored, and what it no longer has is withdrawn.

A full crawl is the new truth (OCPI 2.2.1 transport_and_format, Pagination), for what was here before it
began: what its owner pushes meanwhile is newer than the list.
"""

from collections import defaultdict
from collections.abc import Sequence

from ocn.node.object_store.model import EVERYONE, ObjectKey, Outcome, Push
from ocn.node.object_store.port import ObjectStore
from ocn.ocpi.errors import HubFault
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

_TOGETHER = 200
_MOST_OBJECTS = 2_000_000
"""Of one crawl, whose keys are all remembered to its end."""


class Crawl:
    """One crawl, page by page, with an end only when all of it was seen."""

    def __init__(self, store: ObjectStore, began_at: int) -> None:
        self._store = store
        self._began_at = began_at
        self._seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.objects = 0

    @classmethod
    async def begin(cls, store: ObjectStore) -> "Crawl":
        """Begin now: what changes from here on is left alone at the end."""
        return cls(store, await store.last_number())

    async def add(self, pushes: Sequence[Push]) -> list[Outcome]:
        """Store a page.

        Raises:
            HubFault: the list has more objects than any party has.
        """
        self.objects += len(pushes)
        if self.objects > _MOST_OBJECTS:
            raise HubFault(f"the list has more than {_MOST_OBJECTS} objects")
        for push in pushes:
            if push.method != "DELETE":
                self._seen[push.module, push.owner.key].add(push.object_key)
        return await self._store.apply(pushes) if pushes else []

    async def end(self, module: str, owner: PartyId) -> int:
        """Withdraw what an owner had before and the list has not; say how many."""
        seen = self._seen[module, owner.key]
        there = await self._store.keys_of(module, owner, EVERYONE)
        gone = [self._withdrawal(module, owner, key) for key in there if key not in seen]
        for start in range(0, len(gone), _TOGETHER):
            await self._store.apply(gone[start : start + _TOGETHER])
        return len(gone)

    def _withdrawal(self, module: str, owner: PartyId, key: str) -> Push:
        return withdrawal(ObjectKey(module, owner.key, key), owner, before=self._began_at)


def withdrawal(key: ObjectKey, owner: PartyId, *, before: int | None = None) -> Push:
    """Return the push by which an object that everyone saw is gone, unless it changed after ``before``."""
    return Push(
        method="DELETE",
        module=key.module,
        owner=owner,
        object_id=key.object_key,
        object_key=key.object_key,
        parts=(),
        version=VersionNumber.V2_2_1,
        body=b"",
        last_updated=None,
        before=before,
    )
