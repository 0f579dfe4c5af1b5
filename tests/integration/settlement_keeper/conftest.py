"""A keeper on the embedded chain, with a mempool in between that has fees, forgets, and fails as told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ocn.chain.artifacts import load
from ocn.chain.client import ChainClient
from ocn.chain.contract import Contract
from ocn.chain.deploy import deploy_lanes
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, RpcError
from ocn.chain.embedded.transactions import Transaction, decode
from ocn.chain.errors import ChainRejected, ChainUnavailable
from ocn.chain.following import IndexSettings
from ocn.chain.transactions import Sender
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import SignedVoucher, sign_voucher
from ocn.settlement.keeper import Keeper, KeeperSettings, SqliteKeeperStore
from ocn.settlement.keeper.outbox import OutboxSettings
from ocn.settlement.keeper.store import KeeperStore
from ocn.settlement.lanes import LaneIndex, LaneSource, calls, erc20
from ocn.settlement.lanes.reading import LanesReader
from ocn.signing.keys import PrivateKey

GWEI = 10**9
PATIENCE_S = 60.0


class Mempool:
    """JSON-RPC of the embedded chain, whose blocks take transactions that pay the base fee, and no others.

    ``away`` calls fail from now on; ``down`` fails all. ``holds`` keeps every transaction out of blocks.
    """

    def __init__(self, devnet: Devnet) -> None:
        self._devnet = devnet
        self.base_fee = GWEI
        self.holds = False
        self.down = False
        self.away = 0
        self.pool: dict[tuple[bytes, int], Transaction] = {}
        self.sent: list[Transaction] = []
        self.refusals = asyncio.Semaphore(0)
        self.taken = asyncio.Semaphore(0)

    async def call(self, method: str, *params: Any) -> Any:
        if self.down or self.away > 0:
            self.away -= 1
            self.refusals.release()
            raise ChainUnavailable("the endpoint is away")
        try:
            return await self._answer(method, params)
        except RpcError as error:
            raise ChainRejected(method, error.code, error.message, error.data) from error

    async def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        return await _each(self.call, requests)

    async def close(self) -> None:
        """Nothing is open."""

    async def mine(self) -> None:
        """Make blocks of what pays enough, in the order of its numbers, and one more."""
        while not self.holds and (due := await self._due()):
            del self.pool[due.call.sender, due.nonce]
            await self._devnet.rpc("eth_sendRawTransaction", ["0x" + due.raw.hex()])
        await self._devnet.rpc("evm_mine")

    async def _due(self) -> Transaction | None:
        for (sender, nonce), transaction in self.pool.items():
            if nonce == await self._used(sender) and transaction.call.max_fee_per_gas >= self.base_fee:
                return transaction
        return None

    async def _used(self, sender: bytes) -> int:
        return int(await self._devnet.rpc("eth_getTransactionCount", ["0x" + sender.hex(), "latest"]), 16)

    async def _answer(self, method: str, params: Sequence[Any]) -> Any:
        if method == "eth_sendRawTransaction":
            return await self._take(decode(bytes.fromhex(params[0][2:])))
        if method == "eth_getTransactionCount" and params[1] == "pending":
            sender = bytes.fromhex(params[0][2:])
            nonce = await self._used(sender)
            while (sender, nonce) in self.pool:
                nonce += 1
            return hex(nonce)
        if method == "eth_maxPriorityFeePerGas":
            return hex(GWEI // 10)
        answer = await self._devnet.rpc(method, list(params))
        if method == "eth_getBlockByNumber" and answer is not None:
            answer = {**answer, "baseFeePerGas": hex(self.base_fee)}
        return answer

    async def _take(self, transaction: Transaction) -> str:
        method = "eth_sendRawTransaction"
        key = (transaction.call.sender, transaction.nonce)
        if transaction.nonce < await self._used(transaction.call.sender):
            raise ChainRejected(method, -32000, "nonce too low")
        rival = self.pool.get(key)
        if rival is not None:
            if rival.hash == transaction.hash:
                raise ChainRejected(method, -32000, "already known")
            for new, old in (
                (transaction.call.max_fee_per_gas, rival.call.max_fee_per_gas),
                (transaction.call.max_priority_fee_per_gas, rival.call.max_priority_fee_per_gas),
            ):
                if 10 * new < 11 * old:
                    raise ChainRejected(
                        "eth_sendRawTransaction", -32000, "replacement transaction underpriced"
                    )
        self.pool[key] = transaction
        self.sent.append(transaction)
        self.taken.release()
        return "0x" + transaction.hash.hex()


async def _each(
    call: Callable[..., Awaitable[Any]], requests: Sequence[tuple[str, Sequence[Any]]]
) -> list[Any]:
    """Answer a batch: a refused call is an error in its place."""
    answers: list[Any] = []
    for method, params in requests:
        try:
            answers.append(await call(method, *params))
        except ChainRejected as error:
            answers.append(error)
    return answers


@dataclass
class Clock:
    """Time that passes when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


FOLLOWING = IndexSettings(confirmations=1, poll_s=60.0, longest_retry_s=0.001, audit_sample=0)


