"""How every party stands: worked out from what is connected, listed, reported and heard; stored if new."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ocn.node.client_info.last_seen import LastSeen
from ocn.node.client_info.model import Client, Key, Report
from ocn.node.client_info.store import ClientInfoStore
from ocn.node.members import Members
from ocn.node.ports import Directory
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus, Role
from ocn.signing import same_address


@dataclass(frozen=True, slots=True)
class _Standing:
    party: PartyId
    operator: str
    status: ConnectionStatus


class Roster:
    """The statements of this node, in memory as they are stored."""

    def __init__(
        self,
        *,
        address: str,
        store: ClientInfoStore,
        members: Members,
        directory: Directory,
        last_seen: LastSeen,
        is_down: Callable[[str], bool | None],
    ) -> None:
        self._address = address
        self._store = store
        self._members = members
        self._directory = directory
        self._last_seen = last_seen
        self._is_down = is_down
        self._clients: dict[Key, Client] = {}
        self._reports: dict[Key, Report] = {}
        self._revision = -1

    def clients(self) -> list[Client]:
        """Return every statement, in the order in which they were first made."""
        return sorted(self._clients.values(), key=lambda client: (client.created_at, client.key))

    def own(self) -> list[Client]:
        """Return the statements about parties of this node."""
        return [client for client in self.clients() if self.is_own(client)]

    def is_own(self, client: Client) -> bool:
        """Whether this node serves the party."""
        return same_address(client.operator, self._address)

    @property
    def revision(self) -> int:
        """Which state of the store this is."""
        return self._revision

    def get(self, key: Key) -> Client | None:
        """Return one statement."""
        return self._clients.get(key)

    def of(self, party: PartyId) -> list[Client]:
        """Return the statements about one party."""
        return [client for role in Role if (client := self._clients.get(Key(party.key, role))) is not None]

    async def refresh_if_changed(self) -> bool:
        """Read again when any replica has changed something; say whether one did."""
        revision = await self._store.revision()
        if revision == self._revision:
            return False
        self._clients = {client.key: client for client in await self._store.clients()}
        self._reports = {report.key: report for report in await self._store.reports()}
        self._revision = revision
        return True

    async def settle(self, now: datetime) -> list[Client]:
        """Store and return the statements that have become others. For the replica that leads.

        Nothing is ever deleted: who is neither connected nor listed any more is SUSPENDED (HUB-92).
        """
        standings = dict(self._standings())
        changed = [
            *self._changed(standings, now),
            *(
                replace(
                    client,
                    status=ConnectionStatus.SUSPENDED,
                    operator=self._operator_of(client.party),
                    last_updated=_after(client, now),
                )
                for key, client in self._clients.items()
                if key not in standings and client.status is not ConnectionStatus.SUSPENDED
            ),
        ]
        if changed:
            await self._store.put_clients(changed)
            self._clients |= {client.key: client for client in changed}
        return changed

    def _changed(self, standings: Mapping[Key, _Standing], now: datetime) -> Iterator[Client]:
        for key, standing in standings.items():
            known = self._clients.get(key)
            if known is None:
                yield Client(standing.party, key.role, standing.status, now, standing.operator, now)
            elif known.status is not standing.status:
                yield replace(
                    known,
                    status=standing.status,
                    operator=standing.operator,
                    last_updated=_after(known, now),
                )
            elif not same_address(known.operator, standing.operator):
                yield replace(known, operator=standing.operator)

    def _standings(self) -> Iterator[tuple[Key, _Standing]]:
        """The registry's parties first: what is connected here counts, whatever is listed."""
        reported: dict[str, set[Role]] = {}
        for key in self._reports:
            reported.setdefault(key.party_key, set()).add(key.role)
        for listing in self._directory.parties():
            for role in reported.get(listing.party.key, set()).union(listing.roles):
                if role is not Role.HUB:
                    key = Key(listing.party.key, role)
                    status = self._listed(key, listing.operator)
                    yield key, _Standing(listing.party, listing.operator, status)
        for platform in self._members.platforms():
            offline = self._last_seen.is_offline(platform.id)
            status = ConnectionStatus.OFFLINE if offline else ConnectionStatus.CONNECTED
            for each in platform.roles:
                yield Key(each.party.key, each.role), _Standing(each.party, self._address, status)

    def _operator_of(self, party: PartyId) -> str:
        """Return who serves a party; empty when nobody is listed to, so that a new listing starts afresh."""
        listing = self._directory.party(party)
        return "" if listing is None else listing.operator

    def _listed(self, key: Key, operator: str) -> ConnectionStatus:
        """How a listed party stands that is not connected here."""
        if same_address(operator, self._address):
            known = self._clients.get(key)
            was_connected = known is not None and self.is_own(known) and known.status in _ONCE_CONNECTED
            return ConnectionStatus.SUSPENDED if was_connected else ConnectionStatus.PLANNED
        report = self._reports.get(key)
        if report is None or not same_address(report.operator, operator):
            return ConnectionStatus.PLANNED
        if report.status is not ConnectionStatus.CONNECTED:
            return report.status
        down = self._is_down(operator)
        if down is None:  # it has not been asked yet, so what was known of it stays
            known = self._clients.get(key)
            down = known is not None and known.status is ConnectionStatus.OFFLINE
        return ConnectionStatus.OFFLINE if down else ConnectionStatus.CONNECTED


_ONCE_CONNECTED = frozenset(
    {ConnectionStatus.CONNECTED, ConnectionStatus.OFFLINE, ConnectionStatus.SUSPENDED}
)


_TICK = timedelta(milliseconds=1)


def _after(client: Client, now: datetime) -> datetime:
    """A later statement is dated later, in whole milliseconds, even when a clock was set back."""
    return max(now, client.last_updated + _TICK)
