"""Disputes on chain become cases of both sides, and end with them."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.unit.settlement.world import CPO, EMSP, LANE, NOON, World, world

from ocn.settlement.core.disputing import Dispute, leaf_of
from ocn.settlement.core.reasons import Reason
from ocn.settlement.records import Case, Outcome, Step
from ocn.settlement.service.proving import Found, disputed_leaf, entries_up_to
from ocn.settlement.store import Store

DEADLINE = int(NOON.timestamp()) + 8 * 86_400


@pytest.fixture
async def here() -> AsyncIterator[World]:
    async with world() as opened:
        await opened.agree()
        yield opened


async def frozen(here: World, *, amount: int = 200_000) -> Dispute:
    """The payer has two vouchers claimed, and disputes the first."""
    for kwh in ("0.5", "1.0"):
        await here.charge("S1", kwh)
        await here.payee.step()
        here.clock.pass_(600)
    first, last = await here.payer_store.vouchers(LANE, after=0, most=10)
    leaf = Found(first.entry, 0).hash
    dispute = Dispute(LANE, leaf, amount, DEADLINE, last.entry.cumulative, last.entry.evidence, "0xopened")
    here.chain.disputed.append(dispute)
    return dispute


def resolve(here: World, dispute: Dispute) -> None:
    here.chain.disputed[:] = [replace(dispute, to_payer=150_000, to_payee=50_000, resolved_in="0xended")]


async def step_both(here: World) -> None:
    for side in (here.payer, here.payee):
        await side.step()


async def only(store: Store) -> Case:
    (case,) = await store.cases(closed=True)
    return case


async def test_dispute_is_a_case_of_both_sides_with_the_opened_leaf(here: World) -> None:
    dispute = await frozen(here)
    await step_both(here)
    for store in (here.payer_store, here.payee_store):
        case = await only(store)
        assert (case.id, case.reason) == (dispute.leaf.hex()[:12], Reason.DISPUTED)
        assert (case.owner, case.session_id, case.cdr_id) == (CPO, "S1", "")
        assert "0.2 EUR (200000 units) are frozen on chain. Until 2026-11-28T12:00:00Z" in case.detail
        assert leaf_of(json.loads(case.evidence)) == dispute.leaf
    assert (await only(here.payer_store)).evidence_hash == (await only(here.payee_store)).evidence_hash
    assert (await only(here.payer_store)).peer == CPO
    assert (await only(here.payee_store)).peer == EMSP


async def test_resolved_dispute_closes_its_case_and_says_who_got_what(here: World) -> None:
    dispute = await frozen(here)
    await step_both(here)
    resolve(here, dispute)
    await step_both(here)
    case = await only(here.payer_store)
    assert (case.outcome, case.closed_at) == (Outcome.SETTLED, here.clock.now)
    assert case.note == (
        "0.15 EUR (150000 units) to the payer, 0.05 EUR (50000 units) to the payee, in 0xended"
    )


async def test_dispute_that_ended_while_nobody_looked_leaves_a_closed_case(here: World) -> None:
    resolve(here, await frozen(here))
    await step_both(here)
    await step_both(here)
    assert (await only(here.payee_store)).outcome is Outcome.SETTLED


async def test_restarted_side_opens_no_second_case(here: World) -> None:
    dispute = await frozen(here)
    await step_both(here)
    here.restart_payer()
    await here.payer.step()
    resolve(here, dispute)
    await here.payer.step()
    assert (await only(here.payer_store)).outcome is Outcome.SETTLED


async def test_case_of_a_dispute_is_not_closed_by_the_sessions_cdr(here: World) -> None:
    await frozen(here)
    await step_both(here)
    await here.payer_store.record(Step(here.clock.now, settled=((CPO, "S1"),)))
    assert (await only(here.payer_store)).closed_at is None


async def test_leaf_that_the_log_lacks_is_a_case_without_a_session(here: World) -> None:
    dispute = await frozen(here)
    here.chain.disputed[:] = [replace(dispute, leaf=b"\x07" * 32)]
    await here.payer.step()
    case = await only(here.payer_store)
    assert (case.session_id, case.evidence) == ("", b"")
    assert "This party's log does not have what they were paid for." in case.detail


async def test_case_that_a_counterparty_named_like_the_leaf_hides_nothing(here: World) -> None:
    dispute = await frozen(here)
    named = Case(dispute.leaf.hex()[:12], EMSP, CPO, CPO, "S9", "", Reason.VERDICT, "", NOON)
    await here.payer_store.record(Step(NOON, cases=(named,)))
    await here.payer.step()
    reasons = {case.id: case.reason for case in await here.payer_store.cases()}
    assert reasons == {named.id: Reason.VERDICT, dispute.leaf.hex(): Reason.DISPUTED}


async def test_leaf_is_found_only_under_evidence_that_the_log_has(here: World) -> None:
    dispute = await frozen(here)
    found = await disputed_leaf(here.payer_store, dispute)
    assert found is not None
    assert found.entry.number == 1
    assert await disputed_leaf(here.payer_store, replace(dispute, evidence=b"\x01" * 32)) is None
    assert await disputed_leaf(here.payer_store, replace(dispute, amount=200_001)) is None
    assert await entries_up_to(here.payer_store, LANE, dispute.claimed, dispute.evidence) == []
    (only_last,) = await entries_up_to(here.payer_store, LANE, 200_000, dispute.evidence)
    assert only_last.number == 2
