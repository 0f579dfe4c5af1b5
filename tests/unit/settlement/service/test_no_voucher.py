"""No voucher: the car is held, then stopped, and never more than a tick is open. And the way back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.unit.settlement.fakes import FakeChain
from tests.unit.settlement.world import CPO, EMSP, EUR, LANE, TARIFF, World, world

from ocn.settlement.core.asked import PayerPolicy
from ocn.settlement.core.lane import Exit
from ocn.settlement.core.reasons import Reason
from ocn.settlement.core.settling import SettlePolicy


async def test_payer_that_is_silent_sees_its_session_held_then_stopped(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    here.faults.deaf = True
    await here.payee.step()
    assert here.chargers.told == []
    here.clock.pass_(20)
    await here.payee.step()
    assert here.chargers.told == [("hold", "S1")]
    here.clock.pass_(19)
    await here.payee.step()
    here.clock.pass_(1)
    await here.payee.step()
    assert here.chargers.told == [("hold", "S1"), ("stop", "S1")]
    here.clock.pass_(100)
    await here.payee.step()
    assert here.chargers.told == [("hold", "S1"), ("stop", "S1")]


async def test_held_session_goes_on_as_soon_as_the_voucher_comes(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    here.faults.deaf = True
    await here.payee.step()
    here.clock.pass_(25)
    await here.payee.step()
    here.faults.deaf = False
    here.clock.pass_(10)
    await here.payee.step()
    assert here.chargers.told == [("hold", "S1"), ("resume", "S1")]
    assert await here.owed() == 120_000


async def test_full_tick_of_energy_holds_the_car_whatever_the_time(here: World) -> None:
    await here.agree()
    here.faults.deaf = True
    await here.charge(kwh="0.499")
    await here.payee.step()
    assert here.chargers.told == []
    session = here.session(kwh="0.5")
    await here.collect.report(session)
    await here.payee.step()
    assert here.chargers.told == [("hold", "S1")]


async def test_session_sold_as_a_whole_is_paid_once_and_never_held(here: World) -> None:
    await here.agree()
    for kwh in ("0.3", "5", "30"):
        await here.charge(kwh=kwh, total_cost={"excl_vat": Decimal("0.12")})
        await here.payee.step()
    assert here.chargers.told == []
    assert await here.owed() == 120_000


async def test_disagreement_stops_the_session_at_once_and_opens_one_case(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3", total_cost={"excl_vat": Decimal("0.5")})
    await here.payee.step()
    assert here.chargers.told == [("stop", "S1")]
    assert await here.owed() == 0
    (case,) = await here.payer_store.cases()
    assert case.reason is Reason.PRICE_DIFFERS
    await here.charge(kwh="0.4", total_cost={"excl_vat": Decimal("0.6")})
    await here.payee.step()
    assert len(await here.payee_store.cases()) == 1


async def test_disagreement_about_one_session_leaves_the_others_running(here: World) -> None:
    await here.agree()
    await here.charge("S1", "0.3", total_cost={"excl_vat": Decimal("0.5")})
    await here.charge("S2", "0.3")
    await here.payee.step()
    assert here.chargers.told == [("stop", "S1")]
    assert await here.owed() == 120_000


async def test_session_that_was_not_relayed_yet_waits_and_is_paid_later(here: World) -> None:
    await here.agree()
    here.clock.pass_(10)
    session = here.session()
    await here.collect.report(session)
    await here.payee.step()
    assert (await here.owed(), here.chargers.told) == (0, [])
    await here.cpo.client.to(EMSP).put_session(session)  # type: ignore[arg-type]  # plain JSON
    here.clock.pass_(10)
    await here.payee.step()
    assert await here.owed() == 120_000
    assert await here.payer_store.cases() == []


async def test_tariff_that_was_never_told_is_a_case_and_not_a_guess(here: World) -> None:
    await here.agree()
    await here.emsp_storage.remove("tariffs", CPO, "T1")
    await here.charge()
    await here.payee.step()
    assert here.chargers.told == [("stop", "S1")]
    (case,) = await here.payer_store.cases()
    assert case.reason is Reason.UNPRICEABLE


async def test_tariff_that_changes_meanwhile_does_not_change_a_running_session(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    await here.payee.step()
    dearer = TARIFF | {"elements": [{"price_components": [{"type": "ENERGY", "price": 2, "step_size": 1}]}]}
    await here.emsp_storage.put("tariffs", CPO, "T1", dearer)
    here.restart_payer()
    await here.charge(kwh="0.6", total_cost={"excl_vat": Decimal("0.72")})
    await here.payee.step()
    assert here.chargers.told == [("stop", "S1")]
    assert await here.owed() == 120_000


async def test_charger_that_could_not_be_told_is_told_again(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3", total_cost={"excl_vat": Decimal("0.5")})
    here.chargers.broken = True
    await here.payee.step()
    here.chargers.broken = False
    await here.payee.step()
    assert here.chargers.told == [("stop", "S1")]


@pytest.fixture
async def poor() -> AsyncIterator[World]:
    async with world(policy=PayerPolicy(within_funds=False)) as opened:
        opened.chain.free[LANE.payer] = 0
        yield opened


async def test_lane_that_is_used_up_holds_every_session(poor: World) -> None:
    await poor.agree(reserve=EUR, unsecured=0)
    await poor.charge(kwh="0.4")
    await poor.payee.step()
    assert poor.chargers.told == [("hold", "S1")]
    assert await poor.owed() == 160_000
    poor.chain.fund(LANE.payer, EUR)
    await poor.payer.step()
    await poor.payee.step()
    assert poor.chargers.told == [("hold", "S1"), ("resume", "S1")]


async def test_payer_without_funds_signs_nothing_it_cannot_pay(here: World) -> None:
    here.chain.free[LANE.payer] = 0
    await here.agree(reserve=EUR, unsecured=120_000)
    await here.charge(kwh="0.3")
    await here.payee.step()
    assert await here.owed() == 120_000
    await here.charge(kwh="0.6")
    await here.payee.step()
    assert await here.owed() == 120_000
    assert await here.payer_store.cases() == []
    here.chain.fund(LANE.payer, EUR)
    here.clock.pass_(10)
    await here.payee.step()
    assert await here.owed() == 240_000


async def test_authorise_names_what_the_reserve_lacks_and_the_payer_adds_it(here: World) -> None:
    await here.agree()
    first = await here.collect.authorise(EMSP)
    assert (first.allowed, first.missing) == (False, 10 * EUR)
    assert first.why == "10 EUR (10000000 units) are missing in the reserve for DE CPO"
    assert (await here.chain.state(LANE)).reserve == 10 * EUR
    assert (await here.collect.authorise(EMSP)).allowed


async def test_authorise_of_a_payer_without_money_stays_refused(here: World) -> None:
    await here.agree()
    here.chain.free[LANE.payer] = 3 * EUR
    assert (await here.collect.authorise(EMSP)).missing == 10 * EUR
    assert (await here.collect.authorise(EMSP)).missing == 7 * EUR
    assert (await here.chain.state(LANE)).reserve == 3 * EUR


async def test_authorise_works_when_the_payer_cannot_be_told(here: World) -> None:
    await here.agree()
    here.faults.deaf = True
    assert not (await here.collect.authorise(EMSP)).allowed


async def test_reserve_that_is_leaving_is_no_security_and_makes_the_payee_claim(here: World) -> None:
    await here.agree()
    await here.payer.step()
    await here.charge(kwh="0.3")
    await here.payee.step()
    here.chain.leave(LANE, Exit(10 * EUR, here.clock.now + timedelta(hours=24)))
    assert (await here.collect.authorise(EMSP)).missing == 10 * EUR
    await here.payee.step()
    assert (await here.chain.state(LANE)).claimed == 120_000


async def test_claims_follow_the_threshold_and_the_schedule() -> None:
    async with world(settle=SettlePolicy(threshold=200_000, every=timedelta(hours=6))) as here:
        await here.agree()
        await here.charge(kwh="0.4")
        await here.payee.step()
        assert (await here.chain.state(LANE)).claimed == 0
        here.clock.pass_(6 * 3600)
        here.restart_payee()
        await here.collect.report(here.session(kwh="0.4"))
        await here.payee.step()
        assert (await here.chain.state(LANE)).claimed == 160_000
        await here.charge(kwh="1.0")
        await here.payee.step()
        assert (await here.chain.state(LANE)).claimed == 400_000


async def test_keeper_that_gets_nowhere_is_asked_again_after_a_minute(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    asked: list[int] = []

    class Stuck(FakeChain):
        async def claim(self, voucher: object) -> None:
            asked.append(1)

    here.chain.__class__ = Stuck
    for _ in range(3):
        await here.collect.settle_now(EMSP)
    assert len(asked) == 1
    here.clock.pass_(61)
    await here.collect.settle_now(EMSP)
    assert len(asked) == 2
