"""The programs of docs/how-to/get-paid-per-tick.md, run as they stand: each is the other's node."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.pages import texts

from ocn.chain.client import ChainClient
from ocn.chain.deploy import local_settlement
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, serving
from ocn.chain.networks import Network, built_in
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.ocpi.party_id import PartyId
from ocn.party import Party, load_or_create_key
from ocn.settlement import Lane, Settlement
from ocn.settlement.core.settling import Settling
from ocn.settlement.lanes import calls, erc20
from ocn.signing.keys import PrivateKey

EUR = 10**6
EMSP, CPO = PartyId("NL", "MSP"), PartyId("DE", "CPO")


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The blocks of both pages as the modules that they say they are."""
    emsp, cpo = texts("how-to/write-a-party.md", "python")[:2]
    house, paying, paid, now, correct = texts("how-to/get-paid-per-tick.md", "python")
    names: dict[str, Any] = {}
    for name, text in (
        ("my_emsp", emsp),
        ("my_cpo", cpo),
        ("my_house", house),
        ("paying_emsp", paying),
        ("paid_cpo", paid),
        ("money_now", now),
        ("correct", correct),
    ):
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(text, name, "exec"), module.__dict__)  # noqa: S102  the page is ours
        names |= module.__dict__
    return names


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    """A chain with the contract and test euros."""
    async with (
        await Devnet.open(None) as devnet,
        serving(devnet, "127.0.0.1", 0) as url,
        RpcClient(url) as rpc,
    ):
        sender = Sender(ChainClient(rpc), PrivateKey(DEVELOPMENT_ACCOUNTS[9].key_bytes))
        lanes, euro, _ = [(await sender.create(creation))[0] for creation in local_settlement()]
        yield replace(built_in("local"), rpc_url=url, lanes=lanes, tokens={"EUR": euro})


async def deposit(network: Network, key: PrivateKey, amount: int) -> None:
    async with RpcClient(network.rpc_url) as rpc:
        sender, token = Sender(ChainClient(rpc), key), network.tokens["EUR"]
        assert network.lanes is not None
        await sender.send(token, erc20.MINT.encode(key.address.lower(), amount))
        await sender.send(token, erc20.APPROVE.encode(network.lanes.lower(), amount))
        await sender.send(network.lanes, calls.deposit(key.address, token, amount))


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@dataclass
class Both:
    """The programs of the page, talking to each other without a node."""

    programs: dict[str, Any]
    network: Network
    emsp: Party
    driver: Any
    emsp_key: PrivateKey
    cpo_party: Party
    cpo: Any
    settlement: Settlement
    """The CPO's."""

    @property
    def to_cpo(self) -> Any:
        return self.emsp.client.to("DE CPO")

    @property
    def to_emsp(self) -> Any:
        return self.cpo_party.client.to("NL MSP")

    async def agree(self) -> Lane:
        agree = self.programs["agree"]
        pair = await agree(self.settlement, self.network, "NL MSP", self.emsp_key.address)
        return pair.terms.lane  # type: ignore[no-any-return]  # the page has no types

    async def pay_in(self, amount: int) -> None:
        await deposit(self.network, self.emsp_key, amount)
        while not (await self.cpo.payee.authorise(EMSP)).allowed:
            await asyncio.sleep(0.1)

    async def charge(self, session_id: str, kwh: str) -> None:
        """A second at 2 MW, which passes for a truck."""
        await asyncio.sleep(1)
        await self.cpo.meter(self.to_emsp, session_id, kwh)

    async def start(self) -> str:
        started = await self.driver.start(self.emsp, "LOC1", "E1")
        assert (await started.result())["result"] == "ACCEPTED"
        (session,) = [session async for session in self.to_cpo.sessions(datetime(2026, 1, 1, tzinfo=UTC))]
        return str(session["id"])

    async def stop(self, session_id: str) -> None:
        stopped = await self.to_cpo.stop_session(session_id)
        assert (await stopped.result())["result"] == "ACCEPTED"

    async def signed(self, lane: Lane) -> int:
        last = await self.settlement.house.store.last(lane)
        return last.entry.cumulative if last else 0

    async def cases(self) -> int:
        return len(await self.settlement.house.store.cases())


