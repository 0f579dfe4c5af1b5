"""The contract Lanes with test tokens on real chains, and parties with money."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.settlement_lanes.arena import Arena, InProcess

from ocn.chain.artifacts import load
from ocn.chain.client import ChainClient
from ocn.chain.contract import Contract
from ocn.chain.deploy import deploy_lanes
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, serving
from ocn.chain.following import IndexSettings
from ocn.chain.following.log import EventLog, Layout, OpenLog
from ocn.chain.following.shared_log import SharedLog
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.chain.values import Receipt
from ocn.database import Database
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import SignedVoucher, sign_voucher
from ocn.settlement.lanes import LaneIndex, LaneSource, calls, erc20
from ocn.settlement.lanes.reading import LanesReader
from ocn.settlement.lanes.records import Key, Record
from ocn.settlement.storage.schema import open_settlement_database
from ocn.settlement.storage.tables import lane_log
from ocn.signing.keys import PrivateKey

NOTICE_S = 60
RICH = 1_000_000


@dataclass
class Ground:
    """A chain with Lanes and two tokens; parties A, B, C with free money in each."""

    chain: ChainClient
    source: LaneSource
    tokens: tuple[str, str]
    keys: list[PrivateKey]

    @property
    def reader(self) -> LanesReader:
        return LanesReader(self.chain, self.source.contract)

    @property
    def addresses(self) -> list[str]:
        return [key.address for key in self.keys]

    def sender(self, party: int) -> Sender:
        return Sender(self.chain, self.keys[party])

    async def send(self, party: int, data: bytes, *, to: str | None = None) -> Receipt:
        return await self.sender(party).send(to or self.source.contract, data)

    def lane(self, payer: int, payee: int, token: int = 0) -> Lane:
        return Lane(9, self.source.contract, self.tokens[token], self.addresses[payer], self.addresses[payee])

    def voucher(self, payer: int, payee: int, cumulative: int, token: int = 0) -> SignedVoucher:
        evidence = bytes([payer, payee, token]) + cumulative.to_bytes(29, "big")
        return sign_voucher(self.keys[payer], self.lane(payer, payee, token), cumulative, evidence)

    def index(
        self, path: Path | None = None, log: OpenLog[Key, Record] | None = None, **settings: Any
    ) -> LaneIndex:
        chosen = {"confirmations": 2, "poll_s": 60.0, "audit_sample": 0} | settings
        return LaneIndex(self.chain, self.source, path=path, settings=IndexSettings(**chosen), log=log)

    async def funded(self, parties: int = 3, amount: int = RICH) -> None:
        """Give the first parties free money in both tokens."""
        for party in range(parties):
            for token in self.tokens:
                own = self.addresses[party]
                await self.send(party, erc20.MINT.encode(own.lower(), 2 * amount), to=token)
                approval = erc20.APPROVE.encode(self.source.contract.lower(), 2**255)
                await self.send(party, approval, to=token)
                await self.send(party, calls.deposit(own, token, amount))

    async def pass_time(self, seconds: int) -> None:
        """Move the chain's clock, on the embedded chain and on anvil."""
        await self.chain.rpc.call("evm_increaseTime", seconds)
        await self.chain.rpc.call("evm_mine")


async def deployed_on(chain: ChainClient) -> Ground:
    keys = [PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS]
    sender = Sender(chain, keys[19])
    contract, block = await deploy_lanes(sender, NOTICE_S)
    token = load("TestToken")
    tokens = []
    for name, symbol, decimals in (("Test euro", "EUR", 6), ("Test franc", "CHF", 18)):
        creation = Contract(token.abi).deployment(token.bytecode, name, symbol, decimals)
        tokens.append((await sender.create(creation))[0])
    return Ground(chain, LaneSource(contract, block), (tokens[0], tokens[1]), keys)


async def deployed(url: str) -> AsyncIterator[Ground]:
    async with RpcClient(url) as rpc:
        yield await deployed_on(ChainClient(rpc))


@pytest.fixture(scope="session")
def deploying() -> Callable[[ChainClient], Awaitable[Ground]]:
    """Puts Lanes and tokens on a chain that the test brings."""
    return deployed_on


@pytest.fixture
async def ground() -> AsyncIterator[Ground]:
    """Lanes on the embedded chain."""
    async with await Devnet.open(None) as devnet, serving(devnet, "127.0.0.1", 0) as url:
        async for ground in deployed(url):
            yield ground


@pytest.fixture
async def anvil_ground(anvil_url: str) -> AsyncIterator[Ground]:
    """Lanes on anvil, at the rules of Energy Web."""
    async for ground in deployed(anvil_url):
        yield ground


@pytest.fixture(scope="module")
def arena(deploying: Any) -> Iterator[tuple[asyncio.Runner, Arena]]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def begin() -> Arena:
            devnet = await stack.enter_async_context(await Devnet.open(None))
            arena = Arena(await deploying(ChainClient(InProcess(devnet))))
            await arena.prepare()
            return arena

        yield runner, runner.run(begin())
        runner.run(stack.aclose())


@pytest.fixture
def open_shared(new_postgresql_database: Callable[[], str]) -> Callable[[], OpenLog[Key, Record]]:
    """Makes a database whose log any number of indexes may share."""

    def make() -> OpenLog[Key, Record]:
        database = open_settlement_database(new_postgresql_database())
        asyncio.run(_upgraded(database))

        def opened(identity: str, layout: Layout[Key, Record]) -> EventLog[Key, Record]:
            return SharedLog(database.blocking(), lane_log, identity, layout)

        return opened

    return make


async def _upgraded(database: Database) -> None:
    await database.upgrade()
    await database.close()
