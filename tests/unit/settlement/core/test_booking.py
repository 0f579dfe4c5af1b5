"""What a transaction was for: amounts that add up to what it moved, references that fit."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.settlement.core.conftest import CONTRACT, CPO, EMSP, NOON, PAYEE_KEY, PAYER_KEY, TOKEN

from ocn.settlement.core.booking import Settlement, book
from ocn.settlement.core.evidence import NOTHING_YET, Entry, Kind, Leaf, extend
from ocn.settlement.core.invoices import InvoiceState, invoice_records
from ocn.settlement.core.lane import Lane

LANE = Lane(73799, CONTRACT, TOKEN, PAYER_KEY.address, PAYEE_KEY.address)
HASH = "0x" + "ab" * 32


def leaf(kind: Kind, session: str, amount: int) -> Leaf:
    return Leaf(kind, CPO, session, session if kind is Kind.TICK else f"CDR-{session}", amount, 0, bytes(32))


def lane(*vouchers: list[Leaf]) -> list[Entry]:
    entries, head = [], NOTHING_YET
    for leaves in vouchers:
        entries.append(extend(head, leaves, bytes(32)))
        head = entries[-1].head
    return entries


ENTRIES = lane(
    [leaf(Kind.TICK, "S1", 100), leaf(Kind.TICK, "S2", 50)],
    [leaf(Kind.TICK, "S1", 100), leaf(Kind.CDR, "S2", 7)],
    [leaf(Kind.CDR, "S1", 0)],
    [leaf(Kind.TICK, "S3", 30)],
)


def test_booking_of_everything_names_sessions_and_closed_cdrs() -> None:
    booking = book(LANE, Settlement(HASH, 9, 0, 287), ENTRIES)
    assert booking.sessions == (("S1", 200), ("S2", 57), ("S3", 30))
    assert booking.cdrs == ("CDR-S2", "CDR-S1")
    assert (booking.unassigned, booking.through) == (0, 4)


@pytest.mark.parametrize(("cashed", "first_cdrs"), [(1, ("CDR-S2",)), (2, ("CDR-S2", "CDR-S1"))])
def test_booking_ends_with_the_voucher_that_was_cashed(cashed: int, first_cdrs: tuple[str, ...]) -> None:
    first = book(LANE, Settlement(HASH, 9, 0, 257, ENTRIES[cashed].evidence), ENTRIES)
    second = book(LANE, Settlement(HASH, 9, 257, 287), ENTRIES[first.through :], through=first.through)
    assert first.cdrs == first_cdrs
    assert first.cdrs + second.cdrs == ("CDR-S2", "CDR-S1")
    assert (first.unassigned, second.unassigned) == (0, 0)
    assert second.through == 4


def test_booking_of_a_voucher_cashed_in_part_says_what_is_not_assigned() -> None:
    first = book(LANE, Settlement(HASH, 9, 0, 200), ENTRIES)
    assert first.sessions == (("S1", 100), ("S2", 50))
    assert first.unassigned == 50
    second = book(LANE, Settlement(HASH, 9, 200, 257), ENTRIES[first.through :], through=first.through)
    assert second.sessions == (("S1", 100), ("S2", 7))
    assert second.unassigned == -50
    assert book(LANE, Settlement(HASH, 9, 0, 5), ENTRIES).through == 0


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.data())
def test_booked_amounts_add_up_to_what_was_claimed(amounts: list[int], data: st.DataObject) -> None:
    entries = lane(*([leaf(Kind.TICK, f"S{n % 3}", amount)] for n, amount in enumerate(amounts)))
    totals = [0, *accumulate(amounts)]
    cuts = sorted({0, totals[-1], *data.draw(st.lists(st.integers(0, totals[-1])))})
    through, booked = 0, 0
    for one, two in pairwise(cuts):
        part = book(LANE, Settlement(HASH, 1, one, two), entries[through:], through=through)
        through = part.through
        assert sum(amount for _, amount in part.sessions) + part.unassigned == two - one
        booked += sum(amount for _, amount in part.sessions)
    assert booked == totals[-1]


def test_references_fit_their_members() -> None:
    booking = book(LANE, Settlement(HASH, 9, 0, 287), ENTRIES)
    assert booking.invoice_id == f"eip155:73799:{HASH}"
    assert booking.invoice_reference_id == "73799:" + "ab" * 16 + "a"
    assert len(booking.invoice_reference_id) == 39
    (record,) = invoice_records(booking, EMSP, CPO, NOON)
    assert (record.owner, record.peer, record.state) == (CPO, EMSP, InvoiceState.WAITING)
    assert record.body == {
        "country_code": "DE",
        "party_id": "CPO",
        "id": record.id,
        "invoice_id": booking.invoice_id,
        "cdrs": ["CDR-S2", "CDR-S1"],
        "last_updated": "2026-11-20T12:00:00.000Z",
    }
    assert (len(record.id), record.id[-2:]) == (36, "-B")


def test_records_of_one_transaction_that_claims_from_many_payers_have_different_ids() -> None:
    settlement = Settlement(HASH, 9, 0, 287)
    lanes = (LANE, Lane(1, CONTRACT, TOKEN, LANE.payer, LANE.payee), LANE.opposite)
    made = [invoice_records(book(each, settlement, ENTRIES), EMSP, CPO, NOON)[0] for each in lanes]
    twice = book(LANE, Settlement(HASH, 9, 150, 287), ENTRIES[1:], through=1)
    made += invoice_records(twice, EMSP, CPO, NOON)
    assert len({record.id for record in made}) == 4


def test_credit_cdrs_have_a_record_of_their_issuer_and_differences_have_none() -> None:
    ended = Leaf(Kind.CREDIT, EMSP, "S8", "CDR-S8-C", 40, 0, bytes(32), ends="CDR-S8")
    difference = Leaf(Kind.CREDIT, EMSP, "S9", "CDR-S9", 2, 0, bytes(32))
    booking = book(LANE, Settlement(HASH, 9, 0, 49), lane([ended, difference, leaf(Kind.CDR, "S1", 7)]))
    assert (booking.cdrs, booking.credits) == (("CDR-S1",), ("CDR-S8-C",))
    billed, credit = invoice_records(booking, EMSP, CPO, NOON)
    assert (billed.owner, credit.owner, credit.body["cdrs"]) == (CPO, EMSP, ["CDR-S8-C"])
    assert billed.id != credit.id


def test_settlement_that_closed_no_cdr_has_no_record() -> None:
    booking = book(LANE, Settlement(HASH, 9, 257, 287), ENTRIES[3:])
    assert invoice_records(booking, EMSP, CPO, NOON) == []
