"""What a payer pays, and every reason for which it does not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.settlement.core.conftest import CONTRACT, CPO, EMSP, NOON, PAYEE_KEY, PAYER_KEY, TOKEN

from ocn.ocpi.timestamps import format_datetime
from ocn.settlement.core.asked import Asked, PayerPolicy, Verdict
from ocn.settlement.core.asks import AskInvalid, cdr_ask, read_ask, tick_ask
from ocn.settlement.core.books import CdrBook, CdrState, SessionBook
from ocn.settlement.core.evidence import Kind, Leaf
from ocn.settlement.core.identity import identity_of
from ocn.settlement.core.judging import judge_cdr, judge_tick
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.terms import Terms

Make = Callable[..., dict[str, Any]]
LANE = Lane(31337, CONTRACT, TOKEN, PAYER_KEY.address, PAYEE_KEY.address)
NOW = NOON + timedelta(minutes=30)
POLICY = PayerPolicy()
MATCH = Verdict("match", (), "It matches.", b"{}", bytes(32))


def verdict(word: str, *explanations: tuple[str, ...]) -> Verdict:
    return Verdict(word, explanations, "It is so.", b"{}", bytes(32))


def tick(session: dict[str, Any], total: int, *, told: dict[str, Any] | None = None, **more: Any) -> Asked:
    defaults: dict[str, Any] = {"book": SessionBook(CPO, "S1", EMSP, LANE.key), "price": Decimal("0.60")}
    return Asked(tick_ask(session, CPO, total), EMSP, session=told or session, **(defaults | more))


def bill(
    cdr: dict[str, Any],
    session: dict[str, Any] | None,
    *,
    total: int = 600_000,
    posted: dict[str, Any] | None = None,
    **more: Any,
) -> Asked:
    defaults: dict[str, Any] = {"book": SessionBook(CPO, "S1", EMSP, LANE.key), "verdict": MATCH}
    return Asked(cdr_ask(cdr, CPO, total), EMSP, session=session, cdr=posted or cdr, **(defaults | more))


def reason_of(outcome: Leaf | Refusal | None) -> Reason:
    assert isinstance(outcome, Refusal)
    assert outcome.detail
    return outcome.reason


def test_tick_pays_what_is_new(terms: Terms, session: Make) -> None:
    leaf = judge_tick(terms, tick(session(), 600_000), POLICY, NOW)
    assert isinstance(leaf, Leaf)
    assert (leaf.kind, leaf.amount, leaf.wh, leaf.session_id) == (Kind.TICK, 600_000, 1500, "S1")
    book = SessionBook(CPO, "S1", EMSP, LANE.key).after(leaf, NOON)
    again = judge_tick(terms, tick(session(), 600_000, book=book), POLICY, NOW)
    assert again is None
    more = judge_tick(terms, tick(session("2"), 800_000, book=book, price=Decimal("0.8")), POLICY, NOW)
    assert isinstance(more, Leaf)
    assert (more.amount, more.wh) == (200_000, 500)


def test_tick_that_asks_for_less_than_the_price_is_paid_as_asked(terms: Terms, session: Make) -> None:
    leaf = judge_tick(terms, tick(session(), 500_000), POLICY, NOW)
    assert isinstance(leaf, Leaf)
    assert leaf.amount == 500_000


def test_tick_above_the_price_is_paid_within_the_tolerance_alone(terms: Terms, session: Make) -> None:
    tolerant = replace(terms, tolerance=100)
    assert isinstance(judge_tick(tolerant, tick(session(), 600_100), POLICY, NOW), Leaf)
    assert reason_of(judge_tick(tolerant, tick(session(), 600_101), POLICY, NOW)) is Reason.PRICE_DIFFERS
    assert reason_of(judge_tick(terms, tick(session(), 600_001), POLICY, NOW)) is Reason.PRICE_DIFFERS


@pytest.mark.parametrize("factor", [10, 100, 10**12])
def test_tick_with_wrong_decimals_is_refused_as_such(terms: Terms, session: Make, factor: int) -> None:
    refusal = judge_tick(terms, tick(session(), 600_000 * factor), POLICY, NOW)
    assert reason_of(refusal) is Reason.WRONG_DECIMALS
    assert reason_of(judge_tick(terms, tick(session(), 1_200_000), POLICY, NOW)) is Reason.PRICE_DIFFERS


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"currency": "CHF"}, Reason.CURRENCY),
        ({"currency": None}, Reason.CURRENCY),
        ({"start_date_time": format_datetime(NOON + timedelta(seconds=1))}, Reason.SESSION_DIFFERS),
        ({"location_id": "LOC2"}, Reason.SESSION_DIFFERS),
        ({"evse_uid": "E2"}, Reason.SESSION_DIFFERS),
        ({"cdr_token": {"uid": "04A2", "contract_id": "NL-MSP-C2"}}, Reason.SESSION_DIFFERS),
        ({"cdr_token": {"uid": "FFFF", "contract_id": "NL-MSP-C1"}}, Reason.SESSION_DIFFERS),
        ({"cdr_token": {"country_code": "NL", "party_id": "XXX", "uid": "04A2"}}, Reason.NOT_OUR_TOKEN),
        ({"cdr_token": "04A2"}, Reason.SESSION_DIFFERS),
        ({"kwh": Decimal(50_000)}, Reason.TOO_MUCH_POWER),
        ({"last_updated": format_datetime(NOW + timedelta(minutes=6))}, Reason.IN_THE_FUTURE),
    ],
    ids=str,
)
def test_tick_of_a_session_that_is_not_as_it_was_told_is_refused(
    terms: Terms, session: Make, change: dict[str, Any], reason: Reason
) -> None:
    asked = tick(session(**change), 600_000, told=session())
    assert reason_of(judge_tick(terms, asked, POLICY, NOW)) is reason


def test_tick_of_a_session_in_another_currency_than_told_is_refused(terms: Terms, session: Make) -> None:
    asked = tick(session(), 600_000, told=session(currency="CHF"))
    assert reason_of(judge_tick(terms, asked, POLICY, NOW)) is Reason.SESSION_DIFFERS


def test_tick_of_a_session_that_was_not_told_is_refused(terms: Terms, session: Make) -> None:
    asked = replace(tick(session(), 600_000), session=None)
    assert reason_of(judge_tick(terms, asked, POLICY, NOW)) is Reason.UNKNOWN_SESSION


def test_tick_without_a_price_is_refused(terms: Terms, session: Make) -> None:
    unknown = Refusal(Reason.UNPRICEABLE, "there is no tariff")
    for price in (None, unknown, Decimal("1e999999"), Decimal("NaN")):
        outcome = judge_tick(terms, tick(session(), 600_000, price=price), POLICY, NOW)
        assert reason_of(outcome) is Reason.UNPRICEABLE


def test_tick_of_a_session_that_is_being_paid_must_stay_what_it_was(terms: Terms, session: Make) -> None:
    book = SessionBook(CPO, "S1", EMSP, LANE.key, identity_of(session()))
    asked = replace(tick(session(), 600_000, book=book), session=None)
    assert isinstance(judge_tick(terms, asked, POLICY, NOW), Leaf)
    moved = replace(tick(session(evse_uid="E2"), 600_000, book=book), session=None)
    assert reason_of(judge_tick(terms, moved, POLICY, NOW)) is Reason.SESSION_DIFFERS


def test_tick_of_a_session_on_another_lane_is_refused(terms: Terms, session: Make) -> None:
    elsewhere = SessionBook(CPO, "S1", EMSP, replace(LANE, token="0x" + "e1" * 20).key)
    outcome = judge_tick(terms, tick(session(), 600_000, book=elsewhere), POLICY, NOW)
    assert reason_of(outcome) is Reason.OTHER_TERMS


@pytest.mark.parametrize(("wh", "minutes"), [(1501, 30), (1500, 31)])
def test_tick_that_goes_back_is_refused(terms: Terms, session: Make, wh: int, minutes: int) -> None:
    book = SessionBook(CPO, "S1", EMSP, LANE.key, paid=1, wh=wh, stated_at=NOON + timedelta(minutes=minutes))
    outcome = judge_tick(terms, tick(session(), 600_000, book=book), POLICY, NOW)
    assert reason_of(outcome) is Reason.METER_BACKWARDS


def test_tick_after_the_cdr_is_refused(terms: Terms, session: Make) -> None:
    book = SessionBook(CPO, "S1", EMSP, LANE.key, paid=1, cdr_id="CDR1")
    assert (
        reason_of(judge_tick(terms, tick(session(), 600_000, book=book), POLICY, NOW))
        is Reason.SESSION_CLOSED
    )


def test_tick_of_a_fast_clock_passes_where_that_is_wanted(terms: Terms, session: Make) -> None:
    asked = tick(session(minutes=600), 600_000)
    assert reason_of(judge_tick(terms, asked, POLICY, NOW)) is Reason.IN_THE_FUTURE
    assert isinstance(judge_tick(terms, asked, PayerPolicy(clock_skew=None), NOW), Leaf)


def test_cdr_pays_what_the_ticks_lack(terms: Terms, session: Make, cdr: Make) -> None:
    book = SessionBook(CPO, "S1", EMSP, LANE.key, paid=450_000, wh=1400)
    leaf = judge_cdr(terms, bill(cdr(), session(), book=book), POLICY, NOW)
    assert isinstance(leaf, Leaf)
    assert (leaf.kind, leaf.amount, leaf.wh, leaf.id) == (Kind.CDR, 150_000, 100, "CDR1")
    closed = book.after(leaf)
    assert (closed.settled, closed.cdr_id, closed.is_finished) == (600_000, "CDR1", True)


def test_cdr_of_just_what_was_paid_has_a_leaf_of_nothing(terms: Terms, session: Make, cdr: Make) -> None:
    leaf = judge_cdr(
        terms, bill(cdr(), session(), book=SessionBook(CPO, "S1", EMSP, LANE.key, paid=600_000)), POLICY, NOW
    )
    assert isinstance(leaf, Leaf)
    assert leaf.amount == 0


def test_cdr_below_what_was_paid_waits_for_the_credit(terms: Terms, session: Make, cdr: Make) -> None:
    book = SessionBook(CPO, "S1", EMSP, LANE.key, paid=700_000)
    refusal = judge_cdr(terms, bill(cdr(), session(), book=book), POLICY, NOW)
    assert reason_of(refusal) is Reason.CREDIT_MISSING
    assert isinstance(refusal, Refusal)
    assert refusal.missing == 100_000
    credited = replace(book, credited=100_000)
    leaf = judge_cdr(terms, bill(cdr(), session(), book=credited), POLICY, NOW)
    assert isinstance(leaf, Leaf)
    assert credited.after(leaf).settled == 600_000


@pytest.mark.parametrize(
    ("found", "paid"),
    [
        (verdict("match"), True),
        (verdict("explained", ("ROUNDING_PER_PERIOD",)), True),
        (verdict("explained", ("VAT_RATE",)), False),
        (verdict("explained", ("ROUNDING_PER_PERIOD", "VAT_RATE")), False),
        (verdict("explained", ("VAT_RATE",), ("ROUNDING_PER_PERIOD",)), True),
        (verdict("explained"), False),
        (verdict("explained", ()), False),
        (verdict("mismatch", ("UNEXPLAINED",)), False),
        (verdict("mismatch", ("ROUNDING_PER_PERIOD",)), False),
        (verdict("undecidable"), False),
        (None, False),
    ],
    ids=str,
)
def test_cdr_is_paid_for_a_match_or_a_cause_that_both_accept(
    terms: Terms, session: Make, cdr: Make, found: Verdict | None, paid: bool
) -> None:
    outcome = judge_cdr(terms, bill(cdr(), session(), verdict=found), POLICY, NOW)
    if paid:
        assert isinstance(outcome, Leaf)
    else:
        assert reason_of(outcome) is Reason.VERDICT


def test_cdr_that_people_have_approved_is_paid_in_spite_of_the_verdict(
    terms: Terms, session: Make, cdr: Make
) -> None:
    asked = bill(cdr(), session(), verdict=verdict("mismatch"), overruled=True)
    assert isinstance(judge_cdr(terms, asked, POLICY, NOW), Leaf)


def test_cdr_that_was_not_posted_is_refused(terms: Terms, session: Make, cdr: Make) -> None:
    asked = replace(bill(cdr(), session()), cdr=None)
    assert reason_of(judge_cdr(terms, asked, POLICY, NOW)) is Reason.CDR_NOT_RELAYED


def test_cdr_of_a_session_that_was_not_told_is_refused(terms: Terms, cdr: Make) -> None:
    assert reason_of(judge_cdr(terms, bill(cdr(), None), POLICY, NOW)) is Reason.UNKNOWN_SESSION


@pytest.mark.parametrize(
    "posted",
    [{"session_id": "S2"}, {"total_energy": Decimal("1.6")}, {"total_cost": {"excl_vat": Decimal("0.61")}}],
    ids=str,
)
def test_cdr_that_was_posted_otherwise_is_refused(
    terms: Terms, session: Make, cdr: Make, posted: dict[str, Any]
) -> None:
    outcome = judge_cdr(terms, bill(cdr(), session(), posted=cdr(**posted)), POLICY, NOW)
    assert reason_of(outcome) is Reason.CDR_DIFFERS


def test_cdr_that_ends_in_the_future_is_refused(terms: Terms, session: Make, cdr: Make) -> None:
    """A tariff by time would be paid for time that has not been."""
    asked = bill(cdr(end_date_time=format_datetime(NOW + timedelta(hours=5))), session())
    assert reason_of(judge_cdr(terms, asked, POLICY, NOW)) is Reason.IN_THE_FUTURE


@pytest.mark.parametrize(
    "change",
    [{}, {"total_cost": {}}, {"currency": "CHF"}, {"session_id": "S9"}],
    ids=str,
)
def test_cdr_that_never_came_opens_no_case_whatever_it_says(
    terms: Terms, session: Make, cdr: Make, change: dict[str, Any]
) -> None:
    known = CdrBook(CPO, "CDR1", "S1", LANE.key, b"\x01" * 32, 600_000, CdrState.REFUSED)
    for asked in (
        replace(bill(cdr(**change), session(), total=1), cdr=None, known=known),
        replace(bill(cdr(**change), session(), total=1), session=None, known=known),
    ):
        assert not reason_of(judge_cdr(terms, asked, POLICY, NOW)).opens_case


def test_cdr_whose_tariff_is_silent_on_vat_is_not_paid_with_vat(
    terms: Terms, session: Make, cdr: Make
) -> None:
    """Such a verdict is about the price without VAT: the other could be anything."""
    gross = replace(terms, vat_included=True)
    billed = cdr(total_cost={"excl_vat": Decimal("0.6"), "incl_vat": Decimal(600)})
    asked = bill(billed, session(), total=600_000_000)
    assert reason_of(judge_cdr(gross, asked, POLICY, NOW)) is Reason.VERDICT
    checked = replace(asked, verdict=replace(MATCH, with_vat=True))
    assert isinstance(judge_cdr(gross, checked, POLICY, NOW), Leaf)
    posted = cdr(total_cost={"excl_vat": Decimal("0.6"), "incl_vat": Decimal("0.72")})
    assert reason_of(judge_cdr(gross, replace(checked, cdr=posted), POLICY, NOW)) is Reason.CDR_DIFFERS


def test_cdr_with_other_energy_than_the_session_is_refused(terms: Terms, session: Make, cdr: Make) -> None:
    ended = session("1.4", status="COMPLETED")
    assert reason_of(judge_cdr(terms, bill(cdr("1.5"), ended), POLICY, NOW)) is Reason.ENERGY_DIFFERS
    assert isinstance(judge_cdr(terms, bill(cdr("1.5"), session("1.49")), POLICY, NOW), Leaf)


@pytest.mark.parametrize(
    ("told", "minutes", "reason"),
    [
        ("1.4", 4, Reason.SESSION_BEHIND),
        ("1.4", 5, Reason.ENERGY_DIFFERS),
        ("1.6", 0, Reason.ENERGY_DIFFERS),
    ],
)
def test_cdr_that_has_more_than_was_told_of_a_session_that_runs_waits_for_a_while(
    terms: Terms, session: Make, cdr: Make, told: str, minutes: int, reason: Reason
) -> None:
    outcome = judge_cdr(terms, bill(cdr("1.5"), session(told)), POLICY, NOW + timedelta(minutes=minutes))
    assert reason_of(outcome) is reason


def test_cdr_id_used_for_another_document_is_refused(terms: Terms, session: Make, cdr: Make) -> None:
    known = CdrBook(CPO, "CDR1", "S1", LANE.key, b"\x01" * 32, 600_000, CdrState.ACCEPTED)
    outcome = judge_cdr(terms, bill(cdr(), session(), known=known), POLICY, NOW)
    assert reason_of(outcome) is Reason.DUPLICATE_ID


@pytest.mark.parametrize("state", [CdrState.ACCEPTED, CdrState.CREDITED])
def test_cdr_asked_for_twice_is_paid_once(terms: Terms, session: Make, cdr: Make, state: CdrState) -> None:
    asked = bill(cdr(), session())
    known = CdrBook(CPO, "CDR1", "S1", LANE.key, asked.ask.hash, 600_000, state)
    assert judge_cdr(terms, replace(asked, known=known), POLICY, NOW) is None


def test_second_cdr_of_a_session_is_refused(terms: Terms, session: Make, cdr: Make) -> None:
    book = SessionBook(CPO, "S1", EMSP, LANE.key, paid=600_000, cdr_id="CDR0")
    outcome = judge_cdr(terms, bill(cdr(), session(), book=book), POLICY, NOW)
    assert reason_of(outcome) is Reason.DUPLICATE_SESSION


def test_cdr_is_asked_for_with_just_its_own_amount(terms: Terms, session: Make, cdr: Make) -> None:
    for total in (600_001, 599_999, 60, 600_000 * 10**12):
        outcome = judge_cdr(terms, bill(cdr(), session(), total=total), POLICY, NOW)
        assert reason_of(outcome) is Reason.WRONG_DECIMALS


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"credit": True}, Reason.NOT_A_BILL),
        ({"total_cost": {"excl_vat": Decimal("-0.6")}}, Reason.NOT_A_BILL),
        ({"total_cost": {"excl_vat": Decimal("1e999999")}}, Reason.UNPRICEABLE),
        ({"total_cost": {}}, Reason.UNPRICEABLE),
        ({"currency": "CHF"}, Reason.CURRENCY),
    ],
    ids=str,
)
def test_cdr_that_is_no_bill_under_these_terms_is_refused(
    terms: Terms, session: Make, cdr: Make, change: dict[str, Any], reason: Reason
) -> None:
    assert reason_of(judge_cdr(terms, bill(cdr(**change), session()), POLICY, NOW)) is reason


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        {},
        {"total": "1"},
        {"total": "1", "session": []},
        {"total": "1.5", "session": {"id": "S1"}},
        {"total": 1, "session": {"id": "S1"}},
        {"total": "1", "session": {"id": "S1"}},
        {"total": "1", "session": {"id": "S1", "kwh": Decimal("NaN")}},
        {"total": "1", "session": {"id": "S" * 40, "kwh": 1}},
        {"total": "1", "session": {"id": "Ä", "kwh": 1}},
        {"total": "1", "cdr": {"id": "C1"}},
    ],
    ids=str,
)
def test_item_that_cannot_be_judged_is_refused(item: object) -> None:
    with pytest.raises(AskInvalid):
        read_ask(item, CPO)


def test_item_of_another_partys_session_is_refused(session: Make, cdr: Make) -> None:
    for document in ({"session": session(party_id="XXX")}, {"cdr": cdr(party_id="XXX")}):
        with pytest.raises(AskInvalid, match="belongs to DE XXX"):
            read_ask({"total": "1", **document}, CPO)
    with pytest.raises(AskInvalid, match="no text"):
        read_ask({"total": "1", "session": session(party_id=5)}, CPO)


def test_item_keeps_the_signed_meter_values_in_its_leaf(session: Make) -> None:
    plain = read_ask({"total": "1", "session": session()}, CPO)
    signed = read_ask({"total": "1", "session": session(signed_data={"encoding_method": "OCMF"})}, CPO)
    assert plain.signed == bytes(32)
    assert signed.leaf(1, 1).signed not in (bytes(32), plain.signed)
