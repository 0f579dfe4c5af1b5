"""The question a message asks on its way: who is where. Answers come from memory, in under a microsecond."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from ocn.chain.following.views import Changes as KeyChanges
from ocn.chain.following.views import View
from ocn.ocpi.party_id import PartyId
from ocn.registry.listings import NodeListing, PartyListing, Service
from ocn.registry.records import Key

Changes: TypeAlias = KeyChanges[Key]
"""Which listings became others, per view. A party is named too when the URL of its node changed."""

OnChange: TypeAlias = Callable[[Changes], None]


class Directory(Protocol):
    """Nodes, parties, services and agreements, as far as this process knows them."""

    def party(self, party: PartyId, view: View = "latest") -> PartyListing | None:
        """Return who is listed under these ids, in any case of letters, or None."""
        ...

    def party_by_address(self, address: str, view: View = "latest") -> PartyListing | None:
        """Return the party with this key (EIP-55 case), or None."""
        ...

    def parties(self, view: View = "latest") -> Sequence[PartyListing]:
        """Return every listed party, in no particular order."""
        ...

    def node(self, operator: str, view: View = "latest") -> NodeListing | None:
        """Return the node of this operator (EIP-55 case), or None."""
        ...

    def nodes(self, view: View = "latest") -> Sequence[NodeListing]:
        """Return every listed node, in no particular order."""
        ...

    def service(self, provider: str, view: View = "latest") -> Service | None:
        """Return the service of this provider (EIP-55 case), or None."""
        ...

    def services(self, view: View = "latest") -> Sequence[Service]:
        """Return every service, in no particular order."""
        ...

    def agreements_of(self, user: str, view: View = "latest") -> Sequence[Service]:
        """Return the existing services that this user (EIP-55 case) has agreed to and not revoked."""
        ...

    async def caught_up(self, block: int | None = None) -> None:
        """Wait until this block, or everything the chain has at the time of asking, has been read."""
        ...

    def on_change(self, callback: OnChange) -> Callable[[], None]:
        """Have every change told, synchronously; the function returned ends that."""
        ...
