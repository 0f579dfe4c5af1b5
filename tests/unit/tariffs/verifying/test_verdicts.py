"""What a check comes to, and which findings go with it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.tariffs.cases import (
    ENERGY,
    START,
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

from ocn.tariffs import CdrUnreadable, RelayedProfile, TariffError, TariffUnreadable, Verdict, verify

WINDOW = tariff(
    element(component("ENERGY", "0.50"), start_time="07:00", end_time="18:00"),
    element(component("ENERGY", "0.30")),
)


def test_verify_the_exact_amount_and_the_rounded_one_match() -> None:
    for claim in (("5.0075", "6.009"), ("5.01", "6.01")):
        result = verify(cdr(charging("20.03"), claim=claim), [ENERGY], time_zone=ZONE)
        assert (result.verdict, result.causes, result.warnings) == (Verdict.MATCH, (), ())


def test_verify_net_alone_is_enough_where_no_gross_is_claimed() -> None:
    assert verify(cdr(charging("20"), claim=("5.00",)), [ENERGY]).verdict is Verdict.MATCH


@pytest.mark.parametrize(("currency", "claim"), [("JPY", "5"), ("KWD", "5.008"), ("EUR", "5.01")])
def test_verify_rounding_goes_as_far_as_the_currency(currency: str, claim: str) -> None:
    by = tariff(element(component("ENERGY", "0.25")), currency=currency)
    document = cdr(charging("20.03"), claim=(claim,), currency=currency)
    assert verify(document, [by], time_zone=ZONE).verdict is Verdict.MATCH


def test_verify_three_decimals_in_a_currency_of_two_are_explained() -> None:
    document = cdr(charging("20.03"), claim=("5.008",))
    result = verify(document, [ENERGY], time_zone=ZONE)
    assert (result.verdict, codes(result.causes)) == (Verdict.EXPLAINED, ["ROUNDING_TOTAL"])


def test_verify_the_tariff_in_the_cdr_is_taken_when_none_is_given() -> None:
    document = cdr(charging("20"), claim=("5.00", "6.00"), tariffs=[ENERGY])
    assert verify(document).verdict is Verdict.MATCH


def test_verify_a_wrong_part_under_a_right_total_is_a_mismatch() -> None:
    by = tariff(element(component("FLAT", "0.50"), component("ENERGY", "0.25")))
    parts: dict[str, Any] = {
        "total_fixed_cost": price("0.60", "0.72"),
        "total_energy_cost": price("4.90", "5.88"),
    }
    result = verify({**cdr(charging("20"), claim=("5.50", "6.60")), **parts}, [by], time_zone=ZONE)
    assert (result.verdict, codes(result.causes)) == (Verdict.MISMATCH, ["PART_MISMATCH"])
    assert set(result.differences) == {"total_fixed_cost", "total_energy_cost"}


def test_verify_another_currency_than_the_tariff_is_a_mismatch() -> None:
    document = cdr(charging("20"), claim=("5.00", "6.00"), currency="CHF")
    result = verify(document, [ENERGY], time_zone=ZONE)
    assert (result.verdict, codes(result.causes)) == (Verdict.MISMATCH, ["CURRENCY_MISMATCH"])


def test_verify_energy_that_does_not_add_up_is_a_mismatch_even_where_the_total_is_right() -> None:
    document = cdr(charging("20"), claim=("5.00", "6.00"), total_energy=Decimal(24))
    result = verify(document, [ENERGY], time_zone=ZONE)
    assert (result.verdict, codes(result.causes)) == (Verdict.MISMATCH, ["TOTAL_ENERGY_MISMATCH"])
    assert "24 kWh" in result.causes[0].message


def test_verify_energy_that_was_rounded_to_watt_hours_adds_up() -> None:
    document = cdr(charging("10.1234"), charging("9.8764"), claim=("5.00",), total_energy=Decimal("20"))
    assert "TOTAL_ENERGY_MISMATCH" not in verify(document, [ENERGY], time_zone=ZONE).warnings


def test_verify_energy_that_was_rounded_to_two_decimals_adds_up() -> None:
    document = cdr(charging("18.3457"), claim=("4.59", "5.50"), total_energy=Decimal("18.35"))
    assert verify(document, [ENERGY], time_zone=ZONE).verdict is Verdict.MATCH


def test_verify_parts_of_three_decimals_match() -> None:
    part = price("4.586", "5.504")
    document = cdr(charging("18.345"), claim=("4.59", "5.50"), total_energy_cost=part)
    assert verify(document, [ENERGY], time_zone=ZONE).verdict is Verdict.MATCH
    wrong = {**document, "total_energy_cost": price("4.587", "5.504")}
    assert codes(verify(wrong, [ENERGY], time_zone=ZONE).causes) == ["PART_MISMATCH"]


HOURS = tariff(element(component("TIME", "18.00", step_size=0)))


@pytest.mark.parametrize(("hours", "claim"), [("0.333", "6.00"), ("0.33", "6.00"), ("0.3333", "5.9994")])
def test_verify_hours_that_were_rounded_match_by_either_number(hours: str, claim: str) -> None:
    result = verify(cdr((20, {"TIME": hours}), claim=(claim,)), [HOURS], time_zone=ZONE)
    assert (result.verdict, result.warnings) == (Verdict.MATCH, ("VOLUME_ROUNDED",))


def test_verify_the_noise_of_hours_is_no_reason_for_another_block() -> None:
    by = tariff(element(component("TIME", "3.00", step_size=300)))
    document = cdr((20, {"TIME": "0.3334"}), claim=("1.25", "1.50"))
    result = verify(document, [by], time_zone=ZONE)
    assert (result.verdict, codes(result.causes)) == (Verdict.MISMATCH, ["UNEXPLAINED"])


def test_verify_a_period_that_stands_twice_is_a_mismatch() -> None:
    document = cdr((60, {"ENERGY": "10"}), claim=("5.00", "6.00"), total_energy=Decimal(20))
    document["charging_periods"] *= 2
    result = verify(document, [ENERGY], time_zone=ZONE)
    assert (result.verdict, codes(result.causes)) == (Verdict.MISMATCH, ["PERIODS_OVERLAP"])


def test_verify_a_credit_cdr_whose_parts_are_negative_too_has_no_warning() -> None:
    part, claim = price("-5.00", "-6.00"), ("-5.00", "-6.00")
    document = cdr(charging("20"), claim=claim, credit=True, credit_reference_id="C0", total_energy_cost=part)
    result = verify(document, [ENERGY], time_zone=ZONE)
    assert (result.verdict, result.warnings) == (Verdict.MATCH, ())


def test_verify_a_period_that_passes_its_end_is_a_mismatch() -> None:
    document = cdr(charging("10"), charging("10"), claim=("5.00", "6.00"))
    document["charging_periods"][0]["dimensions"][1]["volume"] = Decimal("1.5")
    result = verify(document, [ENERGY], time_zone=ZONE)
    assert (result.verdict, codes(result.causes)) == (Verdict.MISMATCH, ["PERIODS_OVERLAP"])


def test_verify_the_noise_of_written_hours_is_no_overlap() -> None:
    document = cdr((20, {"ENERGY": "20", "TIME": "0.3334"}), claim=("5.00", "6.00"))
    assert verify(document, [ENERGY], time_zone=ZONE).verdict is Verdict.MATCH


def test_verify_unsorted_periods_change_nothing_but_a_warning() -> None:
    document = cdr(charging("10"), charging("10"), claim=("5.00", "6.00"))
    document["charging_periods"].reverse()
    result = verify(document, [ENERGY], time_zone=ZONE)
    assert (result.verdict, result.warnings) == (Verdict.MATCH, ("PERIODS_UNSORTED",))


def test_verify_times_and_sums_that_do_not_add_up_are_warned_of() -> None:
    document = cdr(charging("20"), parking(30), claim=("5.00", "6.00"))
    document |= {
        "total_time": Decimal(9),
        "total_parking_time": Decimal(3),
        "total_energy_cost": price("6.00"),
    }
    warnings = verify(document, [ENERGY], time_zone=ZONE).warnings
    assert {"TOTAL_TIME_MISMATCH", "TOTAL_PARKING_TIME_MISMATCH", "PARTS_NOT_TOTAL"} <= set(warnings)


def test_verify_without_time_zone_is_undecidable_only_where_it_matters() -> None:
    elsewhere: dict[str, Any] = {"cdr_location": {"id": "L1", "country": "USA"}}
    for claim in (("6.00", "7.20"), ("10.00", "12.00")):
        document = cdr(charging("20"), claim=claim, **elsewhere)
        result = verify(document, [WINDOW])
        assert (result.verdict, result.warnings) == (Verdict.UNDECIDABLE, ("TIME_ZONE_UNKNOWN",))
    assert verify(cdr(charging("20"), claim=("5.00", "6.00"), **elsewhere), [ENERGY]).verdict is Verdict.MATCH


def test_verify_beyond_all_that_is_possible_is_a_mismatch_even_without_time_zone() -> None:
    document = cdr(charging("20"), claim=("11.00", "13.20"), cdr_location={"id": "L1", "country": "USA"})
    result = verify(document, [WINDOW])
    assert (result.verdict, codes(result.causes)) == (Verdict.MISMATCH, ["UNEXPLAINED"])


def test_verify_a_country_with_one_zone_is_enough_and_warned_of() -> None:
    result = verify(cdr(charging("20"), claim=("10.00", "12.00")), [WINDOW])
    assert (result.verdict, result.warnings) == (Verdict.MATCH, ("TIME_ZONE_FROM_COUNTRY",))


def test_verify_an_unknown_dimension_is_undecidable_and_has_no_price() -> None:
    document = cdr((60, {"ENERGY": "20", "SESSION_TIME": "1"}), claim=("5.00", "6.00"))
    result = verify(document, [ENERGY], time_zone=ZONE)
    assert result.verdict is Verdict.UNDECIDABLE
    assert result.as_json()["total_cost"] == {"excl": None, "incl": None}


def test_verify_a_document_that_claims_nothing_is_undecidable() -> None:
    result = verify(cdr(charging("20")), [ENERGY], time_zone=ZONE)
    assert (result.verdict, result.warnings) == (Verdict.UNDECIDABLE, ("NOTHING_TO_COMPARE",))
    assert result.as_json()["total_cost"] == {"excl": "5.00", "incl": "6.00"}


def test_verify_a_claim_in_another_measure_than_the_tariff_is_undecidable() -> None:
    by = tariff(element(component("ENERGY", "0.25", None)), tax_included="YES")
    document = {**cdr(charging("20")), "total_cost": {"before_taxes": Decimal(5)}}
    assert verify(document, [by], time_zone=ZONE).verdict is Verdict.UNDECIDABLE


def test_verify_a_session_so_far_is_compared_as_a_cdr_is() -> None:
    document = cdr(charging("20"), claim=("5.00", "6.00"))
    for name in ("total_energy", "total_time", "end_date_time", "cdr_location"):
        del document[name]
    running = {**document, "kwh": Decimal(20), "status": "ACTIVE"}
    assert verify(running, [ENERGY], time_zone=ZONE).verdict is Verdict.MATCH


ORIGINAL = cdr(charging("20"), claim=("5.00", "6.00"))
CREDIT = {"id": "C1-C", "credit": True, "credit_reference_id": "C1"}


def test_verify_a_credit_cdr_takes_back_what_the_session_costs() -> None:
    document = {**cdr(charging("20"), claim=("-5.00", "-6.00")), **CREDIT}
    result = verify(document, [ENERGY], time_zone=ZONE, original=ORIGINAL)
    assert result.verdict is Verdict.MATCH
    assert result.as_json()["total_cost"] == {"excl": "-5.00", "incl": "-6.00"}


@pytest.mark.parametrize(
    "change",
    [
        {"total_cost": price("5.00", "6.00")},
        {"credit_reference_id": "C2"},
        {"credit_reference_id": None},
        {"total_cost": price("-4.00", "-4.80")},
    ],
)
def test_verify_a_wrong_credit_cdr_is_a_mismatch(change: dict[str, Any]) -> None:
    document = {**cdr(charging("20"), claim=("-5.00", "-6.00")), **CREDIT, **change}
    result = verify(document, [ENERGY], time_zone=ZONE, original=ORIGINAL)
    assert result.verdict is Verdict.MISMATCH
    assert "CREDIT_MISMATCH" in codes(result.causes)


def test_verify_an_original_beside_a_cdr_that_is_no_credit_is_a_mismatch() -> None:
    result = verify(ORIGINAL, [ENERGY], time_zone=ZONE, original=ORIGINAL)
    assert codes(result.causes) == ["CREDIT_MISMATCH"]


PARKING = tariff(element(component("ENERGY", "0.25"), component("PARKING_TIME", "2.00")))


def _profile(minutes: int, *limits: tuple[int, int], **more: Any) -> RelayedProfile:
    steps = [{"start_period": start, "limit": limit} for start, limit in limits]
    profile = {"charging_rate_unit": "W", "charging_profile_period": steps, **more}
    return RelayedProfile(START + timedelta(minutes=minutes), profile)


@pytest.mark.parametrize(
    ("profiles", "paused"),
    [
        ([_profile(55, (0, 0))], True),
        ([_profile(55, (0, 0)), _profile(58, (0, 7000))], False),
        ([_profile(0, (0, 7000), (3600, 0), (7200, 7000))], True),
        ([_profile(0, (0, 0), duration=600)], False),
        ([_profile(0, (0, 0), start_date_time="2025-03-11T11:10:00Z")], True),
        ([_profile(0, (0, 7000))], False),
        ([], False),
    ],
)
def test_verify_parking_that_is_billed_while_a_profile_held_the_car_is_warned_of(
    profiles: list[RelayedProfile], paused: bool
) -> None:
    document = cdr(charging("20"), parking(30), claim=("6.00", "7.20"))
    result = verify(document, [PARKING], time_zone=ZONE, profiles=profiles)
    assert result.verdict is Verdict.MATCH
    assert ("PARKING_WHILE_PAUSED" in result.warnings) == paused


@pytest.mark.parametrize(
    "broken",
    [
        {"charging_profile_period": "now"},
        {"charging_profile_period": [{"start_period": 0}]},
        {"charging_profile_period": [{"start_period": -1, "limit": 0}]},
        {"charging_profile_period": [], "start_date_time": "soon"},
        {"charging_profile_period": [], "duration": "long"},
    ],
)
def test_verify_a_profile_that_cannot_be_read_is_refused(broken: dict[str, Any]) -> None:
    document = cdr(charging("20"), parking(30), claim=("6.00", "7.20"))
    with pytest.raises(TariffError):
        verify(document, [PARKING], time_zone=ZONE, profiles=[RelayedProfile(START, broken)])


def test_verify_taxes_at_another_rate_than_computed_are_warned_of() -> None:
    by = {**ENERGY, "tax_included": "NO"}
    taxes = [{"name": "VAT", "percentage": Decimal(19), "amount": Decimal(1)}]
    document = {**cdr(charging("20")), "total_cost": {"before_taxes": Decimal(5), "taxes": taxes}}
    result = verify(document, [by], time_zone=ZONE)
    assert (result.verdict, result.warnings) == (Verdict.MATCH, ("TAX_LINE_MISMATCH",))


def test_verify_taxes_that_the_tariff_does_not_name_are_not_checked() -> None:
    by = {**tariff(element(component("ENERGY", "0.25", None))), "tax_included": "NO"}
    taxes = [{"name": "GST", "amount": Decimal("0.25")}]
    document = {**cdr(charging("20")), "total_cost": {"before_taxes": Decimal(5), "taxes": taxes}}
    result = verify(document, [by], time_zone=ZONE)
    assert (result.verdict, result.warnings) == (Verdict.MATCH, ("TAX_NOT_CHECKED",))


def test_verify_taxes_in_prices_whose_rate_nobody_names_are_not_checked() -> None:
    by = {**tariff(element(component("ENERGY", "0.30", None))), "tax_included": "YES"}
    taxes = [{"name": "VAT", "percentage": Decimal(20), "amount": Decimal(1)}]
    document = {**cdr(charging("20")), "total_cost": {"before_taxes": Decimal(5), "taxes": taxes}}
    result = verify(document, [by], time_zone=ZONE)
    assert (result.verdict, result.warnings) == (Verdict.MATCH, ("TAX_NOT_CHECKED",))


def test_verify_2_1_1_knows_no_gross_amount() -> None:
    document = cdr(charging("20"))
    document = {**document, "stop_date_time": document.pop("end_date_time"), "total_cost": Decimal("5.00")}
    by = {name: ENERGY[name] for name in ("id", "currency", "last_updated")}
    by["elements"] = [element(component("ENERGY", "0.25", None))]
    result = verify(document, [by], time_zone=ZONE)
    assert result.verdict is Verdict.MATCH
    assert result.as_json()["total_cost"] == {"excl": "5.00", "incl": None}


def test_verify_the_lint_of_the_tariff_changes_no_verdict() -> None:
    by = tariff(element(component("ENERGY", "0.25")), element(component("ENERGY", "0.30")))
    result = verify(cdr(charging("20"), claim=("5.00", "6.00")), [by], time_zone=ZONE)
    assert (result.verdict, codes(result.lint)) == (Verdict.MATCH, ["UNREACHABLE_COMPONENT"])
    assert result.warnings == ()


def test_verify_what_cannot_be_read_is_refused_with_its_place() -> None:
    broken = cdr(charging("20"), claim=("5.00", "6.00"))
    broken["charging_periods"][0]["dimensions"][0]["volume"] = 1.5
    with pytest.raises(CdrUnreadable) as refused:
        verify(broken, [ENERGY])
    assert refused.value.pointer == "/charging_periods/0/dimensions/0/volume"
    with pytest.raises(TariffUnreadable):
        verify(ORIGINAL, [{"id": "T1", "currency": "EUR"}])


def test_verify_the_cost_of_a_session_that_crosses_midnight_is_by_the_local_clock() -> None:
    by = tariff(
        element(component("ENERGY", "0.10"), day_of_week=["SATURDAY"]), element(component("ENERGY", "0.30"))
    )
    late = datetime.fromisoformat("2025-03-14T22:30:00+00:00")
    document = cdr(charging("10", 30), charging("10"), start=late, claim=("4.00", "4.80"))
    assert verify(document, [by], time_zone=ZONE).verdict is Verdict.MATCH
