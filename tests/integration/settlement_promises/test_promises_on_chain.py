"""What terms promise, made true on the embedded chain by two services that talk to each other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ocn.chain.client import ChainClient
from ocn.chain.deploy import local_settlement
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, serving
from ocn.chain.following import IndexSettings
from ocn.chain.networks import Network, built_in
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.ocpi.party_id import PartyId
from ocn.party import MemoryStorage, Party, PartyRole, StoredReceiver, StoredSender
from ocn.party.in_process import InProcessNetwork
from ocn.settlement import (
    Currency,
    House,
    Payee,
    Payer,
    RelayedObjects,
    Settlement,
    SettlePolicy,
    Side,
    TariffEngine,
    Terms,
    TermsBounds,
    Tick,
    open_store,
)
from ocn.settlement.chain_side import ChainSide, chain_side
from ocn.settlement.keeper import KeeperSettings
from ocn.settlement.keeper.outbox import OutboxSettings
from ocn.signing.keys import PrivateKey

ONE, TWO = PartyId("DE", "ONE"), PartyId("NL", "TWO")
ARBITER = PrivateKey(b"\x0a" * 32).address
KEYS = [PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS]
FOLLOWING = IndexSettings(confirmations=0, poll_s=0.02, audit_sample=0)
KEEPING = KeeperSettings(poll_s=0.02, outbox=OutboxSettings(confirmations=0))


class NoChargers:
    """Nobody charges here."""

    async def hold(self, session_id: str, payer: PartyId, why: str) -> None:
        raise AssertionError(f"{session_id} is told something: {why}")

    resume = stop = hold


@dataclass
class Member:
    """A party that is CPO and eMSP, with its view of the chain."""

    party: Party
    settlement: Settlement
    collect: Payee
    chain: ChainSide

    @property
    def side(self) -> Side:
        key = self.settlement.house.key.address
        return Side(self.settlement.house.own, key, key, key)


@dataclass
class Two:
    one: Member
    two: Member

    def terms(self, payer: Member, payee: Member, **changes: Any) -> Terms:
        chain = payer.chain
        return Terms(
            payer=payer.side,
            payee=payee.side,
            chain_id=chain.network.chain_id,
            contract=chain.contract,
            token=chain.network.tokens["EUR"],
            decimals=6,
            currency="EUR",
            tick=Tick(500, 10),
            grace_s=20,
            reserve=0,
            unsecured=100,
            **changes,
        )


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    async with (
        await Devnet.open(None) as devnet,
        serving(devnet, "127.0.0.1", 0) as url,
        RpcClient(url) as rpc,
    ):
        sender = Sender(ChainClient(rpc), KEYS[9])
        lanes, euro, _ = [(await sender.create(creation))[0] for creation in local_settlement()]
        yield replace(built_in("local"), rpc_url=url, lanes=lanes, tokens={"EUR": euro})


@pytest.fixture
async def both(network: Network, tmp_path: Path) -> AsyncIterator[Two]:
    """The second keeps its keeper's memory in its database, and pays gas from an account of its own."""
    way = InProcessNetwork()
    async with AsyncExitStack() as stack:
        made: list[Member] = []
        for own, key, account in ((ONE, KEYS[1], KEYS[1]), (TWO, KEYS[2], KEYS[3])):
            rpc = await stack.enter_async_context(RpcClient(network.rpc_url))
            store = await open_store(f"sqlite:///{tmp_path / own.key}.db")
            stack.push_async_callback(store.close)
            apart: dict[str, Any] = {"vault_key": key, "database": store.database} if account != key else {}
            chain = await stack.enter_async_context(
                chain_side(ChainClient(rpc), network, account, following=FOLLOWING, keeping=KEEPING, **apart)
            )
            euro = Currency(network.chain_id, chain.contract, network.tokens["EUR"], 6)
            bounds = TermsBounds(key.address, key.address, {"EUR": euro}, most_unsecured=100, hold_back=True)
            house = House(own, key, bounds, store, chain.ledger, chain.keeper)
            told, collect = RelayedObjects(MemoryStorage()), Payee(NoChargers(), SettlePolicy(threshold=1))
            settlement = Settlement(
                house, payer=Payer(told, TariffEngine()), payee=collect, housekeeping_s=0.02
            )
            url, other = f"http://{own.key}.test", f"http://{(TWO if own == ONE else ONE).key}.test"
            party = Party(
                roles=[PartyRole.of(str(own), "CPO")],
                node_url=other,
                public_url=url,
                serve=False,
                transport=way,
                handlers=[StoredReceiver(told), StoredSender(told)],
                storage=told,
                custom_modules=settlement.custom_modules,
                token_a=made[0].party.invite() if made else None,
            )
            way.add(url, party)
            await party.open()
            stack.push_async_callback(party.close)
            made.append(Member(party, settlement, collect, chain))
        await made[1].party.join()
        for member in made:
            await stack.enter_async_context(member.settlement.running(member.party.client))
        yield Two(*made)


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await look():
            await asyncio.sleep(0.02)


async def test_set_off_is_promised_by_both_and_known_to_both(both: Two) -> None:
    there = both.terms(both.one, both.two)
    lanes = there.lane, there.lane.opposite
    await both.one.settlement.propose(there)
    await both.two.settlement.propose(both.terms(both.two, both.one))

    async def promised() -> bool:
        states = [await side.chain.ledger.state(lane) for side in (both.one, both.two) for lane in lanes]
        return all(state.set_off for state in states)

    await until(promised)


async def test_time_to_dispute_is_agreed_by_both_vaults_and_ended(both: Two) -> None:
    held = both.terms(both.one, both.two, hold_back_h=24, arbiter=ARBITER)
    await both.one.settlement.propose(held)
    assert "back not at all" in (await both.two.collect.authorise(ONE)).why

    async def holds() -> bool:
        state = await both.two.chain.ledger.state(held.lane)
        return (state.window_s, state.arbiter) == (86_400, ARBITER)

    await until(holds)
    assert (await both.two.collect.authorise(ONE)).allowed