@dataclass
class Parties:
    """Lanes and one token somewhere, parties with money there (A to D: 0 to 3), and a keeper's account."""

    contract: str
    token: str
    keys: list[PrivateKey]
    following = FOLLOWING
    clock: Clock = field(default_factory=Clock)
    index: LaneIndex | None = None

    @property
    def account(self) -> PrivateKey:
        return self.keys[0]

    def reader_of(self, chain: ChainClient) -> LanesReader:
        return LanesReader(chain, self.contract)

    def lane(self, payer: int, payee: int) -> Lane:
        return Lane(9, self.contract, self.token, self.keys[payer].address, self.keys[payee].address)

    def voucher(self, payer: int, payee: int, cumulative: int) -> SignedVoucher:
        return sign_voucher(self.keys[payer], self.lane(payer, payee), cumulative, bytes(32))

    def store(self, path: Path | None = None) -> SqliteKeeperStore:
        return SqliteKeeperStore(path, chain_id=9, account=self.account.address)

    def keeper(
        self,
        store: KeeperStore,
        *,
        chain: ChainClient,
        most_wei: int = 100 * GWEI,
        confirmations: int = 1,
        vault: int | None = None,
    ) -> Keeper:
        assert self.index is not None
        outbox = OutboxSettings(most_wei=most_wei, patience_s=PATIENCE_S, confirmations=confirmations)
        return Keeper(
            chain,
            self.contract,
            self.account,
            store=store,
            lanes=self.index,
            vault_key=None if vault is None else self.keys[vault],
            settings=KeeperSettings(poll_s=0.01, longest_retry_s=0.01, outbox=outbox),
            clock=self.clock,
        )


async def prepare(chain: ChainClient) -> Parties:
    """Put Lanes and a token on a chain, and money of four parties into it."""
    keys = [PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS]
    sender = Sender(chain, keys[19])
    contract, _ = await deploy_lanes(sender, 60)
    artifact = load("TestToken")
    creation = Contract(artifact.abi).deployment(artifact.bytecode, "Test euro", "EUR", 6)
    token, _ = await sender.create(creation)
    for key in keys[:4]:
        own, party = key.address, Sender(chain, key)
        await party.send(token, erc20.MINT.encode(own.lower(), 1_000))
        await party.send(token, erc20.APPROVE.encode(contract.lower(), 1_000))
        await party.send(contract, calls.deposit(own, token, 1_000))
    return Parties(contract, token, keys)


@pytest.fixture(scope="session")
def preparing() -> Callable[[ChainClient], Awaitable[Parties]]:
    """Prepares a chain that the test brings."""
    return prepare


@dataclass
class Place:
    """Parties on the embedded chain, seen through a mempool."""

    devnet: Devnet
    mempool: Mempool
    parties: Parties
    index: LaneIndex

    def __getattr__(self, name: str) -> Any:
        return getattr(self.parties, name)

    @property
    def chain(self) -> ChainClient:
        return ChainClient(self.mempool)

    def keeper(self, store: KeeperStore, **settings: Any) -> Keeper:
        return self.parties.keeper(store, chain=self.chain, **settings)

    async def turn(self, keeper: Keeper, *, patience: bool = True) -> None:
        """Let the keeper look, a block come, and its patience pass."""
        await self.index.caught_up()
        await keeper.step()
        await self.mempool.mine()
        if patience:
            self.parties.clock.now += PATIENCE_S

    async def work(self, keeper: Keeper, store: KeeperStore, *, most: int = 60) -> None:
        """Go on until nothing is open."""
        for _ in range(most):
            await self.turn(keeper)
            if not await store.waiting() and not await store.transactions():
                await self.index.caught_up()
                return
        raise AssertionError(await keeper.standing())

    async def free(self, party: int) -> int:
        reader = self.parties.reader_of(self.chain)
        return await reader.free(self.parties.token, self.parties.keys[party].address)

    async def claimed(self, payer: int, payee: int) -> int:
        lane = self.parties.lane(payer, payee)
        reader = self.parties.reader_of(self.chain)
        return (await reader.exposure(lane.payer, lane.payee, lane.token)).claimed

    async def create(self, creation: bytes) -> str:
        """Deploy a contract, past the mempool."""
        address, _ = await Sender(ChainClient(_Direct(self.devnet)), self.parties.keys[9]).create(creation)
        return address

    async def directly(self, party: int, data: bytes, *, to: str | None = None) -> None:
        """Send past the mempool."""
        sender = Sender(ChainClient(_Direct(self.devnet)), self.parties.keys[party])
        await sender.send(to or self.parties.contract, data)


class _Direct:
    def __init__(self, devnet: Devnet) -> None:
        self._devnet = devnet

    async def call(self, method: str, *params: Any) -> Any:
        try:
            return await self._devnet.rpc(method, list(params))
        except RpcError as error:
            raise ChainRejected(method, error.code, error.message, error.data) from error

    async def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        return await _each(self.call, requests)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with await Devnet.open(None) as devnet:
        parties = await prepare(ChainClient(_Direct(devnet)))
        mempool = Mempool(devnet)
        source = LaneSource(parties.contract)
        async with LaneIndex(ChainClient(mempool), source, settings=FOLLOWING) as index:
            await index.caught_up()
            parties.index = index
            yield Place(devnet, mempool, parties, index)
