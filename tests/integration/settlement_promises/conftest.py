"""Two services that talk to each other, over the embedded chain."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.settlement_promises.two_services import (
    FOLLOWING,
    KEEPING,
    KEYS,
    ONE,
    TWO,
    Member,
    NoChargers,
    Two,
)

from ocn.chain.client import ChainClient
from ocn.chain.deploy import local_settlement
from ocn.chain.embedded import Devnet, serving
from ocn.chain.networks import Network, built_in
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
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
    TariffEngine,
    TermsBounds,
    open_store,
)
from ocn.settlement.chain_side import chain_side


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
