"""A payee that gives back unit by unit what it was paid would fill the payer's log: the floor ends it."""

import pytest
from tests.unit.settlement.service.test_bad_input import credit, paid, send, state
from tests.unit.settlement.world import CPO, EUR, LANE, World

from ocn.settlement.core.accepting import taken
from ocn.settlement.core.books import SessionBook
from ocn.settlement.core.evidence import Kind, Leaf
from ocn.settlement.errors import VoucherInvalid
from ocn.settlement.protocol.vouchers import opened_object, shown_object

FLOOR = 50_000
BOOK = SessionBook(CPO, "S1", CPO, LANE.key, paid=200_000)


def given(amount: int, ends: str = "") -> Leaf:
    return Leaf(Kind.CREDIT, CPO, "S1", "C1", amount, 0, bytes(32), ends=ends)


async def test_credits_unit_by_unit_are_refused_after_the_first(here: World) -> None:
    await here.agree(floor=FLOOR)
    await here.charge(kwh="0.5")
    await here.payee.step()
    last = await here.payee_store.last(LANE)
    assert last is not None
    first = credit(amount=1)
    reply = await send(here, state(there=shown_object(last)), opened_object(first))
    assert reply.status_code == 1000
    second = credit(first, amount=1)
    reply = await send(here, state(there=shown_object(last)), opened_object(second))
    assert "another credit for session S1, of 1 units; the terms say 50000 at least" in (
        reply.status_message or ""
    )
    assert await here.credited() == 1
    third = credit(first, amount=FLOOR)
    assert (await send(here, state(there=shown_object(last)), opened_object(third))).status_code == 1000


def test_credit_below_the_floor_is_taken_once_or_where_it_ends_everything() -> None:
    book = taken(BOOK, given(1), None, least_credit=FLOOR)
    with pytest.raises(VoucherInvalid, match="another credit"):
        taken(book, given(FLOOR - 1), None, least_credit=FLOOR)
    book = taken(book, given(160_000), None, least_credit=FLOOR)
    assert taken(book, given(book.settled), None, least_credit=FLOOR).settled == 0


def test_credit_that_ends_a_cdr_takes_back_all_of_it() -> None:
    finished = taken(BOOK, Leaf(Kind.CDR, CPO, "S1", "CDR1", 1, 0, bytes(32)), None)
    with pytest.raises(VoucherInvalid, match="ends session S1, which has cost 200001"):
        taken(finished, given(1, ends="CDR1"), None, least_credit=FLOOR)
    ended = taken(finished, given(200_001, ends="cdr1"), None, least_credit=FLOOR)
    assert not ended.is_finished
    assert ended.settled == 0


async def test_second_difference_is_the_floor_at_least_and_the_cdr_asks_for_the_rest(here: World) -> None:
    """A unit too much by ticks, twice: before the first CDR, and after that one was credited."""
    await here.agree(floor=FLOOR)
    await here.charge(kwh="0.4")
    await here.payee.step()
    cdr = await here.bill(kwh="0.399")
    await here.payee.step()
    assert await here.credited() == 400
    await here.collect.credit(here.credit_of(cdr))
    await here.payee.step()
    await here.charge(kwh="0.4")
    await here.payee.step()
    await here.bill(kwh="0.399", cdr_id="CDR-S1-2")
    await here.payee.step()
    books = await here.payer_store.books(CPO, ["S1"])
    assert books["S1"].cdr_id == "CDR-S1-2"
    assert books["S1"].settled == 159_600
    assert await here.owed() - await here.credited() == 159_600
    assert await here.payer_store.cases() == []


async def test_credits_have_no_floor_where_payments_have_none(here: World) -> None:
    last, shown = await paid(here)
    first = credit(amount=1)
    await send(here, shown, opened_object(first))
    await send(here, shown, opened_object(credit(first, amount=1)))
    assert await here.credited() == 2
    assert last.entry.cumulative < EUR
