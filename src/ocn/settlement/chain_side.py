"""Everything of settlement that reaches the chain, put together for one party."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ocn.chain.client import ChainClient
from ocn.chain.following import IndexSettings
from ocn.chain.following.log import EventLog, Layout, OpenLog
from ocn.chain.following.shared_log import SharedLog
from ocn.chain.networks import Network
from ocn.database import Database
from ocn.errors import ConfigurationError
from ocn.settlement.core.lane import Lane
from ocn.settlement.keeper import (
    Keeper,
    KeeperSettings,
    KeeperStore,
    SqliteKeeperStore,
    SqlKeeperStore,
)
from ocn.settlement.lanes import LaneIndex, LaneSource
from ocn.settlement.lanes.ledger import ChainLedger
from ocn.settlement.lanes.records import Key, Record
from ocn.settlement.lanes.tokens import Tokens
from ocn.settlement.storage.tables import lane_log
from ocn.signing.keys import PrivateKey


@dataclass(frozen=True, slots=True)
class ChainSide:
    """A party's view of one contract, and who goes there for it."""

    network: Network
    contract: str
    index: LaneIndex
    ledger: ChainLedger
    keeper: Keeper
    tokens: Tokens

    def lane(self, token: str, payer: str, payee: str) -> Lane:
        """Return a lane of this contract."""
        return Lane(self.network.chain_id, self.contract, token, payer, payee)


@asynccontextmanager
async def chain_side(
    chain: ChainClient,
    network: Network,
    key: PrivateKey,
    *,
    vault_key: PrivateKey | None = None,
    folder: Path | None = None,
    database: Database | None = None,
    following: IndexSettings | None = None,
    keeping: KeeperSettings | None = None,
) -> AsyncIterator[ChainSide]:
    """Follow the network's contract and keep claims going for the length of a block.

    Args:
        chain: the endpoint; it stays the caller's to close.
        network: where the contract and the tokens are.
        key: pays for transactions, and is the vault's where reserves are to be kept by themselves.
        vault_key: of the vault, where ``key`` is another's: for what only the vault may promise or release.
        folder: for the index and the keeper; without one, both are in memory.
        database: of the service's store, whose tables the keeper then remembers in instead of a file. Where
            it is PostgreSQL the index does, too, and replicas of the service share it.
        following: how often to look, and what counts as confirmed.
        keeping: how to press, and how dear.

    Raises:
        ConfigurationError: the network names no contract for settlement.
    """
    if network.lanes is None:
        raise ConfigurationError(
            f"the network {network.name} names no contract Lanes", hint="Name it in a network file."
        )
    source = LaneSource(network.lanes, network.first_block, frozenset(network.tokens.values()))
    paths = (folder / "lanes.sqlite", folder / "keeper.sqlite") if folder is not None else (None, None)
    tokens = Tokens(chain)
    log = None if database is None or not database.is_shared else _shared_log(database, network.chain_id)
    async with LaneIndex(chain, source, path=paths[0], settings=following, log=log) as index:
        await index.caught_up()
        store: KeeperStore
        if database is None:
            store = SqliteKeeperStore(paths[1], chain_id=network.chain_id, account=key.address)
        else:
            store = SqlKeeperStore(database, chain_id=network.chain_id, account=key.address)
        ledger = ChainLedger(index, tokens, chain_id=network.chain_id, contract=network.lanes)
        try:
            async with Keeper(
                chain, network.lanes, key, store=store, lanes=index, vault_key=vault_key, settings=keeping
            ) as keeper:
                yield ChainSide(network, network.lanes, index, ledger, keeper, tokens)
        finally:
            await store.close()


def _shared_log(database: Database, chain_id: int) -> OpenLog[Key, Record]:
    """Keep the index in the database. Contracts may have one address on several chains."""

    def opened(identity: str, layout: Layout[Key, Record]) -> EventLog[Key, Record]:
        return SharedLog(database.blocking(), lane_log, f"{chain_id} {identity}", layout)

    return opened
