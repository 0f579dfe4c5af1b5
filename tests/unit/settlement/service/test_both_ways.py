"""Two parties that are CPO and eMSP both: two lanes, one account, and one transaction nets them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.settlement.world import (
    CARD,
    CPO,
    CPO_KEY,
    EMSP,
    EMSP_KEY,
    EUR,
    LANE,
    LOCATION,
    TARIFF,
    World,
    bounds,
    make_terms,
    world,
)

from ocn.signing.keys import PrivateKey

HOT = PrivateKey(b"\x05" * 32)
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


async def exposures(here: World) -> tuple[int, int]:
    """What each is owed as it counts it."""
    there = await here.payee.pairs.on(EMSP, CPO, LANE)
    back = await here.payer.pairs.on(CPO, EMSP, LANE.opposite)
    return (await here.collect.exposure(there)).owed, (await here.collect_back.exposure(back)).owed


async def test_exposure_is_the_net_figure_once_the_chain_has_both_promises(here: World) -> None:
    """Before, the peer could claim what it has, withdraw it, and leave its own debt."""
    here.chain.works = False
    await here.charge("S1", "0.5")
    await charge_back(here, "S2", "0.4")
    for _ in range(2):
        await here.payee.step()
        await here.payer.step()
    assert await exposures(here) == (200_000, 160_000)
    here.chain.works = True
    here.clock.pass_(61)
    await here.payee.step()
    assert [(await here.chain.state(lane)).set_off for lane in (LANE, LANE.opposite)] == [True, False]
    assert await exposures(here) == (200_000, -40_000)
    await here.payer.step()
    assert await exposures(here) == (40_000, -40_000)


async def test_promise_of_set_off_is_asked_for_once_a_minute_and_again_after_a_restart(here: World) -> None:
    here.chain.works = False
    for _ in range(3):
        await here.payee.step()
    assert here.chain.asked == [("set off", LANE)]
    here.clock.pass_(61)
    await here.payee.step()
    here.restart_payee()
    here.chain.works = True
    await here.payee.step()
    await here.payee.step()
    assert here.chain.asked == [("set off", LANE)] * 3


async def test_end_of_set_off_that_people_have_announced_is_left_alone(here: World) -> None:
    await here.payee.step()
    here.chain.lanes[LANE] = replace(here.chain.lanes[LANE], set_off=False, set_off_ends=True)
    here.clock.pass_(61)
    await here.payee.step()
    assert not (await here.chain.state(LANE)).set_off


@pytest.mark.parametrize("change", ["no set-off", "ended"])
async def test_promise_of_set_off_is_not_made_where_both_do_not_say_so(here: World, change: str) -> None:
    terms = make_terms()
    back = replace(terms, payer=terms.payee, payee=terms.payer, number=2)
    if change == "no set-off":
        await here.payee.propose(replace(back, set_off=False))
    else:
        await here.payee.propose(replace(back, valid_until=here.clock.now + timedelta(seconds=1)))
        here.clock.pass_(2)
    await here.payee.step()
    assert here.chain.asked == []


async def test_promise_of_set_off_is_not_made_where_one_pays_and_the_other_is_paid() -> None:
    """It would lock what the CPO earns; people may give it all the same."""
    async with world() as here:
        await here.agree()
        for side in (here.payee, here.payer):
            await side.step()
        assert here.chain.asked == []


async def test_keeper_without_the_key_of_the_vault_warns_once(
    here: World, caplog: pytest.LogCaptureFixture
) -> None:
    here.chain.vault_keys = False
    for _ in range(2):
        await here.payee.step()
        here.clock.pass_(61)
    (warning,) = [each.getMessage() for each in caplog.records if "set-off" in each.getMessage()]
    assert "it is not promised on chain" in warning


async def test_income_is_kept_for_the_peer_and_pays_it(here: World) -> None:
    for side in (here.payee, here.payer):
        await side.step()
    await here.charge("S1", "0.5")
    await here.payee.step()
    before = await here.chain.state(LANE.opposite)
    await here.collect.settle_now(EMSP)
    after = await here.chain.state(LANE.opposite)
    assert (after.reserve - before.reserve, after.free) == (200_000, before.free)


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


async def test_keys_change_one_direction_after_the_other(here: World) -> None:
    await here.charge("S1", "0.3")
    await charge_back(here, "S1", "0.3")
    await here.payee.step()
    await here.payer.step()
    here.chain.signers_of.add((EMSP_KEY.address, HOT.address))
    object.__setattr__(here.payer.house, "voucher_key", HOT)
    object.__setattr__(here.payer.house, "bounds", replace(bounds(EMSP_KEY), signer=HOT.address))
    there = make_terms(number=2)
    there = replace(there, payer=replace(there.payer, signer=HOT.address))
    back = replace(there, payer=there.payee, payee=there.payer, number=3)
    await here.payer.propose(there)
    await here.charge("S1", "0.6")
    await here.payee.step()
    await charge_back(here, "S1", "0.6")
    here.clock.pass_(10)
    await here.payer.step()
    assert await both(here) == (240_000, 240_000)
    await here.payer.propose(back)
    here.restart_payee()
    await here.charge("S1", "0.9")
    cdr = here.cdr("S1", "0.595", cdr_token=BACK_CARD, **OWNED)
    last = here.session("S1", "0.595", cdr_token=BACK_CARD, status="COMPLETED", **OWNED)
    await here.emsp.client.to(CPO).put_session(last)  # type: ignore[arg-type]  # plain JSON
    await here.emsp.client.to(CPO).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON
    await here.collect_back.finish(cdr)  # a credit on the lane there, by the new key
    await here.payee.step()
    await here.payer.step()
    assert await both(here) == (360_000 + 2_000, 240_000)