@pytest.fixture
async def both(programs: dict[str, Any], network: Network, tmp_path: Path) -> AsyncIterator[Both]:
    ports = free_ports()
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    keys = [load_or_create_key(tmp_path / name / "key") for name in ("cpo", "emsp")]
    house = programs["house"]
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(house(CPO, keys[0], network, tmp_path / "cpo"))
        cpo_party, cpo, settlement = programs["paid_cpo"](
            ours, urls[1], folder=tmp_path / "cpo", port=ports[0]
        )
        await cpo_party.open()
        stack.push_async_callback(cpo_party.close)
        await programs["publish"](cpo_party)
        theirs = await stack.enter_async_context(house(EMSP, keys[1], network, tmp_path / "emsp"))
        emsp, driver, pays = programs["paying_emsp"](
            theirs, urls[0], cpo_party.invite(), folder=tmp_path / "emsp", port=ports[1]
        )
        await stack.enter_async_context(emsp)
        await stack.enter_async_context(pays.running(emsp.client))
        await stack.enter_async_context(settlement.running(cpo_party.client))
        await programs["know_prices"](emsp)
        yield Both(programs, network, emsp, driver, keys[1], cpo_party, cpo, settlement)


async def until(look: Callable[[], Awaitable[int]], wanted: int) -> None:
    while await look() != wanted:
        await asyncio.sleep(0.05)


async def test_programs_of_the_page_charge_pay_and_settle(both: Both) -> None:
    lane = await both.agree()
    refused = await both.to_cpo.start_session(both.programs["CARD"], "LOC1", "E1")
    assert refused.reply.data["result"] == "REJECTED"
    assert "10 EUR (10000000 units) are missing" in str(refused.reply.data["message"])
    await both.pay_in(15 * EUR)
    session_id = await both.start()
    for kwh in ("0.6", "1.3", "2.1"):
        await both.charge(session_id, kwh)
        await until(partial(both.signed, lane), int(Decimal(kwh) * 350_000))
    await both.stop(session_id)
    while not (await both.settlement.house.store.books(CPO, [session_id]))[session_id].is_finished:
        await asyncio.sleep(0.05)
    assert await both.cases() == 0
    assert await both.programs["money_now"](both.cpo, EMSP) is Settling.CLAIM

    async def earned() -> int:
        return (await both.settlement.house.ledger.state(lane.opposite)).free

    await until(earned, 735_000)


async def test_session_that_no_driver_started_is_stopped_and_not_paid(both: Both) -> None:
    lane = await both.agree()
    await both.pay_in(15 * EUR)
    started = await both.to_cpo.start_session(both.programs["CARD"], "LOC1", "E1")
    assert (await started.result())["result"] == "ACCEPTED"
    (session,) = [session async for session in both.to_cpo.sessions(datetime(2026, 1, 1, tzinfo=UTC))]
    await both.charge(session["id"], "0.6")
    while (await both.cpo.storage.get("sessions", CPO, session["id"]))["status"] == "ACTIVE":
        await asyncio.sleep(0.05)
    assert await both.signed(lane) == 0


async def test_wrong_cdr_is_corrected_as_the_page_says(both: Both) -> None:
    lane = await both.agree()
    await both.pay_in(15 * EUR)
    right_bill, wrong = both.cpo.bill, {}

    async def bill_too_much(them: Any, cdr: dict[str, Any]) -> None:
        wrong.update(cdr | {"total_cost": {"excl_vat": cdr["total_cost"]["excl_vat"] + 1}})
        await right_bill(them, wrong)

    both.cpo.bill = bill_too_much
    session_id = await both.start()
    await both.charge(session_id, "0.6")
    await both.stop(session_id)
    await until(both.cases, 1)
    both.cpo.bill = right_bill
    right = wrong | {"id": "CDR-2", "total_cost": {"excl_vat": wrong["total_cost"]["excl_vat"] - 1}}
    await both.programs["correct"](both.cpo, both.to_emsp, wrong, right)
    await until(partial(both.signed, lane), 210_000)
    await until(both.cases, 0)
