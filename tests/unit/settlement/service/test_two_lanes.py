"""One payee with two lanes: whatever is asked on both at once, or under two ids, is paid once."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.settlement.service.test_bad_input import post, state
from tests.unit.settlement.world import CPO, CPO_KEY, EMSP, EUR, LANE, World, make_terms

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.settlement.core.lane import Exit
from ocn.settlement.core.terms import Side
from ocn.settlement.errors import ConflictingState
from ocn.settlement.records import Step
from ocn.signing.keys import PrivateKey

OTHER_VAULT = PrivateKey(b"\x05" * 32)
OTHER_LANE = replace(LANE, payee=OTHER_VAULT.address)


class Slow:
    """A back end that takes its time to say who charges."""

    async def charges(self, owner: PartyId, session: JsonObject) -> bool:
        for _ in range(20):
            await asyncio.sleep(0)
        return True


async def two_lanes(here: World) -> None:
    here.drivers = Slow()
    here.restart_payer()
    await here.agree()
    here.clock.pass_(600)
    here.keys = {**here.keys, CPO: OTHER_VAULT}
    here.restart_payee()
    await here.payee.propose(make_terms(number=2, payee=Side(CPO, *(OTHER_VAULT.address,) * 3)))


async def test_session_asked_for_on_two_lanes_at_once_is_paid_on_one(here: World) -> None:
    await two_lanes(here)
    session = await here.charge("S1", "0.5")
    items = [{"session": session, "total": "200000"}]
    await asyncio.gather(
        *(post(here, "requests", {"state": state(lane), "items": items}) for lane in (LANE, OTHER_LANE))
    )
    last = [await here.payer_store.last(lane) for lane in (LANE, OTHER_LANE)]
    assert [each.entry.cumulative for each in last if each is not None] == [200_000]


async def test_session_that_another_process_pays_on_another_lane_is_refused_by_the_database(
    here: World,
) -> None:
    await two_lanes(here)
    await here.charge("S1", "0.5")
    steps: list[Step] = []
    store = here.payer_store

    class Catching:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        async def record(self, step: Step) -> None:
            steps.append(step)

    object.__setattr__(here.payer.house, "store", Catching())
    session = here.session("S1", "0.5")
    for lane in (LANE, OTHER_LANE):
        here.payer.pairs._accounts[lane].forget()
        await post(
            here, "requests", {"state": state(lane), "items": [{"session": session, "total": "200000"}]}
        )
    first, second = steps
    await store.record(first)
    with pytest.raises(ConflictingState, match="session S1 is paid on another lane"):
        await store.record(second)
    assert await store.last(OTHER_LANE) is None
    assert (await store.books(CPO, ["S1"]))["S1"].lane == LANE.key


async def test_session_that_was_credited_is_paid_under_another_id_as_far_as_credits_are_secured(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None:
        return

    monkeypatch.setattr(here.chain, "net", lambda voucher, _: here.chain.claim(voucher))
    monkeypatch.setattr(here.chain, "reserve", nothing)
    await here.agree(unsecured=0)
    await here.payer.step()
    here.chain.lanes[LANE] = replace(await here.chain.state(LANE), reserve=10 * EUR)
    here.starts = dict.fromkeys(("s0", "s1", "s2", "s3"), here.started("S0"))
    for n in range(4):
        await here.charge(f"S{n}", "1.0")
        await here.payee.step()
        here.clock.pass_(10)
        cdr = await here.bill(f"S{n}", "1.0")
        await here.payee.step()
        await here.collect.credit(here.credit_of(cdr))
        await here.payee.step()
    assert await here.owed() <= 400_000


async def test_credits_are_cashed_by_the_payer_once_their_reserve_leaves(here: World) -> None:
    """Nobody has told it when to go to the chain."""
    await here.agree()
    await here.charge("S1", "1.0")
    await here.payee.step()
    cdr = await here.bill("S1", "1.0")
    await here.payee.step()
    await here.collect.settle_now(EMSP)
    await here.collect.credit(here.credit_of(cdr))
    await here.payee.step()
    here.chain.fund(CPO_KEY.address, EUR)
    await here.chain.reserve(LANE.opposite, EUR)
    await here.payer.step()
    assert (await here.chain.state(LANE.opposite)).claimed == 0
    here.chain.leave(LANE.opposite, Exit(EUR, here.clock.now))
    await here.payer.step()
    assert (await here.chain.state(LANE.opposite)).claimed == 400_000


async def test_session_is_not_paid_again_on_credits_of_a_key_that_was_removed(here: World) -> None:
    """The reserve is there, and the contract takes nothing of that key any more."""
    await here.agree(unsecured=0)
    here.chain.fund(CPO_KEY.address, EUR)
    await here.chain.reserve(LANE.opposite, EUR)
    await here.payer.step()
    await here.charge("S1", "1.0")
    await here.payee.step()
    cdr = await here.bill("S1", "1.0")
    await here.payee.step()
    await here.collect.credit(here.credit_of(cdr))
    await here.payee.step()
    here.chain.removed.add(CPO_KEY.address)
    await here.bill("S1", "1.0", cdr_id="CDR-2")
    here.clock.pass_(10)
    await here.payee.step()
    assert await here.owed() == 400_000


async def test_payee_that_asks_by_older_terms_of_another_lane_is_refused(here: World) -> None:
    await two_lanes(here)
    here.clock.pass_(600)
    session = await here.charge("S1", "0.5")
    items = [{"session": session, "total": "200000"}]
    reply = await post(here, "requests", {"state": state(LANE), "items": items})
    assert [each["reason"] for each in reply.data["refused"]] == ["OTHER_TERMS"]
    reply = await post(here, "requests", {"state": state(OTHER_LANE), "items": items})
    assert reply.data["refused"] == []


async def test_session_that_began_under_the_terms_before_is_asked_for_by_those(here: World) -> None:
    """It was not paid for yet when the payee moved, and both have restarted since."""
    await here.agree()
    here.clock.pass_(600)
    start = here.clock.now
    await here.charge("S1", "0.01")
    here.clock.pass_(600)
    here.keys = {**here.keys, CPO: OTHER_VAULT}
    here.restart_payee()
    await here.payee.propose(make_terms(number=2, payee=Side(CPO, *(OTHER_VAULT.address,) * 3)))
    await here.charge("S1", "0.5")
    await here.charge("S2", "0.5")
    here.clock.pass_(10)
    await here.payee.step()
    assert here.clock.now > start
    books = await here.payer_store.books(CPO, ["S1", "S2"])
    assert {name: (book.lane, book.paid) for name, book in books.items()} == {
        "S1": (LANE.key, 200_000),
        "S2": (OTHER_LANE.key, 200_000),
    }
    assert here.chargers.told == []
