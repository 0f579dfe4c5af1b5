"""Bring objects of other nodes' parties here: those that were broadcast while this node was not there.

Each node's changes are read on from the last one seen. A store that is new to us, or that we have not read
for longer than it remembers what was withdrawn, is read from its beginning, and what it no longer has goes
here too. A node is believed only about parties that the registry lists under it.
"""

import asyncio
from datetime import timedelta

import msgspec
import structlog

from ocn.errors import OcnError
from ocn.node.members import Members
from ocn.node.object_store.crawl import Crawl, withdrawal
from ocn.node.object_store.feed import FEED_PATH, FedObject, FeedPage
from ocn.node.object_store.model import EVERYONE, SHARED_MODULES, Mark, ObjectKey, Push
from ocn.node.object_store.port import ObjectStore
from ocn.node.object_store.reading import object_key, read_object
from ocn.node.peers import Peer, Peers
from ocn.node.ports import Clock, Directory
from ocn.ocpi.errors import HubFault, InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.unreadable import UNREADABLE
from ocn.ocpi.versions import VERSION_BY_NUMBER
from ocn.signing import same_address

_log = structlog.get_logger("ocn.node.background")
_MOST_PAGES = 20_000
_LONGEST_S = 3600.0
"""Of one node's turn; who is slower than that keeps the others waiting no longer."""
_PAGE = msgspec.json.Decoder(FeedPage)


class Syncing:
    """Reads the stores of other nodes."""

    def __init__(
        self,
        *,
        store: ObjectStore,
        peers: Peers,
        directory: Directory,
        members: Members,
        clock: Clock,
        remembered: timedelta,
    ) -> None:
        self._store = store
        self._peers = peers
        self._directory = directory
        self._members = members
        self._clock = clock
        self._remembered = remembered

    async def run(self, every_s: float) -> None:
        """Read every node's store now and again, until cancelled; one that fails is tried the next time."""
        try:
            await self._directory.caught_up()
        except OcnError as error:
            _log.info("nodes_not_known_yet", error=str(error))
        while True:
            await self.once()
            await asyncio.sleep(every_s)

    async def once(self) -> None:
        """Read what is new from every node, one after the other."""
        for peer in self._peers.others():
            try:
                async with asyncio.timeout(_LONGEST_S):
                    stored = await self.pull(peer)
            except (OcnError, TimeoutError) as error:
                problem = str(error) or "too slow"
                _log.info("node_not_synced", node=peer.url, error=problem)
                continue
            if stored:
                _log.info("node_synced", node=peer.url, objects=stored)

    async def pull(self, peer: Peer) -> int:
        """Read what is new from one node, and return how many objects it told of.

        Raises:
            HubFault: it cannot be reached or does not say what it should.
            StorageError: what it said could not be stored.
        """
        mark = await self._known(peer)
        crawl = await Crawl.begin(self._store)
        page = await self._page(peer, mark.arrival if mark is not None else 0)
        whole = mark is None or page.store_id != mark.store_id
        if whole and mark is not None:
            page = await self._page(peer, 0)
        for _ in range(_MOST_PAGES):
            await crawl.add(list(filter(None, (self._push(peer, fed) for fed in page.objects))))
            if not page.more:
                break
            after = page.last
            page = await self._page(peer, after)
            if page.last <= after and page.more:
                raise HubFault(f"the node {peer.url} tells the same page of its objects again")
        else:
            raise HubFault(f"the node {peer.url} tells of objects without an end")
        if whole:
            await self._withdraw(peer, crawl)
        await self._store.set_mark(peer.address, Mark(page.store_id, page.last, self._clock.now()))
        return crawl.objects

    async def _known(self, peer: Peer) -> Mark | None:
        mark = await self._store.mark(peer.address)
        if mark is None or self._clock.now() - mark.at > self._remembered / 2:
            return None
        return mark

    async def _page(self, peer: Peer, after: int) -> FeedPage:
        answer = await self._peers.send(peer, "GET", f"{FEED_PATH}?after={after}")
        if answer.status != 200:
            raise HubFault(f"the node {peer.url} answered {answer.status} when asked for its objects")
        try:
            return _PAGE.decode(answer.body)
        except UNREADABLE as error:
            raise HubFault(f"the node {peer.url} told of its objects in no known form: {error}") from error

    def _push(self, peer: Peer, fed: FedObject) -> Push | None:
        """Return what a node told, or None when it is not for that node to tell."""
        version = VERSION_BY_NUMBER.get(fed.version)
        try:
            owner = PartyId(fed.country_code, fed.party_id)
            if fed.module not in SHARED_MODULES or version is None or not self._is_of(peer, owner):
                return None
            if isinstance(fed.body, msgspec.UnsetType):
                key = _key_of(fed)
                return withdrawal(ObjectKey(fed.module, owner.key, key), owner)
            push = read_object(fed.module, bytes(fed.body), version=version, owner=owner, fetched=True)
        except (ValueError, InvalidParameters) as error:
            _log.info("object_refused", node=peer.url, module=fed.module[:40], error=str(error)[:200])
            return None
        return push if push.owner == owner else None

    def _is_of(self, peer: Peer, owner: PartyId) -> bool:
        if self._members.by_party(owner) is not None:
            return False
        listing = self._directory.party(owner)
        return listing is not None and same_address(listing.operator, peer.address)

    async def _withdraw(self, peer: Peer, crawl: Crawl) -> None:
        """Withdraw what a node that was read whole no longer has of its parties."""
        for module in sorted(SHARED_MODULES):
            for tally in await self._store.tallies(module, EVERYONE):
                if tally.visible and self._is_of(peer, tally.owner):
                    await crawl.end(module, tally.owner)


def _key_of(fed: FedObject) -> str:
    """Return the key of a withdrawn object as this node makes keys; a token's tells its type."""
    token_type = fed.key.removeprefix(f"{fed.id.upper()} ")
    return object_key(fed.module, fed.id, token_type if token_type != fed.key else None)
