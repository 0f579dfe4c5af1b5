"""A hub without a store: it keeps no push, knows no owner, and has nothing for GET ALL."""

from collections.abc import Collection

from ocn.node.stages import Delivered, Permitted, Routed
from ocn.ocpi.errors import UnknownReceiver
from ocn.ocpi.party_id import PartyId


class NothingStored:
    """``PushStore``, ``StoredObjects`` and ``ObjectOwners`` of a hub that keeps nothing."""

    async def keep(self, _permitted: Permitted) -> None:
        """Keep nothing."""

    async def answer(self, _routed: Routed) -> Delivered:
        """Refuse: there is nothing to answer from."""
        raise UnknownReceiver("this hub keeps no objects: address the party that owns them")

    async def owners_of(self, _module: str, _object_id: str, _asking: PartyId) -> Collection[PartyId]:
        """Know nobody."""
        return ()

    async def issuers_of(self, _contract_id: str, _asking: PartyId) -> Collection[PartyId]:
        """Know nobody."""
        return ()
