"""Every cause that the search knows, planted and found."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.unit.tariffs.cases import (
    ENERGY,
    ZONE,
    cdr,
    charging,
    codes,
    component,
    element,
    parking,
    price,
    tariff,
)

from ocn.tariffs import CauseCode, Policy, Verdict, Verification, verify
from ocn.tariffs.policy import StepSize

DAY_AND_NIGHT = tariff(
    element(component("ENERGY", "0.50"), start_time="07:00", end_time="18:00"),
    element(component("ENERGY", "0.30")),
)
LATE_AFTERNOON = datetime.fromisoformat("2025-07-11T15:30:00+00:00")
DUSK = datetime.fromisoformat("2025-03-11T16:00:00+00:00")
"""17:00 in Berlin."""
EVENING = datetime.fromisoformat("2025-07-11T16:30:00+00:00")
"""18:30 in Berlin, 17:30 without daylight saving, 16:30 in UTC."""


def _verified(document: dict[str, Any], by: dict[str, Any], **more: Any) -> Verification:
    return verify(document, [by], time_zone=ZONE, **more)


def _assert_explained(result: Verification, *expected: str) -> None:
    assert (result.verdict, codes(result.causes)) == (Verdict.EXPLAINED, list(expected))


def test_verify_an_hour_rounded_to_cents_before_tax_is_rounding_per_period() -> None:
    """The model case from a real CPO: 1.837 and 2.223 exact, every hour rounded."""
    by = tariff(element(component("ENERGY", "0.35", "21", step_size=0)))
    document = cdr(charging("4.5815"), charging("0.6672"), claim=("1.83", "2.21"))
    result = _verified(document, by)
    _assert_explained(result, "ROUNDING_PER_PERIOD")
    assert result.as_json()["total_cost"] == {"excl": "1.837045", "incl": "2.22282445"}


def test_verify_a_total_rounded_down_is_rounding_of_the_total() -> None:
    document = cdr(charging("20.03"), claim=("5.00", "6.00"))
    _assert_explained(_verified(document, ENERGY), "ROUNDING_TOTAL")


def test_verify_tax_on_the_rounded_net_total_is_rounding_of_the_total() -> None:
    document = cdr(charging("20.018"), claim=("5.00", "6.00"))
    assert _verified(document, ENERGY).total_cost.incl == Decimal("6.0054")
    _assert_explained(_verified(document, ENERGY), "ROUNDING_TOTAL")


def test_verify_times_read_in_utc_are_named() -> None:
    document = cdr(charging("20"), start=EVENING, claim=("10.00", "12.00"))
    result = _verified(document, DAY_AND_NIGHT)
    _assert_explained(result, "TIMEZONE_UTC")
    assert [one.codes for one in result.explanations] == [("TIMEZONE_UTC",), ("TIMEZONE_STANDARD",)]


def test_verify_times_read_without_daylight_saving_are_named() -> None:
    by = tariff(
        element(component("ENERGY", "0.40"), start_time="16:00", end_time="17:00"),
        element(component("ENERGY", "0.30")),
    )
    document = cdr(charging("20"), start=LATE_AFTERNOON, claim=("8.00", "9.60"))
    _assert_explained(_verified(document, by), "TIMEZONE_STANDARD")


def test_verify_times_read_in_the_zone_of_the_party_are_named() -> None:
    document = cdr(charging("20"), start=LATE_AFTERNOON, claim=("10.00", "12.00"))
    result = verify(document, [DAY_AND_NIGHT], time_zone="Europe/Helsinki")
    assert (CauseCode.TIMEZONE_PARTY,) in [one.codes for one in result.explanations]


STEPS = tariff(element(component("TIME", "6.00", None, 600), component("PARKING_TIME", "6.00", None, 600)))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("2.90", "STEP_SIZE_IGNORED"),
        ("3.00", "STEP_SIZE_COMBINED"),
        ("4.00", "STEP_SIZE_PER_DIMENSION"),
        ("5.00", "STEP_SIZE_PER_PERIOD"),
    ],
)
def test_verify_another_edition_of_step_size_is_named(claim: str, expected: str) -> None:
    document = cdr(charging("1", 6), charging("1", 12), parking(11), claim=(claim,))
    assert _verified(document, STEPS).total_cost.excl == Decimal("3.8")
    assert expected in codes(_verified(document, STEPS).causes)


def test_verify_the_other_reading_of_a_session_that_parks_and_then_charges_is_named() -> None:
    document = cdr(parking(11), charging("1", 12), claim=("3.10",))
    result = _verified(document, STEPS)
    assert result.total_cost.excl == Decimal("3.2")
    assert result.verdict == "explained"
    assert "STEP_SIZE_LAST" in codes(result.causes)
    assert "STEP_SIZE_TWO_READINGS" in codes(result.findings)


def test_verify_the_default_edition_under_another_policy_is_named() -> None:
    document = cdr(charging("1", 6), charging("1", 12), parking(11), claim=("3.80",))
    result = _verified(document, STEPS, policy=Policy(step_size=StepSize.NONE))
    _assert_explained(result, "STEP_SIZE_PARKING_ONLY")


def test_verify_limits_that_were_not_applied_are_named() -> None:
    by = tariff(
        element(component("ENERGY", "0.25")),
        min_price=price("2.00", "2.40"),
        max_price=price("10.00", "12.00"),
    )
    low, high = cdr(charging("1"), claim=("0.25", "0.30")), cdr(charging("50"), claim=("12.50", "15.00"))
    _assert_explained(_verified(low, by), "MIN_PRICE_IGNORED")
    _assert_explained(_verified(high, by), "MAX_PRICE_IGNORED")


@pytest.mark.parametrize(
    ("limit", "claim"),
    [
        ({"max_price": price("4.00")}, ("4.00", "4.80")),
        ({"min_price": price("5.50")}, ("5.50", "6.60")),
    ],
)
def test_verify_a_limit_of_net_that_was_taxed_is_named(limit: dict[str, Any], claim: tuple[str, str]) -> None:
    by = tariff(element(component("ENERGY", "0.25"), component("FLAT", "0.10")), **limit)
    _assert_explained(_verified(cdr(charging("20"), claim=claim), by), "LIMIT_IN_PROPORTION")


def test_verify_a_flat_price_for_every_period_is_named() -> None:
    by = tariff(element(component("FLAT", "0.50"), component("ENERGY", "0.25")))
    document = cdr(charging("10"), charging("10"), parking(10), claim=("6.50", "7.80"))
    _assert_explained(_verified(document, by), "FLAT_REPEATED")


def test_verify_one_rate_of_tax_for_all_is_named() -> None:
    by = tariff(element(component("FLAT", "2.00", "20"), component("ENERGY", "0.25", "10")))
    document = cdr(charging("20"), claim=("7.00", "8.40"))
    _assert_explained(_verified(document, by), "VAT_RATE")


def test_verify_a_rate_that_the_tariff_does_not_have_is_named_when_it_is_whole() -> None:
    document = cdr(charging("40.04"), claim=("10.01", "11.91"))
    result = _verified(document, ENERGY)
    _assert_explained(result, "VAT_RATE")
    assert "19 %" in result.causes[0].message


def test_verify_a_rate_that_is_not_in_the_tariff_is_named_for_a_small_session_too() -> None:
    document = cdr(charging("16"), claim=("4.00", "4.76"))
    _assert_explained(_verified(document, ENERGY), "VAT_RATE")


def test_verify_a_cent_of_tax_too_much_is_no_other_rate() -> None:
    for net, gross in (("2.00", "2.41"), ("2.50", "2.99"), ("4.00", "4.81")):
        document = cdr(charging(str(Decimal(net) * 4)), claim=(net, gross))
        assert codes(_verified(document, ENERGY).causes) == ["UNEXPLAINED"]


def test_verify_tax_left_out_is_named() -> None:
    _assert_explained(_verified(cdr(charging("20"), claim=("5.00", "5.00")), ENERGY), "VAT_RATE")


BOTH = tariff(element(component("TIME", "2.00"), component("PARKING_TIME", "5.00")))


def test_verify_parking_as_time_and_time_as_parking_are_named() -> None:
    session = ((60, {"TIME": "1"}), parking(30))
    _assert_explained(_verified(cdr(*session, claim=("3.00", "3.60")), BOTH), "PARKING_AS_TIME")
    _assert_explained(_verified(cdr(*session, claim=("7.50", "9.00")), BOTH), "TIME_AS_PARKING")


def test_verify_a_claim_by_total_energy_is_named() -> None:
    document = cdr(charging("20"), claim=("6.00", "7.20"), total_energy=Decimal(24))
    _assert_explained(_verified(document, ENERGY), "TOTAL_ENERGY_MISMATCH")


def test_verify_the_state_at_the_end_of_a_period_is_named() -> None:
    by = tariff(
        element(component("ENERGY", "0.20"), max_kwh=Decimal(10)), element(component("ENERGY", "0.40"))
    )
    document = cdr(charging("10"), charging("5"), claim=("6.00", "7.20"))
    _assert_explained(_verified(document, by), "STATE_AT_END")


def test_verify_energy_spread_evenly_over_a_price_change_is_named() -> None:
    document = cdr(charging("20", 120), start=DUSK, claim=("8.00", "9.60"))
    result = _verified(document, DAY_AND_NIGHT)
    _assert_explained(result, "PERIOD_SPANS_PRICE_CHANGE")
    assert "spread evenly" in result.causes[0].message


def test_verify_a_claim_within_the_bounds_of_an_unsplit_period_is_named_with_its_share() -> None:
    document = cdr(charging("20", 120), start=DUSK, claim=("7.00", "8.40"))
    result = _verified(document, DAY_AND_NIGHT)
    _assert_explained(result, "PERIOD_SPANS_PRICE_CHANGE")
    assert "25.00 %" in result.causes[0].message
    assert [result.low.excl, result.high.excl] == [6, 10]


def test_verify_a_claim_outside_the_bounds_of_an_unsplit_period_is_a_mismatch() -> None:
    document = cdr(
        charging("20", 120),
        start=datetime.fromisoformat("2025-03-11T16:00:00+00:00"),
        claim=("10.50", "12.60"),
    )
    result = _verified(document, DAY_AND_NIGHT)
    assert (result.verdict, codes(result.causes)) == ("mismatch", ["UNEXPLAINED"])


def test_verify_the_tariff_in_the_cdr_where_another_was_published_is_named() -> None:
    dearer = tariff(element(component("ENERGY", "0.30")))
    document = cdr(charging("20"), claim=("6.00", "7.20"), tariffs=[dearer])
    result = _verified(document, ENERGY)
    _assert_explained(result, "TARIFF_NOT_AS_PUBLISHED")
    assert "TARIFF_NOT_AS_PUBLISHED" in result.warnings


def test_verify_another_stored_version_of_the_tariff_is_named() -> None:
    dearer = tariff(element(component("ENERGY", "0.30")))
    document = cdr(charging("20"), claim=("6.00", "7.20"))
    result = _verified(document, ENERGY, stored_tariffs=[dearer])
    _assert_explained(result, "TARIFF_VERSION")


def test_verify_a_mistake_and_a_rounding_together_are_both_named() -> None:
    by = tariff(
        element(component("ENERGY", "0.333", "19"), start_time="07:00", end_time="18:00"),
        element(component("ENERGY", "0.517", "19")),
    )
    document = cdr(charging("3.346"), charging("4.456"), charging("5.56"), start=EVENING)
    document["total_cost"] = price("5.46", "6.52")
    assert _verified(document, by).total_cost.excl == Decimal("6.908154")
    result = _verified(document, by)
    assert result.verdict == "explained"
    assert {"TIMEZONE_UTC", "ROUNDING_PER_PERIOD"} <= set(codes(result.causes))
    assert ("TIMEZONE_UTC",) not in [one.codes for one in result.explanations]


def test_verify_a_cdr_too_large_to_search_is_unexplained_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    document = cdr(charging("20"), claim=("5.00", "5.00"))
    _assert_explained(_verified(document, ENERGY), "VAT_RATE")
    monkeypatch.setattr("ocn.tariffs.verifying.causes.MOST_WORK", 0)
    assert codes(_verified(document, ENERGY).causes) == ["UNEXPLAINED"]


def test_verify_a_cent_without_a_reason_is_unexplained_with_the_nearest_miss() -> None:
    by = tariff(element(component("FLAT", "0.50"), component("ENERGY", "0.25")))
    document = cdr(charging("10"), charging("10"), claim=("6.01", "7.21"))
    result = _verified(document, by)
    assert (result.verdict, codes(result.causes)) == ("mismatch", ["UNEXPLAINED"])
    assert result.nearest is not None
    assert result.nearest.codes == (CauseCode.FLAT_REPEATED,)
    assert "0.51 more net" in result.causes[0].message


def test_verify_lines_rounded_to_four_decimals_are_rounding_per_period() -> None:
    by = tariff(element(component("ENERGY", "0.33333", None, step_size=0)))
    document = cdr(charging("1.0001"), charging("1.0001"), charging("1.0001"), claim=("1.0002",))
    assert _verified(document, by).total_cost.excl == Fraction("1.000089999")
    _assert_explained(_verified(document, by), "ROUNDING_PER_PERIOD")


def test_verify_a_rounding_that_stated_parts_contradict_is_no_explanation() -> None:
    document = cdr(charging("20.03"), claim=("5.00", "6.00"), total_energy_cost=price("5.01", "6.01"))
    result = _verified(document, ENERGY)
    assert (result.verdict, codes(result.causes)) == ("mismatch", ["UNEXPLAINED"])


def test_verify_next_to_nothing_is_explained_only_where_parts_fit() -> None:
    by = tariff(element(component("ENERGY", "0.25")), min_price=price("0.09", "0.11"))
    parts = {"total_energy_cost": price("0.09", "0.11")}
    document = cdr(charging("0.2"), claim=("0.05", "0.06"))
    _assert_explained(_verified(document, by), "MIN_PRICE_IGNORED")
    result = _verified({**document, **parts}, by)
    assert result.verdict == "mismatch"
