"""A platform hears that a party is connected before it gets the first object of that party (HUB-30, D10)."""

from datetime import datetime
from functools import partial

from ocn.node.client_info.last_seen import LastSeen
from ocn.node.client_info.model import Client, client_info_object
from ocn.node.client_info.pushes import Pushes, receiver_endpoint
from ocn.node.client_info.roster import Roster
from ocn.node.client_info.store import ClientInfoStore
from ocn.node.client_info.tasks import OneEach
from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.ports import Clock, Directory
from ocn.ocpi.errors import ReceiverUnreachable
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus, Role

_MOST_AT_ONCE = 256


class Introductions:
    """Who knows whom. On the way of every message to a platform: two look-ups in memory, as a rule."""

    def __init__(
        self,
        *,
        store: ClientInfoStore,
        roster: Roster,
        members: Members,
        directory: Directory,
        pushes: Pushes,
        last_seen: LastSeen,
        clock: Clock,
    ) -> None:
        self._store = store
        self._roster = roster
        self._members = members
        self._directory = directory
        self._pushes = pushes
        self._last_seen = last_seen
        self._clock = clock
        self._known: dict[str, set[str]] = {}
        self._work = OneEach(_MOST_AT_ONCE)

    def needed(self, platform: Platform, party: PartyId) -> bool:
        """Whether something is to be done before a message of a party may go to a platform."""
        if self._last_seen.any_offline() and self._last_seen.is_offline(platform.id):
            return True
        known = self._known.get(platform.id)
        if known is not None and party.key in known:
            return False
        return receiver_endpoint(platform) is not None and party not in platform.parties

    async def before(self, platform: Platform, party: PartyId) -> None:
        """Introduce a party to a platform, or refuse.

        Raises:
            ReceiverUnreachable: the platform is OFFLINE, and it is not the turn of a message to try it.
        """
        if not self._last_seen.may_try(platform.id):
            raise ReceiverUnreachable("the receiver is OFFLINE: it did not answer lately")
        known = self._known.get(platform.id, ())
        if party.key in known or receiver_endpoint(platform) is None or party in platform.parties:
            return
        await self._work.through((platform.id, party.key), partial(self._introduce, platform, party))

    def answered(self, platform: Platform) -> None:
        """A platform answered: if it was OFFLINE, it no longer is."""
        if self._last_seen.is_offline(platform.id):
            self._last_seen.note(platform.id)

    def told(self, platform_id: str, party: PartyId, status: ConnectionStatus) -> None:
        """Note what a platform was told of a party."""
        known = self._known.setdefault(platform_id, set())
        if status is ConnectionStatus.CONNECTED:
            known.add(party.key)
        else:
            known.discard(party.key)

    def keep(self, platform_ids: set[str]) -> None:
        """Drop what is kept of all other platforms."""
        for platform_id in self._known.keys() - platform_ids:
            del self._known[platform_id]

    async def close(self) -> None:
        """Cut off what is under way."""
        await self._work.close()

    async def _introduce(self, platform: Platform, party: PartyId) -> None:
        """Once per platform and party, whether it succeeds or not: what failed is told like every change."""
        if platform.id not in self._known:
            delivered = {
                view.key.party_key
                for view in await self._store.views(platform.id)
                if view.delivered and view.status is ConnectionStatus.CONNECTED
            }
            self._known.setdefault(platform.id, delivered)  # what was told meanwhile is newer
        known = self._known[platform.id]
        if party.key in known:
            return
        known.add(party.key)
        for client in self._clients(party, self._clock.now()):
            told = client_info_object(party, client.role, ConnectionStatus.CONNECTED, client.last_updated)
            if not await self._pushes.put(platform, party, told):
                return

    def _clients(self, party: PartyId, now: datetime) -> list[Client]:
        """Whoever sends is connected, though the roster may not have heard of it yet."""
        known = {client.role: client for client in self._roster.of(party)}
        platform = self._members.by_party(party)
        roles: set[Role]
        if platform is not None:
            roles = {each.role for each in platform.roles if each.party == party}
        else:
            listing = self._directory.party(party)
            roles = set(known) | set(() if listing is None else listing.roles)
        return [
            client
            if (client := known.get(role)) is not None and client.status is ConnectionStatus.CONNECTED
            else Client(party, role, ConnectionStatus.CONNECTED, now, "", now)
            for role in sorted(roles)
        ]
