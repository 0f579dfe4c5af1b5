"""What fills the hub's memory besides broadcasts: other nodes' objects, and lists fetched whole."""

from collections.abc import Coroutine, Iterator
from datetime import timedelta

from ocn.node.background.fetching import Fetching
from ocn.node.background.syncing import Syncing
from ocn.node.compose import Parts
from ocn.node.config import NodeConfig
from ocn.node.members import Members
from ocn.node.object_store.port import ObjectStore
from ocn.node.peers import Peers, SignedExchange
from ocn.ocpi.party_id import PartyId


def filling(
    config: NodeConfig, parts: Parts, members: Members, objects: ObjectStore
) -> Iterator[Coroutine[None, None, None]]:
    """What fills the hub's memory besides broadcasts."""
    if config.store.sync_minutes:
        exchange = SignedExchange(
            key=parts.key,
            outbound=parts.outbound,
            now_ms=parts.now_ms,
            max_age_ms=int(config.limits.node_clock_skew_seconds * 1000),
        )
        syncing = Syncing(
            store=objects,
            peers=Peers(
                address=parts.key.address, url=config.base_url, directory=parts.directory, exchange=exchange
            ),
            directory=parts.directory,
            members=members,
            clock=parts.clock,
            remembered=timedelta(days=config.store.gone_days),
        )
        yield syncing.run(config.store.sync_minutes * 60)
    if config.store.fetch_hours:
        fetching = Fetching(
            hub=PartyId(config.hub.country_code, config.hub.party_id),
            store=objects,
            members=members,
            outbound=parts.outbound,
            url_check=parts.url_check,
            timeout_s=config.limits.forward_timeout_seconds,
        )
        yield fetching.run(config.store.fetch_hours * 3600)
