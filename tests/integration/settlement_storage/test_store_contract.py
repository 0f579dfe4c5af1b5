"""What any store promises, over both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.integration.settlement_storage.conftest import (
    CPO,
    EMSP,
    KEY,
    LANE,
    NOON,
    next_voucher,
    terms,
)

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.booking import Booking, Settlement
from ocn.settlement.core.books import CdrBook, CdrState, SessionBook
from ocn.settlement.core.invoices import InvoiceState, invoice_records
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.errors import ConflictingState
from ocn.settlement.records import Case, Outcome, Step, case_id
from ocn.settlement.store import Store

BOOK = SessionBook(
    CPO, "S1", EMSP, LANE.key, b"\x09" * 32, 2**100, 7, 1500, NOON + timedelta(microseconds=1), "CDR1"
)
CDR = CdrBook(
    CPO,
    "CDR1",
    "S1",
    LANE.key,
    b"\x08" * 32,
    2**90,
    CdrState.OPEN,
    Refusal(Reason.NO_FUNDS, "ü", 2**80),
    b"{}",
)
CASE = Case(
    case_id(CPO, "S1", "CDR1", Reason.VERDICT),
    EMSP,
    CPO,
    CPO,
    "S1",
    "CDR1",
    Reason.VERDICT,
    "It differs.",
    NOON,
    b'{"verdict":"mismatch"}',
    b"\x0a" * 32,
)


async def test_vouchers_are_read_back_in_order(store: Store) -> None:
    first = next_voucher()
    second = next_voucher(first, amount=6)
    third = next_voucher(second, amount=7)
    await store.record(Step(NOON, vouchers=(first,)))
    await store.record(Step(NOON, vouchers=(second, third)))
    assert await store.last(LANE) == third
    assert await store.vouchers(LANE, after=0, most=10) == [first, second, third]
    assert await store.vouchers(LANE, after=1, most=1) == [second]
    assert await store.last(LANE.opposite) is None
    third.voucher.require_signer(KEY.address)


async def test_voucher_that_does_not_follow_the_last_changes_nothing(store: Store) -> None:
    first = next_voucher()
    await store.record(Step(NOON, vouchers=(first,)))
    fork = next_voucher(amount=9)
    gap = next_voucher(next_voucher(first))
    second = next_voucher(first)
    for wrong in ((fork,), (gap,), (first,), (second, second), (second, next_voucher(fork))):
        with pytest.raises(ConflictingState):
            await store.record(Step(NOON, vouchers=wrong, books=(BOOK,), cases=(CASE,)))
    assert await store.vouchers(LANE, after=0, most=10) == [first]
    assert await store.books(CPO, ["S1"]) == {}
    assert await store.cases() == []


async def test_lanes_are_independent(store: Store) -> None:
    await store.record(Step(NOON, vouchers=(next_voucher(), next_voucher(lane=LANE.opposite))))
    last = await store.last(LANE.opposite)
    assert last is not None
    assert last.lane == LANE.opposite


async def test_books_are_changed_and_found_in_any_case(store: Store) -> None:
    await store.record(Step(NOON, books=(BOOK, replace(BOOK, id="s2", cdr_id="", stated_at=None))))
    changed = replace(BOOK, credited=8)
    await store.record(Step(NOON, books=(changed,)))
    found = await store.books(PartyId("de", "cpo"), ["s1", "S2", "S3"])
    assert found == {"s1": changed, "S2": replace(BOOK, id="s2", cdr_id="", stated_at=None)}
    assert await store.books(EMSP, ["S1"]) == {}
    assert await store.books(CPO, []) == {}


async def test_many_books_are_found_at_once(store: Store) -> None:
    books = tuple(replace(BOOK, id=f"S{n}", paid=n) for n in range(1200))
    await store.record(Step(NOON, books=books))
    found = await store.books(CPO, [book.id for book in books])
    assert found == {book.id: book for book in books}


async def test_cdrs_to_be_asked_for_come_in_the_order_they_came(store: Store) -> None:
    second = replace(CDR, id="CDR0", refusal=None)
    await store.record(Step(NOON, cdrs=(CDR,)))
    await store.record(Step(NOON + timedelta(seconds=1), cdrs=(second,)))
    await store.record(Step(NOON + timedelta(seconds=2), cdrs=(replace(CDR, total=5),)))
    assert await store.open_cdrs(LANE) == [replace(CDR, total=5), second]
    await store.record(Step(NOON, cdrs=(replace(CDR, state=CdrState.ACCEPTED, body=b""),)))
    assert await store.open_cdrs(LANE) == [second]
    found = await store.cdrs(CPO, ["cdr1"])
    assert found == {"cdr1": replace(CDR, state=CdrState.ACCEPTED, body=b"")}


async def test_books_began_when_that_was_first_asked(store: Store) -> None:
    assert await store.began(NOON) == NOON
    assert await store.began(NOON + timedelta(days=1)) == NOON


async def test_same_session_that_has_cost_something_is_found_however_many_were_credited(store: Store) -> None:
    credited = tuple(replace(BOOK, id=f"A{n}", credited=BOOK.paid) for n in range(150))
    await store.record(Step(NOON, books=(*credited, replace(BOOK, id="Z"))))
    found = await store.same(CPO, BOOK.identity)
    assert found[0].id == "Z"
    assert len(found) == 100


async def test_session_that_is_paid_for_the_first_time_is_on_no_other_lane(store: Store) -> None:
    tariffs = ((CPO, "s1", b"[1]"),)
    await store.record(Step(NOON, books=(BOOK,), tariffs=tariffs))
    elsewhere = replace(BOOK, lane=LANE.opposite.key, paid=1)
    with pytest.raises(ConflictingState, match="session S1 is paid on another lane"):
        await store.record(Step(NOON, vouchers=(next_voucher(),), books=(elsewhere,), tariffs=tariffs))
    assert await store.books(CPO, ["S1"]) == {"S1": BOOK}
    assert await store.last(LANE) is None


async def test_tariffs_of_a_session_stay_what_they_were_first(store: Store) -> None:
    await store.record(Step(NOON, tariffs=((CPO, "S1", b"[1]"),)))
    await store.record(Step(NOON, tariffs=((CPO, "s1", b"[2]"),)))
    assert await store.tariffs(CPO, "S1") == b"[1]"
    assert await store.tariffs(CPO, "S2") is None


async def test_case_is_opened_once_and_closed_once(store: Store) -> None:
    later = replace(CASE, detail="It still differs.", opened_at=NOON + timedelta(hours=1))
    await store.record(Step(NOON, cases=(CASE,)))
    await store.record(Step(NOON, cases=(later, replace(CASE, own=CPO, peer=EMSP))))
    assert await store.case(EMSP, CASE.id) == CASE
    assert len(await store.cases()) == 2
    assert await store.close_case(EMSP, CASE.id, Outcome.APPROVED, "agreed by phone", NOON)
    assert not await store.close_case(EMSP, CASE.id, Outcome.REJECTED, "", NOON)
    assert not await store.close_case(EMSP, "unknown", Outcome.REJECTED, "", NOON)
    closed = replace(CASE, closed_at=NOON, outcome=Outcome.APPROVED, note="agreed by phone")
    assert await store.case(EMSP, CASE.id) == closed
    assert [case.own for case in await store.cases()] == [CPO]
    assert len(await store.cases(closed=True)) == 2


async def test_settled_session_closes_its_cases(store: Store) -> None:
    await store.record(Step(NOON, cases=(CASE,)))
    await store.record(Step(NOON, settled=((CPO, "s1"),)))
    assert await store.cases() == []
    found = await store.case(EMSP, CASE.id)
    assert found is not None
    assert found.outcome is Outcome.SETTLED


async def test_terms_of_a_pair_are_kept_by_their_number(store: Store) -> None:
    later = NOON + timedelta(hours=1)
    await store.save_terms(terms(1), NOON)
    await store.save_terms(terms(2), later)
    await store.save_terms(terms(2), later + timedelta(hours=1))
    assert await store.agreed_at(EMSP, CPO) == {1: NOON, 2: later}
    assert await store.agreed_at(CPO, EMSP) == {}
    assert await store.terms(EMSP, CPO) == [terms(2), terms(1)]
    assert await store.terms(CPO, EMSP) == []
    assert list(await store.pairs()) == [(EMSP, CPO)]
    with pytest.raises(ConflictingState, match="other terms number 2"):
        await store.save_terms(terms(2, reserve=6), NOON)
    assert (await store.terms(EMSP, CPO))[0] == terms(2)


async def test_bookings_are_kept_once_in_the_order_of_their_amounts(store: Store) -> None:
    first = Booking(LANE, Settlement("0x01", 5, 0, 90, b"\x01" * 32), 3, (("S1", 90),), ("CDR1",), 0)
    second = Booking(LANE, Settlement("0x02", 6, 90, 2**100), 9, (("S1", 2**100 - 95),), (), 5)
    for booking in (second, first, first):
        await store.save_booking(booking, NOON)
    assert await store.bookings(LANE) == [first, second]
    credit = Booking(LANE.opposite, Settlement("0x03", 7, 0, 9), 1, (("S1", 9),), (), 0, ("CDR1-C",))
    await store.save_booking(credit, NOON)
    assert await store.bookings(LANE.opposite) == [credit]


async def test_invoice_records_are_kept_with_their_booking_and_change_their_state(store: Store) -> None:
    booking = Booking(LANE, Settlement("0x01", 5, 0, 90), 3, (("S1", 90),), ("CDR1",), 0, ("CDR0-C",))
    records = invoice_records(booking, EMSP, CPO, NOON)
    for _ in range(2):
        await store.save_booking(booking, NOON, records)
    waiting = await store.invoices(InvoiceState.WAITING)
    assert sorted(waiting, key=lambda each: each.id) == sorted(records, key=lambda each: each.id)
    await store.note_invoice(records[0], InvoiceState.SENT)
    assert [each.id for each in await store.invoices(InvoiceState.SENT)] == [records[0].id]
    await store.save_booking(booking, NOON, records)
    assert await store.invoices(InvoiceState.WAITING) == [records[1]]


async def test_sessions_that_are_the_same_under_other_ids_are_found(store: Store) -> None:
    books = [
        SessionBook(CPO, name, EMSP, LANE.key, identity=identity, paid=5)
        for name, identity in (("S2", b"\x01" * 32), ("s1", b"\x01" * 32), ("S3", b"\x02" * 32), ("S4", b""))
    ]
    await store.record(Step(NOON, books=tuple(books)))
    assert [each.id for each in await store.same(CPO, b"\x01" * 32)] == ["s1", "S2"]
    assert await store.same(EMSP, b"\x01" * 32) == []
