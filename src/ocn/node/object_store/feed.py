"""Tell other nodes what parties connected here have shared with everyone: ``GET /ocn/node/objects``.

A node asks for what changed after a number of this store and is told where to go on. Only objects whose owner
is connected here are told, so nothing goes round; what was withdrawn is told without a body.
"""

from collections.abc import Callable
from typing import Annotated, TypeAlias

import msgspec

from ocn.node.object_store.model import StoredObject
from ocn.node.object_store.port import ObjectStore
from ocn.ocpi.errors import MethodNotAllowed
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.queries import number_in, read_parameters

FEED_PATH = "objects"
_MOST_OBJECTS = 500
_MOST_BYTES = 4 * 1024**2
_LARGEST_NUMBER = 2**63 - 1

Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=_LARGEST_NUMBER)]
"""Of a change: what every database can hold."""
Short: TypeAlias = Annotated[str, msgspec.Meta(max_length=64)]
Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class FedObject(msgspec.Struct, omit_defaults=True):
    """One object on its way to another node; ``key`` tells a token's type, ``body`` is absent when gone."""

    module: Short
    country_code: Short
    party_id: Short
    id: Name
    key: Name
    version: Short
    body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class FeedPage(msgspec.Struct):
    """What changed after a number; ``last`` is the number to go on after."""

    store_id: Short
    last: Number
    more: bool
    objects: list[FedObject]


class ObjectFeed:
    """Answers other nodes (a ``PeerHandler``)."""

    def __init__(self, *, store: ObjectStore, is_ours: Callable[[PartyId], bool]) -> None:
        self._store = store
        self._is_ours = is_ours

    async def __call__(
        self,
        sender: str,  # noqa: ARG002 - the port's signature
        method: str,
        query: str,
        body: bytes,  # noqa: ARG002 - the port's signature
    ) -> tuple[int, bytes]:
        """Answer ``GET objects?after=N``.

        Raises:
            MethodNotAllowed, InvalidParameters: another question.
        """
        if method != "GET":
            raise MethodNotAllowed("objects are asked for by GET")
        after = number_in(read_parameters(query, ("after",)), "after", 0, largest=_LARGEST_NUMBER)
        page = await self._store.changes(after, _MOST_OBJECTS, _MOST_BYTES)
        last = page.objects[-1].arrival if page.objects else after
        told = [_fed(stored) for stored in page.objects if self._is_ours(stored.owner)]
        answer = FeedPage(await self._store.store_id(), last, page.more, told)
        return 200, msgspec.json.encode(answer)


def _fed(stored: StoredObject) -> FedObject:
    return FedObject(
        module=stored.module,
        country_code=stored.owner.country_code,
        party_id=stored.owner.party_id,
        id=stored.object_id,
        key=stored.object_key,
        version=stored.version.value,
        body=msgspec.Raw(stored.body) if stored.visible else msgspec.UNSET,
    )
