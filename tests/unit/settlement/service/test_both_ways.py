"""Two parties that are CPO and eMSP both: two lanes, one account, and one transaction nets them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.settlement.world import (
    CARD,
    CPO,
    CPO_KEY,
    EMSP,
    EUR,
    LANE,
    LOCATION,
    TARIFF,
    World,
    make_terms,
    world,
)

BACK_CARD = CARD | {"country_code": "DE", "party_id": "CPO", "contract_id": "DE-CPO-C1"}
OWNED = {"country_code": "NL", "party_id": "MSP"}


@pytest.fixture
async def here() -> AsyncIterator[World]:
    async with world(both=True) as opened:
        opened.chain.fund(CPO_KEY.address, 100 * EUR)
        await opened.cpo_storage.put("tariffs", EMSP, "T1", TARIFF | OWNED)
        await opened.cpo_storage.put("locations", EMSP, "LOC1", LOCATION | OWNED)
        await opened.agree()
        terms = make_terms()
        await opened.payee.propose(replace(terms, payer=terms.payee, payee=terms.payer))
        yield opened


async def charge_back(here: World, session_id: str, kwh: str) -> dict[str, Any]:
    """A driver of DE CPO charges at NL MSP."""
    session = here.session(session_id, kwh, cdr_token=BACK_CARD, **OWNED)
    await here.emsp.client.to(CPO).put_session(session)  # type: ignore[arg-type]  # plain JSON
    await here.collect_back.report(session)
    return session


async def both(here: World) -> tuple[int, int]:
    """What each owes the other, by the vouchers that the other holds."""
    there, back = await here.payee_store.last(LANE), await here.payer_store.last(LANE.opposite)
    return there.entry.cumulative if there else 0, back.entry.cumulative if back else 0


async def test_sessions_of_both_are_paid_on_two_lanes(here: World) -> None:
    await here.charge("S1", "0.5")
    await charge_back(here, "S1", "0.3")  # both CPOs may use the same id
    await here.payee.step()
    await here.payer.step()
    assert await both(here) == (200_000, 120_000)
    ours = await here.payee_store.books(CPO, ["S1"])
    theirs = await here.payee_store.books(EMSP, ["S1"])
    assert (ours["S1"].paid, theirs["S1"].paid) == (200_000, 120_000)


async def test_credit_and_payment_share_the_lane_back(here: World) -> None:
    await here.charge("S1", "0.5")
    await here.payee.step()
    await charge_back(here, "S1", "0.3")
    await here.payer.step()
    cdr = await here.bill("S1", "0.49")
    await here.payee.step()
    assert await both(here) == (200_000, 124_000)
    await here.collect.credit(here.credit_of(cdr))
    await here.payee.step()
    assert await both(here) == (200_000, 120_000 + 200_000)
    await charge_back(here, "S1", "0.6")
    here.clock.pass_(10)
    await here.payer.step()
    assert await both(here) == (200_000, 240_000 + 200_000)
    assert (await here.payer_store.books(CPO, ["S1"]))["S1"].settled == 0
    assert (await here.payer_store.books(EMSP, ["S1"]))["S1"].settled == 240_000


async def test_one_settlement_nets_both_and_pays_the_difference(here: World) -> None:
    await here.charge("S1", "0.5")
    await charge_back(here, "S2", "0.3")
    await here.payee.step()
    await here.payer.step()
    before = here.chain.free[CPO_KEY.address] + (await here.chain.state(LANE.opposite)).reserve
    await here.collect.settle_now(EMSP)
    assert {kind for kind, _, _ in here.chain.transactions} == {"net"}
    assert (await here.chain.state(LANE)).claimed == 200_000
    assert (await here.chain.state(LANE.opposite)).claimed == 120_000
    after = here.chain.free[CPO_KEY.address] + (await here.chain.state(LANE.opposite)).reserve
    assert after - before == 80_000


@pytest.mark.parametrize(("enforced", "owed"), [(True, 40_000), (False, 200_000)])
async def test_exposure_is_that_of_the_net_figure_where_the_chain_enforces_it(
    here: World, enforced: bool, owed: int
) -> None:
    """Otherwise the peer claims what it has, withdraws it, and leaves its own debt."""
    await here.payer.step()
    back = await here.chain.state(LANE.opposite)
    here.chain.lanes[LANE.opposite] = replace(back, set_off=enforced)
    await here.charge("S1", "0.5")
    await charge_back(here, "S2", "0.4")
    await here.payee.step()
    await here.payer.step()
    pair = await here.payee.pairs.on(EMSP, CPO, LANE)
    assert (await here.collect.exposure(pair)).owed == owed


async def test_everything_is_recovered_both_ways(here: World) -> None:
    """With credits on both lanes, each of which was paid for on the other."""
    await here.charge("S1", "0.5")
    await charge_back(here, "S1", "0.3")
    for session_id in ("S8", "S9"):
        await here.charge(session_id, "0.3")
        await charge_back(here, session_id, "0.3")
    await here.payee.step()
    await here.payer.step()
    await here.bill("S8", "0.299")
    back = here.session("S9", "0.299", cdr_token=BACK_CARD, status="COMPLETED", **OWNED)
    await here.emsp.client.to(CPO).put_session(back)  # type: ignore[arg-type]  # plain JSON
    cdr = here.cdr("S9", "0.299", cdr_token=BACK_CARD, **OWNED)
    await here.emsp.client.to(CPO).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON
    await here.collect_back.finish(cdr)
    await here.payee.step()
    await here.payer.step()
    before = await both(here)
    assert before == (200_000 + 2 * 120_000 + 400, 120_000 + 2 * 120_000 + 400)
    await here.lose_payee()
    assert len(await here.payee.recover(EMSP)) == 2
    assert await both(here) == before
    assert (await here.payee_store.books(EMSP, ["S1"]))["S1"].paid == 120_000
    assert (await here.payee_store.books(EMSP, ["S9"]))["S9"].settled == 119_600
    await here.charge("S1", "1.0")
    await charge_back(here, "S1", "0.6")
    await here.payee.step()
    await here.payer.step()
    assert await both(here) == (before[0] + 200_000, before[1] + 120_000)
