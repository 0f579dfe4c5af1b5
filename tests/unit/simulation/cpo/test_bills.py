"""Bills that are wrong on purpose, and how they are put right."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

import pytest
from tests.unit.simulation.billing.billed import Shop

from ocn.ocpi.objects import Cdr
from ocn.simulation.billing.misbilling import Misbilling
from ocn.simulation.errors import NotBilled
from ocn.tariffs import CauseCode, JsonObject, Verdict, verify

EARLY = datetime(2026, 7, 6, 4, 40, tzinfo=UTC)
ZONE = "Europe/Berlin"


def cause_of(cdr: Cdr) -> tuple[Verdict, CauseCode | None]:
    check = verify(cast("JsonObject", cdr), time_zone=ZONE)
    return check.verdict, check.causes[0].code if check.causes else None


@pytest.mark.parametrize("how", [each for each in Misbilling if each is not Misbilling.ONE_CENT_MORE])
def test_misbilling_is_explained_by_the_cause_of_its_name(how: Misbilling) -> None:
    assert cause_of(Shop(EARLY).billed("LOC1", 11, 9, 33, how=how)) == (Verdict.EXPLAINED, CauseCode(how))


@pytest.mark.parametrize("location", ["LOC1", "LOC5", "LOC8", "LOC10"])
def test_one_cent_more_is_a_mismatch_that_nothing_explains(location: str) -> None:
    cdr = Shop(EARLY).billed(location, 11, 8, 33, how=Misbilling.ONE_CENT_MORE)
    assert cause_of(cdr) == (Verdict.MISMATCH, CauseCode.UNEXPLAINED)


@pytest.mark.parametrize("how", list(Misbilling))
def test_misbilling_leaves_the_session_and_the_periods_right(how: Misbilling) -> None:
    shop = Shop(EARLY)
    session = shop.charged("LOC1", 11, 8, 33)
    right = shop.bills.charge(session)
    shop.bills.misbilling = how
    wrong = shop.bills.charge(session)
    assert session.session()["total_cost"] == right["total_cost"] != wrong["total_cost"]
    assert wrong["charging_periods"] == right["charging_periods"]


def test_credit_takes_back_the_total_and_keeps_the_rest() -> None:
    shop = Shop(EARLY)
    cdr = shop.billed("LOC1", 20)
    credit = shop.bills.credit(str(cdr["session_id"]))
    total = cdr["total_cost"]
    assert credit == cdr | {
        "id": f"{cdr['id']}-C",
        "total_cost": {"excl_vat": -total["excl_vat"], "incl_vat": -total["incl_vat"]},
        "credit": True,
        "credit_reference_id": cdr["id"],
        "last_updated": credit["last_updated"],
    }
    assert len(credit["id"]) <= 39
    original = cast("JsonObject", cdr)
    check = verify(cast("JsonObject", credit), time_zone=ZONE, original=original)
    assert check.verdict is Verdict.MATCH


def test_charge_again_after_a_credit_is_another_cdr_and_right() -> None:
    shop = Shop(EARLY)
    wrong = shop.billed("LOC1", 20, how=Misbilling.ONE_CENT_MORE)
    session_id = str(wrong["session_id"])
    shop.bills.credit(session_id)
    shop.bills.misbilling = None
    right = shop.bills.charge_again(session_id)
    assert right["session_id"] == session_id
    assert right["id"] != wrong["id"]
    assert len(right["id"]) <= 36
    assert wrong["total_cost"]["excl_vat"] - right["total_cost"]["excl_vat"] == Decimal("0.01")
    assert cause_of(right) == (Verdict.MATCH, None)


def test_credit_of_what_is_not_billed_or_twice_is_refused() -> None:
    shop = Shop(EARLY)
    with pytest.raises(NotBilled, match="has no CDR"):
        shop.bills.credit("S1")
    session_id = str(shop.billed("LOC1", 20)["session_id"])
    shop.bills.credit(session_id)
    with pytest.raises(NotBilled, match="credited already"):
        shop.bills.credit(session_id)


def test_charge_again_without_a_credit_would_bill_twice_and_is_refused() -> None:
    shop = Shop(EARLY)
    session_id = str(shop.billed("LOC1", 20)["session_id"])
    with pytest.raises(NotBilled, match="paid twice"):
        shop.bills.charge_again(session_id)


def test_bills_remember_the_last_hundred_sessions() -> None:
    shop = Shop(EARLY)
    names = [str(shop.billed("LOC8", 0)["session_id"]) for _ in range(101)]
    with pytest.raises(NotBilled, match="has no CDR"):
        shop.bills.credit(names[0])
    shop.bills.credit(names[1])
