"""One view of the listings in memory, changed record by record."""

from collections.abc import Sequence

from ocn.ocpi.party_id import PartyId
from ocn.registry.listings import (
    Modules,
    NodeListing,
    PartyListing,
    Service,
    is_canonical,
    modules_of,
    party_id_of,
    roles_of,
)
from ocn.registry.records import Key, Kind, NodeRecord, PartyRecord, Record, ServiceRecord


class State:
    """The records of every key, and the listings made from them.

    As the contracts let no two parties be listed under one id, the listings are a function of the records,
    whatever the order in which those came.
    """

    def __init__(self) -> None:
        self._records: dict[Key, Record] = {}
        self._nodes: dict[str, NodeListing] = {}
        self._by_address: dict[str, PartyListing] = {}
        self._by_id: dict[str, PartyListing] = {}
        self._served_by: dict[str, set[str]] = {}
        self._services: dict[str, ServiceRecord] = {}
        self._agreed: dict[str, dict[str, None]] = {}

    def record(self, key: Key) -> Record | None:
        """Return the record of a key."""
        return self._records.get(key)

    def records(self) -> dict[Key, Record]:
        """Return all records, as a copy."""
        return dict(self._records)

    def put(self, key: Key, record: Record | None) -> set[Key]:
        """Give a key its record, or take it away, and return the keys whose listing became another."""
        before = self._records.get(key)
        if before == record:
            return set()
        if record is None:
            del self._records[key]
        else:
            self._records[key] = record
        touched = {key}
        if key.kind is Kind.NODE:
            touched |= self._put_node(key.owner, record)
        elif key.kind is Kind.PARTY:
            self._put_party(key.owner, before, record)
        elif key.kind is Kind.SERVICE:
            self._put_service(key.owner, record)
        else:
            self._put_agreement(key, record)
        return touched

    def party(self, party: PartyId) -> PartyListing | None:
        """See :class:`ocn.registry.directory.Directory`, also for the methods below."""
        return self._by_id.get(party.key)

    def party_by_address(self, address: str) -> PartyListing | None:
        """Return the party with this key."""
        return self._by_address.get(address)

    def parties(self) -> Sequence[PartyListing]:
        """Return every listed party."""
        return tuple(self._by_address.values())

    def node(self, operator: str) -> NodeListing | None:
        """Return the node of this operator."""
        return self._nodes.get(operator)

    def nodes(self) -> Sequence[NodeListing]:
        """Return every listed node."""
        return tuple(self._nodes.values())

    def service(self, provider: str) -> Service | None:
        """Return the service of this provider."""
        record = self._services.get(provider)
        if record is None:
            return None
        listing = self._by_address.get(provider)
        return Service(
            provider=provider,
            party=None if listing is None else listing.party,
            name=record.name,
            url=record.url,
            permissions=record.permissions,
        )

    def services(self) -> Sequence[Service]:
        """Return every service."""
        return self._existing(self._services)

    def agreements_of(self, user: str) -> Sequence[Service]:
        """Return the existing services this user has agreed to."""
        agreed = self._agreed.get(user)
        return self._existing(agreed) if agreed else ()

    def _existing(self, providers: dict[str, ServiceRecord] | dict[str, None]) -> Sequence[Service]:
        services = (self.service(provider) for provider in providers)
        return tuple(service for service in services if service is not None)

    def _put_node(self, operator: str, record: Record | None) -> set[Key]:
        if isinstance(record, NodeRecord):
            self._nodes[operator] = NodeListing(operator, record.url)
        else:
            del self._nodes[operator]
        served = tuple(self._served_by.get(operator, ()))
        for address in served:
            self._list_party(address, self._records[Key(Kind.PARTY, address)])
        return {Key(Kind.PARTY, address) for address in served}

    def _put_party(self, address: str, before: Record | None, record: Record | None) -> None:
        listed = self._by_address.pop(address, None)
        if listed is not None and self._by_id.get(listed.party.key) is listed:
            del self._by_id[listed.party.key]
        if isinstance(before, PartyRecord):
            self._served_by[before.operator].discard(address)
            if not self._served_by[before.operator]:
                del self._served_by[before.operator]
        if record is not None:
            self._list_party(address, record)

    def _list_party(self, address: str, record: Record) -> None:
        if not isinstance(record, PartyRecord):
            return
        self._served_by.setdefault(record.operator, set()).add(address)
        party = party_id_of(record.country_code, record.party_id)
        if party is None or not is_canonical(party):
            return
        node = self._nodes.get(record.operator)
        listing = PartyListing(
            party=party,
            address=address,
            roles=roles_of(record.roles),
            modules=Modules(modules_of(record.sender), modules_of(record.receiver)),
            operator=record.operator,
            node_url=None if node is None else node.url,
        )
        self._by_address[address] = listing
        self._by_id[party.key] = listing

    def _put_service(self, provider: str, record: Record | None) -> None:
        if isinstance(record, ServiceRecord):
            self._services[provider] = record
        else:
            del self._services[provider]

    def _put_agreement(self, key: Key, record: Record | None) -> None:
        if record is not None:
            self._agreed.setdefault(key.owner, {})[key.other] = None
            return
        del self._agreed[key.owner][key.other]
        if not self._agreed[key.owner]:
            del self._agreed[key.owner]
