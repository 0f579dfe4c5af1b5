"""Terms that begin and end, clocks that are wrong, and messages that come in another order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.settlement.world import CPO, EMSP, EUR, LANE, World, make_terms

from ocn.ocpi.timestamps import format_datetime
from ocn.settlement.core.lane import Exit
from ocn.settlement.core.reasons import Reason

HOUR = timedelta(hours=1)


# ---- terms


async def test_terms_agreed_ahead_leave_those_of_today_in_force(here: World) -> None:
    await here.agree()
    await here.payer.step()
    begins = here.clock.now + HOUR
    await here.agree(number=2, valid_from=begins, reserve=20 * EUR, floor=50_000)
    allowed = await here.collect.authorise(EMSP)
    assert allowed.allowed, allowed.why
    await here.charge("S1", "0.1")
    here.clock.pass_(10)
    await here.payee.step()
    assert await here.owed() == 40_000
    here.clock.now = begins
    assert (await here.collect.authorise(EMSP)).missing == 10 * EUR
    await here.charge("S2", "0.1")
    here.clock.pass_(10)
    await here.payee.step()
    assert await here.owed() == 40_000
    with pytest.raises(Exception, match="terms number 2 are agreed already"):
        await here.agree(number=2, reserve=15 * EUR)


async def test_terms_that_begin_later_start_no_session(here: World) -> None:
    await here.agree(valid_from=here.clock.now + HOUR)
    assert not await here.collect.report(here.session("S1"))


async def test_session_that_began_after_its_terms_ended_is_not_paid(here: World) -> None:
    """A payee that asks by terms of its own."""
    ends = here.clock.now + HOUR
    await here.agree(valid_until=ends)
    await here.charge("S1", "0.3")
    await here.payee.step()
    pair = await here.payee.pairs.on(EMSP, CPO, LANE)
    pair.keep(replace(pair.signed, terms=make_terms(number=2)))
    here.clock.now = ends + timedelta(minutes=10)
    await here.charge("S1", "0.6")
    await here.charge("S2", "0.6")
    await here.payee.step()
    assert await here.owed() == 240_000
    running = here.collect._collecting[LANE].deliveries.get("S2")
    assert running is not None
    assert running.delivery.refused is not None
    assert running.delivery.refused.reason is Reason.OTHER_TERMS


# ---- clocks


async def test_energy_that_a_clock_put_back_tells_of_is_held_all_the_same(here: World) -> None:
    """A charge point's clock goes back by an hour, and its sessions go on."""
    await here.agree()
    await here.charge("S1", "0.3")
    await here.payee.step()
    back = format_datetime(here.clock.now - HOUR)
    for kwh in ("0.5", "0.7", "0.9"):
        await here.charge("S1", kwh, last_updated=back)
        await here.payee.step()
    assert here.chargers.told[-1] == ("stop", "S1")


async def test_payee_whose_clock_is_put_back_goes_on_asking(here: World) -> None:
    await here.agree()
    await here.charge("S1", "0.3")
    here.faults.lose_request = True
    await here.payee.step()
    here.clock.now -= timedelta(minutes=4)
    await here.charge("S1", "0.5")
    await here.payee.step()
    assert await here.owed() == 200_000


async def test_payee_whose_clock_is_put_back_claims_before_a_reserve_leaves(here: World) -> None:
    await here.agree()
    await here.payer.step()
    await here.charge("S1", "0.3")
    await here.payee.step()
    here.chain.works = False
    await here.collect.settle_now(EMSP)
    here.clock.now -= timedelta(days=2)
    here.chain.works = True
    here.chain.leave(LANE, Exit(10 * EUR, here.clock.now + timedelta(days=1)))
    await here.payee.step()
    assert (await here.chain.state(LANE)).claimed == 120_000


# ---- order


async def test_cdr_that_comes_before_the_last_of_its_session_waits_for_it(here: World) -> None:
    await here.agree()
    await here.charge("S1", "0.3")
    await here.payee.step()
    cdr = here.cdr("S1", "0.5")
    await here.cpo.client.to(EMSP).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON
    await here.collect.finish(cdr)
    await here.payee.step()
    assert await here.owed() == 120_000
    assert await here.payer_store.cases() == []
    ended = here.session("S1", "0.5", status="COMPLETED")
    await here.cpo.client.to(EMSP).put_session(ended)  # type: ignore[arg-type]  # plain JSON
    here.clock.pass_(10)
    await here.payee.step()
    assert await here.owed() == 200_000


async def test_cdr_whose_session_never_comes_to_its_end_is_a_case_in_a_while(here: World) -> None:
    await here.agree()
    await here.charge("S1", "0.3")
    await here.payee.step()
    cdr = here.cdr("S1", "0.5")
    await here.cpo.client.to(EMSP).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON
    await here.collect.finish(cdr)
    here.clock.pass_(301)
    await here.payee.step()
    assert [case.reason for case in await here.payer_store.cases()] == [Reason.ENERGY_DIFFERS]


async def test_cdr_asked_for_twice_in_one_request_is_paid_once_and_opens_no_case(here: World) -> None:
    await here.agree()
    await here.charge("S1", "0.3")
    await here.payee.step()
    cdr = here.cdr("S1", "0.3", cost="0.5")
    await here.cpo.client.to(EMSP).put_session(here.session("S1", "0.3", status="COMPLETED"))  # type: ignore[arg-type]  # plain JSON
    await here.cpo.client.to(EMSP).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON
    await here.collect.finish(cdr)
    await here.payee.step()
    assert len(await here.payer_store.cases()) == 1


async def test_terms_of_today_and_those_agreed_ahead_are_both_recovered(here: World) -> None:
    await here.agree()
    begins = here.clock.now + HOUR
    await here.agree(number=2, valid_from=begins, floor=50_000)
    await here.lose_payer()
    here.clock.pass_(10)
    await here.charge("S1", "0.1")
    here.clock.pass_(10)
    await here.payee.step()
    assert await here.owed() == 40_000
    assert [each.terms.number for each in await here.payer_store.terms(EMSP, CPO)] == [2, 1]


async def test_documents_of_a_clock_that_is_ahead_wait_until_it_is_that_time_here(here: World) -> None:
    await here.agree()
    ahead = {"last_updated": format_datetime(here.clock.now + timedelta(minutes=10))}
    await here.charge("S1", "0.3", **ahead)
    await here.payee.step()
    assert await here.owed() == 0
    for _ in range(2):
        here.clock.pass_(20)
        await here.payee.step()
    assert here.chargers.told == [("hold", "S1"), ("stop", "S1")]
    ended = here.session("S1", "0.3", status="COMPLETED")
    cdr = here.cdr("S1", "0.3", end_date_time=format_datetime(here.clock.now + timedelta(minutes=6)))
    await here.cpo.client.to(EMSP).put_session(ended)  # type: ignore[arg-type]  # plain JSON
    await here.cpo.client.to(EMSP).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON
    await here.collect.finish(cdr)
    await here.payee.step()
    assert await here.owed() == 0
    here.clock.pass_(61)
    await here.payee.step()
    assert await here.owed() == 120_000
    assert await here.payer_store.cases() == []


async def test_cdr_that_is_credited_under_two_ids_is_given_back_once(here: World) -> None:
    await here.agree()
    await here.charge("S1", "0.3")
    await here.payee.step()
    cdr = await here.bill("S1", "0.3")
    await here.payee.step()
    await here.collect.credit(here.credit_of(cdr))
    await here.collect.credit(here.credit_of(cdr) | {"id": "another"})
    await here.payee.step()
    assert await here.credited() == 120_000
