"""One view of the listings in memory, changed record by record."""

from collections.abc import Sequence, Sized

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
    whatever the order in which those came. A party's listing is made when it is first asked for: a first
    synchronisation writes every record twice and reads few.
    """

    def __init__(self) -> None:
        self._records: dict[Key, Record] = {}
        self._nodes: dict[str, NodeListing] = {}
        self._parties: dict[str, PartyRecord] = {}
        self._address_of: dict[str, str] = {}
        self._listings: dict[str, PartyListing] = {}
        self._served_by: dict[str, set[str]] = {}
        self._services: dict[str, ServiceRecord] = {}
        self._agreed: dict[str, dict[str, None]] = {}

    def copy(self) -> "State":
        """Return another state with the same content."""
        other = State()
        other._records = dict(self._records)
        other._nodes = dict(self._nodes)
        other._parties = dict(self._parties)
        other._address_of = dict(self._address_of)
        other._listings = dict(self._listings)
        other._served_by = {operator: set(parties) for operator, parties in self._served_by.items()}
        other._services = dict(self._services)
        other._agreed = {user: dict(providers) for user, providers in self._agreed.items()}
        return other

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
        address = self._address_of.get(party.key)
        return None if address is None else self._listings.get(address) or self._listing(address)

    def party_by_address(self, address: str) -> PartyListing | None:
        """Return the party with this key."""
        return self._listings.get(address) or self._listing(address)

    def parties(self) -> Sequence[PartyListing]:
        """Return every listed party."""
        listings = (self.party_by_address(address) for address in self._parties)
        return tuple(listing for listing in listings if listing is not None)

    def count(self, kind: Kind) -> int:
        """Return how many nodes, parties or services are listed."""
        listed: dict[Kind, Sized] = {
            Kind.NODE: self._nodes,
            Kind.PARTY: self._parties,
            Kind.SERVICE: self._services,
        }
        return len(listed[kind])

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
        listing = self.party_by_address(provider)
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
        served = self._served_by.get(operator, ())
        for address in served:
            self._listings.pop(address, None)
        return {Key(Kind.PARTY, address) for address in served}

    def _put_party(self, address: str, before: Record | None, record: Record | None) -> None:
        self._listings.pop(address, None)
        if isinstance(before, PartyRecord):
            self._served_by[before.operator].discard(address)
            if not self._served_by[before.operator]:
                del self._served_by[before.operator]
            if self._parties.pop(address, None) is not None:
                ids = _ids(before)
                if self._address_of.get(ids) == address:
                    del self._address_of[ids]
        if isinstance(record, PartyRecord):
            self._served_by.setdefault(record.operator, set()).add(address)
            if _askable(record):
                self._parties[address] = record
                self._address_of[_ids(record)] = address

    def _listing(self, address: str) -> PartyListing | None:
        record = self._parties.get(address)
        if record is None:
            return None
        node = self._nodes.get(record.operator)
        ids = _ids(record)
        listing = PartyListing(
            party=PartyId(ids[:2], ids[2:]),
            address=address,
            roles=roles_of(record.roles),
            modules=Modules(modules_of(record.sender), modules_of(record.receiver)),
            operator=record.operator,
            node_url=None if node is None else node.url,
        )
        self._listings[address] = listing
        return listing

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


def _ids(record: PartyRecord) -> str:
    return (record.country_code + record.party_id).decode("latin-1")


def _askable(record: PartyRecord) -> bool:
    """Whether a client can ask for these ids: printable ASCII, in upper case (see ``is_canonical``)."""
    party = party_id_of(record.country_code, record.party_id)
    return party is not None and is_canonical(party)
