"""Messages lost, memory lost, databases lost: no accepted voucher is lost, none is signed twice."""

import logging

import pytest
from tests.unit.settlement.world import CPO, EMSP, LANE, World

from ocn.settlement.core.books import CdrState
from ocn.settlement.errors import NoTerms
from ocn.settlement.records import Outcome, Recorded
from ocn.settlement.store import Store


async def log_of(store: Store) -> list[Recorded]:
    return list(await store.vouchers(LANE, after=0, most=200))


async def same_log(here: World) -> list[Recorded]:
    """Both sides hold the same vouchers, byte for byte but for when they came."""
    payer, payee = await log_of(here.payer_store), await log_of(here.payee_store)
    assert [(each.entry, each.signature) for each in payer] == [
        (each.entry, each.signature) for each in payee
    ]
    return payer


async def test_lost_answer_is_made_good_by_the_next_request(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    here.faults.lose_answer = True
    await here.payee.step()
    assert await here.owed() == 0
    assert len(await log_of(here.payer_store)) == 1
    here.clock.pass_(10)
    await here.charge(kwh="0.4")
    await here.payee.step()
    assert await here.owed() == 160_000
    assert len(await same_log(here)) == 2


async def test_lost_request_is_asked_again(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    here.faults.lose_request = True
    await here.payee.step()
    here.clock.pass_(10)
    await here.payee.step()
    assert await here.owed() == 120_000
    assert len(await same_log(here)) == 1


async def test_restart_of_both_changes_nothing(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    await here.payee.step()
    here.restart_payer()
    here.restart_payee()
    await here.charge(kwh="0.6")
    await here.payee.step()
    assert await here.owed() == 240_000
    assert len(await same_log(here)) == 2


async def test_payer_that_has_lost_everything_gets_terms_and_vouchers_back(here: World) -> None:
    await here.agree()
    for kwh in ("0.3", "0.6"):
        await here.charge(kwh=kwh)
        await here.payee.step()
    before = await log_of(here.payer_store)
    await here.lose_payer()
    await here.charge(kwh="0.9")
    await here.payee.step()
    after = await same_log(here)
    assert [each.entry for each in after[:2]] == [each.entry for each in before]
    assert await here.owed() == 360_000
    assert (await here.payer_store.books(CPO, ["S1"]))["S1"].settled == 360_000


async def test_payer_from_an_old_backup_gets_what_it_lacks_back(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    await here.payee.step()
    (first,) = await log_of(here.payer_store)
    for kwh in ("0.6", "0.9"):
        await here.charge(kwh=kwh)
        await here.payee.step()
    (signed,) = await here.payer_store.terms(EMSP, CPO)
    await here.lose_payer()
    await here.payer_store.save_terms(signed, here.clock.now)
    pair = await here.payer.pairs.on(EMSP, CPO, LANE)
    await here.payer_store.record(await pair.account.step_with(first))
    here.restart_payer()
    await here.charge(kwh="1.2")
    await here.payee.step()
    assert await here.owed() == 480_000
    assert len(await same_log(here)) == 4


async def test_payee_that_has_lost_everything_recovers_from_the_payer(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    await here.bill(kwh="0.39")
    await here.payee.step()
    assert await here.credited() == 4_000
    await here.lose_payee()
    assert not await here.collect.report(here.session("S2"))
    (pair,) = await here.payee.recover(EMSP)
    assert pair.terms.reserve == 10_000_000
    await same_log(here)
    assert (await here.payee_store.books(CPO, ["S1"]))["S1"].cdr_id == "CDR-S1"
    back = await here.payee_store.last(LANE.opposite)
    assert back is not None
    assert back.entry.cumulative == 4_000
    await here.charge("S2", "0.5")
    await here.payee.step()
    assert await here.owed() == 160_000 + 200_000


async def claimed_in_the_middle(here: World) -> None:
    """A session of 0.9 kWh, of which the chain has paid the first 0.5."""
    await here.agree()
    await here.payer.step()
    await here.charge(kwh="0.5")
    await here.payee.step()
    await here.collect.settle_now(EMSP)
    assert (await here.chain.state(LANE)).claimed == 200_000
    await here.charge(kwh="0.9")
    await here.payee.step()


async def test_payer_that_has_lost_everything_after_a_claim_gets_all_vouchers_back(here: World) -> None:
    await claimed_in_the_middle(here)
    await here.lose_payer()
    await here.charge(kwh="1.2")
    await here.payee.step()
    assert len(await same_log(here)) == 3
    assert await here.owed() == 480_000
    assert (await here.payer_store.books(CPO, ["S1"]))["S1"].settled == 480_000


@pytest.mark.parametrize("loser", ["payer", "payee"])
async def test_side_that_has_lost_everything_after_a_claim_recovers_all_vouchers(
    here: World, loser: str
) -> None:
    await claimed_in_the_middle(here)
    if loser == "payer":
        await here.lose_payer()
        await here.payer.recover(CPO)
    else:
        await here.lose_payee()
        await here.payee.recover(EMSP)
    assert [each.entry.cumulative for each in await same_log(here)] == [200_000, 360_000]
    await here.charge(kwh="1.2")
    await here.payee.step()
    assert await here.owed() == 480_000
    await here.collect.settle_now(EMSP)
    assert (await here.chain.state(LANE)).claimed == 480_000


async def test_cdr_that_was_paid_before_the_loss_is_not_paid_again(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    cdr = await here.bill(kwh="0.4")
    await here.payee.step()
    await here.lose_payee()
    await here.payee.recover(EMSP)
    await here.lose_payer()
    await here.payer.recover(CPO)
    await here.collect.finish(cdr)
    await here.payee.step()
    assert await here.owed() == 160_000
    known = await here.payee_store.cdrs(CPO, ["CDR-S1"])
    assert known["CDR-S1"].state is CdrState.ACCEPTED


async def test_cdr_that_was_paid_before_the_loss_can_be_credited(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    cdr = await here.bill(kwh="0.39")
    await here.payee.step()
    await here.lose_payee()
    await here.payee.recover(EMSP)
    await here.collect.credit(here.credit_of(cdr))
    await here.payee.step()
    assert await here.credited() == await here.owed() == 160_000


async def test_both_that_have_lost_everything_go_on_from_what_the_chain_has_paid(here: World) -> None:
    await here.agree()
    await here.payer.step()
    await here.charge(kwh="0.5")
    await here.payee.step()
    await here.collect.settle_now(EMSP)
    await here.lose_payer()
    await here.lose_payee()
    assert await here.payee.recover(EMSP) == []
    await here.agree()
    await here.charge("S2", "0.5")
    await here.payee.step()
    assert await here.owed() == 400_000
    await here.collect.settle_now(EMSP)
    assert (await here.chain.state(LANE)).claimed == 400_000


async def test_two_different_vouchers_of_one_number_stop_the_payer(
    here: World, caplog: pytest.LogCaptureFixture
) -> None:
    """A payer restored from a backup signed on before it heard of what it had signed before."""
    await here.agree()
    await here.charge(kwh="0.3")
    await here.payee.step()
    (signed,) = await here.payer_store.terms(EMSP, CPO)
    await here.lose_payer()
    await here.payer_store.save_terms(signed, here.clock.now)
    pair = await here.payer.pairs.on(EMSP, CPO, LANE)
    leaf = (await log_of(here.payee_store))[0].entry.leaves[0]
    await pair.account.record(await pair.account.step_with(await pair.account.sign([leaf])))
    await here.charge(kwh="0.6")
    with caplog.at_level(logging.WARNING):
        await here.payee.step()
    assert "two different vouchers number 1" in caplog.text
    assert await here.owed() == 120_000
    assert len(await log_of(here.payer_store)) == 1


async def test_open_bill_is_asked_for_after_a_restart(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    here.faults.deaf = True
    await here.bill(kwh="0.5")
    await here.payee.step()
    here.faults.deaf = False
    here.restart_payee()
    await here.collect.authorise(EMSP)  # who is collected from is found when somebody asks, or when it runs
    await here.payee.step()
    assert await here.owed() == 200_000


async def test_credit_that_was_not_delivered_is_delivered_later(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    cdr = await here.bill(kwh="0.4")
    await here.payee.step()
    here.faults.deaf = True
    await here.collect.credit(here.credit_of(cdr))
    await here.payee.step()
    assert await here.credited() == 0
    here.faults.deaf = False
    here.restart_payee()
    await here.collect.authorise(EMSP)
    await here.payee.step()
    assert await here.credited() == 160_000


async def test_approved_case_is_paid_when_it_is_asked_for_again(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    await here.bill(kwh="0.4", cost="0.55")
    await here.payee.step()
    (case,) = await here.payer_store.cases()
    await here.payer_store.close_case(EMSP, case.id, Outcome.APPROVED, "goodwill", here.clock.now)
    await here.payee.step()
    assert await here.owed() == 160_000
    here.clock.pass_(3601)
    await here.payee.step()
    assert await here.owed() == 550_000
    assert await here.payee_store.cases() == []


async def test_recovery_needs_ones_own_signature(here: World) -> None:
    """A peer cannot make up terms for a party that has forgotten what it agreed to."""
    await here.agree()
    (signed,) = await here.payee_store.terms(EMSP, CPO)
    forged = type(signed)(signed.terms, signed.payee_signature, signed.payee_signature)
    await here.lose_payer()
    await here.lose_payee()
    await here.payee_store.save_terms(forged, here.clock.now)
    here.restart_payee()
    assert await here.payer.recover(CPO) == []
    with pytest.raises(NoTerms):
        await here.payer.pairs.on(EMSP, CPO, LANE)
