"""A directory that is told what it knows: for tests, and for a network small enough to write down."""

from collections.abc import Iterable

from ocn.registry.index.directory import Lookups
from ocn.registry.index.state import State
from ocn.registry.listings import (
    MODULES,
    ROLES,
    Agreement,
    NodeListing,
    PartyListing,
    Service,
)
from ocn.registry.records import (
    AgreementRecord,
    Key,
    Kind,
    NodeRecord,
    PartyRecord,
    Record,
    ServiceRecord,
)


class StaticDirectory(Lookups):
    """Answers like the index, from listings given by the program; there is no chain and nothing to wait for.

    Both views are the same. A party's ``node_url`` comes from the node of its operator, as everywhere.
    """

    def __init__(
        self,
        nodes: Iterable[NodeListing] = (),
        parties: Iterable[PartyListing] = (),
        services: Iterable[Service] = (),
        agreements: Iterable[Agreement] = (),
    ) -> None:
        super().__init__(State)
        for node in nodes:
            self.list_node(node)
        for party in parties:
            self.list_party(party)
        for service in services:
            self.list_service(service)
        for agreement in agreements:
            self.agree(agreement)

    async def caught_up(self, block: int | None = None) -> None:
        """Return at once: nothing is behind."""

    def list_node(self, node: NodeListing) -> None:
        """List a node, or change it."""
        self._put(Key(Kind.NODE, node.operator), NodeRecord(node.url))

    def list_party(self, party: PartyListing) -> None:
        """List a party, or change it."""
        record = PartyRecord(
            country_code=party.party.country_code.encode("ascii"),
            party_id=party.party.party_id.encode("ascii"),
            roles=tuple(ROLES.index(role) for role in party.roles),
            sender=tuple(MODULES.index(module) for module in party.modules.sender),
            receiver=tuple(MODULES.index(module) for module in party.modules.receiver),
            operator=party.operator,
        )
        self._put(Key(Kind.PARTY, party.address), record)

    def list_service(self, service: Service) -> None:
        """List a service, or change it."""
        record = ServiceRecord(service.name, service.url, service.permissions)
        self._put(Key(Kind.SERVICE, service.provider), record)

    def agree(self, agreement: Agreement) -> None:
        """Note an agreement."""
        self._put(Key(Kind.AGREEMENT, agreement.user, agreement.provider), AgreementRecord())

    def remove(self, key: Key) -> None:
        """End a listing or an agreement; harmless when there is none."""
        self._put(key, None)

    def _put(self, key: Key, record: Record | None) -> None:
        self._tell(self._views.set_both(key, record))
