"""A directory of nodes and parties that a test writes itself."""

from dataclasses import dataclass, field

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.registry.listings import NodeListing

_NOBODY = PartyId("XX", "XXX")


@dataclass(frozen=True)
class Listing:
    address: str
    operator: str
    node_url: str | None
    party: PartyId = _NOBODY
    roles: tuple[Role, ...] = ()


@dataclass
class FakeDirectory:
    listings: dict[PartyId, Listing] = field(default_factory=dict)
    listed_nodes: dict[str, NodeListing] = field(default_factory=dict)

    def party(self, party: PartyId) -> Listing | None:
        return self.listings.get(party)

    def nodes(self) -> list[NodeListing]:
        listed = {
            listing.operator: NodeListing(listing.operator, listing.node_url)
            for listing in self.listings.values()
            if listing.node_url is not None
        }
        return list((listed | self.listed_nodes).values())

    def node(self, operator: str) -> NodeListing | None:
        return next((node for node in self.nodes() if node.operator == operator), None)

    def parties(self) -> list[Listing]:
        return list(self.listings.values())

    async def caught_up(self) -> None:
        return None
