"""The chain as settlement reaches it: the stand-in of unit tests, and Lanes on the embedded chain."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from tests.unit.settlement.fakes import FakeChain

from ocn.chain.artifacts import load
from ocn.chain.client import ChainClient
from ocn.chain.contract import Contract
from ocn.chain.deploy import deploy_lanes
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, serving
from ocn.chain.following import IndexSettings
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import SignedVoucher, sign_voucher
from ocn.settlement.keeper import Keeper, KeeperSettings, SqliteKeeperStore
from ocn.settlement.keeper.outbox import OutboxSettings
from ocn.settlement.lanes import LaneIndex, LaneSource, calls, erc20
from ocn.settlement.lanes.ledger import ChainLedger
from ocn.settlement.lanes.tokens import Tokens
from ocn.settlement.ports import Keeper as KeeperPort
from ocn.settlement.ports import Ledger
from ocn.signing.addresses import checksummed
from ocn.signing.keys import PrivateKey

A, B, HOT = 0, 1, 2


@dataclass
class Side:
    """Two vaults (A and B), a key to be a hot key of A, and a chain that does what it is asked."""

    ledger: Ledger
    keeper: KeeperPort
    contract: str
    token: str
    keys: list[PrivateKey]

    def lane(self, payer: int, payee: int) -> Lane:
        return Lane(9, self.contract, self.token, self.keys[payer].address, self.keys[payee].address)

    def voucher(self, payer: int, payee: int, cumulative: int, *, key: int | None = None) -> SignedVoucher:
        signer = self.keys[payer if key is None else key]
        return sign_voucher(signer, self.lane(payer, payee), cumulative, cumulative.to_bytes(32, "big"))

    async def fund(self, party: int, amount: int) -> None:
        """Put free money into a vault."""
        raise NotImplementedError

    async def let_sign(self, party: int, key: int) -> None:
        """Make a key a hot key of a vault."""
        raise NotImplementedError

    async def let_sign_no_more(self, party: int, key: int) -> None:
        """Remove a hot key."""
        raise NotImplementedError

    async def pass_time(self, seconds: int) -> None:
        """Move the chain's clock."""
        raise NotImplementedError

    async def settled(self) -> None:
        """Wait until what was asked of the keeper is done."""
        raise NotImplementedError


@dataclass
class FakeSide(Side):
    chain: FakeChain

    async def fund(self, party: int, amount: int) -> None:
        self.chain.fund(self.keys[party].address, amount)

    async def let_sign(self, party: int, key: int) -> None:
        self.chain.signers_of.add((self.keys[party].address, self.keys[key].address))

    async def let_sign_no_more(self, party: int, key: int) -> None:
        self.chain.removed.add(self.keys[key].address)

    async def pass_time(self, seconds: int) -> None:
        """What is held here is held for no time."""

    async def settled(self) -> None:
        """Everything is done at once."""


@dataclass
class RealSide(Side):
    chain: ChainClient
    index: LaneIndex
    running: Keeper

    async def fund(self, party: int, amount: int) -> None:
        own, sender = self.keys[party].address, Sender(self.chain, self.keys[party])
        await sender.send(self.token, erc20.MINT.encode(own.lower(), amount))
        await sender.send(self.token, erc20.APPROVE.encode(self.contract.lower(), amount))
        await sender.send(self.contract, calls.deposit(own, self.token, amount))
        await self.index.caught_up()

    async def let_sign(self, party: int, key: int) -> None:
        await self._set_signer(party, key, 1)

    async def let_sign_no_more(self, party: int, key: int) -> None:
        await self._set_signer(party, key, 0)

    async def _set_signer(self, party: int, key: int, rights: int) -> None:
        call = calls.set_signer(self.keys[party].address, self.keys[key].address, rights)
        await Sender(self.chain, self.keys[party]).send(self.contract, call.data)
        await self.index.caught_up()

    async def pass_time(self, seconds: int) -> None:
        await self.chain.rpc.call("evm_increaseTime", seconds)
        await self.chain.rpc.call("evm_mine")

    async def settled(self) -> None:
        async with asyncio.timeout(30):
            await self.running.at_rest()
            await self.index.caught_up()


async def _real(stack: AsyncExitStack) -> RealSide:
    devnet = await stack.enter_async_context(await Devnet.open(None))
    url = await stack.enter_async_context(serving(devnet, "127.0.0.1", 0))
    chain = ChainClient(await stack.enter_async_context(RpcClient(url)))
    accounts = [PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS]
    contract, block = await deploy_lanes(Sender(chain, accounts[9]), 60)
    artifact = load("TestToken")
    creation = Contract(artifact.abi).deployment(artifact.bytecode, "Test euro", "EUR", 6)
    token, _ = await Sender(chain, accounts[9]).create(creation)
    following = IndexSettings(confirmations=0, poll_s=0.02, audit_sample=0)
    source = LaneSource(contract, block, frozenset({token}))
    index = await stack.enter_async_context(LaneIndex(chain, source, settings=following))
    keys = [PrivateKey.generate() for _ in range(3)]
    store = SqliteKeeperStore(None, chain_id=9, account=keys[HOT].address)
    stack.push_async_callback(store.close)
    settings = KeeperSettings(poll_s=0.02, outbox=OutboxSettings(confirmations=0))
    keeper = await stack.enter_async_context(
        Keeper(chain, contract, keys[HOT], store=store, lanes=index, vault_key=keys[B], settings=settings)
    )
    ledger = ChainLedger(index, Tokens(chain), chain_id=9, contract=contract)
    return RealSide(ledger, keeper, contract, token, keys, chain, index, keeper)


@pytest.fixture(params=["fake", "real"])
async def side(request: pytest.FixtureRequest) -> AsyncIterator[Side]:
    if request.param == "fake":
        chain = FakeChain()
        contract, token = checksummed(b"\x11" * 20), checksummed(b"\x22" * 20)
        yield FakeSide(chain, chain, contract, token, [PrivateKey.generate() for _ in range(3)], chain)
        return
    async with AsyncExitStack() as stack:
        yield await _real(stack)
