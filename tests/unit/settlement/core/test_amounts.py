"""From prices to units: exact, rounded once, and nothing but honest numbers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.settlement.core.amounts import (
    bounded,
    energy_wh,
    four_decimals,
    read_units,
    shown,
    stated_total,
    units_from_text,
    units_of,
)
from ocn.settlement.core.lane import MOST_UNITS
from ocn.settlement.errors import AmountInvalid

PRICES = st.decimals(-1_000_000, 1_000_000, places=4)


@given(PRICES, st.integers(4, 18))
def test_units_of_four_decimals_are_exact_in_any_token_that_has_them(price: Decimal, decimals: int) -> None:
    assert Fraction(units_of(price, decimals=decimals)) == Fraction(price) * 10**decimals


@given(st.decimals(0, 1_000_000, places=12), st.integers(0, 18))
def test_units_never_differ_by_more_than_the_roundings(price: Decimal, decimals: int) -> None:
    exact = Fraction(price) * 10**decimals
    allowed = Fraction(10**decimals, 20_000) + Fraction(1, 2)
    assert abs(units_of(price, decimals=decimals) - exact) <= allowed


@pytest.mark.parametrize(
    ("price", "decimals", "rate", "units"),
    [
        ("1.83702", 6, "1", 1_837_000),
        ("1.83705", 6, "1", 1_837_100),
        ("0.00005", 6, "1", 100),
        ("0.00004", 6, "1", 0),
        ("12.345", 2, "1", 1235),
        ("12.344", 2, "1", 1234),
        ("0.5", 0, "1", 1),
        ("10", 6, "1.0834", 10_834_000),
        ("0.0001", 6, "1.005", 101),
        ("-0.5", 6, "1", -500_000),
        ("-0.00005", 6, "1", -100),
        ("1", 18, "1", 10**18),
    ],
)
def test_units_of_a_price_are_rounded_half_up(price: str, decimals: int, rate: str, units: int) -> None:
    assert units_of(Decimal(price), decimals=decimals, rate=Decimal(rate)) == units


@pytest.mark.parametrize(
    "value",
    [
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1e999999"),
        Decimal("1e-999999"),
        Decimal(10**13),
        Decimal("1" * 81),
        10**5000,
        True,
        "1",
        None,
        1.5,
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_number_that_is_no_honest_amount_is_refused(value: object) -> None:
    with pytest.raises(AmountInvalid):
        bounded(value, "the amount")


@pytest.mark.parametrize(
    "value", ["1.5", "-1", "+1", "1e6", "01", "", " 1", "1_000", "١", 5, None, str(MOST_UNITS + 1), "9" * 200]
)
def test_units_of_a_message_that_are_no_whole_text_are_refused(value: object) -> None:
    with pytest.raises(AmountInvalid):
        read_units(value, "total")


def test_units_of_a_message_are_read_to_the_bound() -> None:
    assert read_units("0", "total") == 0
    assert read_units(str(MOST_UNITS), "total") == MOST_UNITS


@given(st.integers(0, MOST_UNITS), st.integers(0, 36))
def test_units_shown_to_people_are_read_back(units: int, decimals: int) -> None:
    assert units_from_text(shown(units, decimals), decimals) == units


@pytest.mark.parametrize(
    "text", ["", ".", "1.", ".5", "-1", "1,5", "1e3", "0x1", "1.1234567", "9" * 90, "1 000"]
)
def test_amount_that_people_mistype_is_refused(text: str) -> None:
    with pytest.raises(AmountInvalid):
        units_from_text(text, 6)


@pytest.mark.parametrize(
    ("total", "net", "gross"),
    [
        ({"excl_vat": Decimal("5.00"), "incl_vat": Decimal("5.50")}, "5.00", "5.50"),
        ({"before_taxes": 5, "taxes": [{"name": "VAT", "amount": Decimal("0.5")}]}, "5", "5.5"),
        ({"before_taxes": 5, "taxes": []}, "5", "5"),
        ({"excl_vat": 5}, "5", None),
        ({"before_taxes": 5}, "5", None),
        (Decimal("5.2"), "5.2", None),
        ({"excl_vat": "5"}, None, None),
        ({"excl_vat": 5, "incl_vat": Decimal("NaN")}, "5", None),
        ({"before_taxes": 5, "taxes": [{"name": "VAT"}]}, "5", None),
        ({"before_taxes": 5, "taxes": [5]}, "5", None),
        (None, None, None),
        ([], None, None),
    ],
    ids=str,
)
def test_total_of_every_version_is_read_with_and_without_vat(
    total: object, net: str | None, gross: str | None
) -> None:
    for included, wanted in ((False, net), (True, gross)):
        if wanted is None:
            with pytest.raises(AmountInvalid):
                stated_total({"total_cost": total}, vat_included=included)
        else:
            assert stated_total({"total_cost": total}, vat_included=included) == Decimal(wanted)


def test_energy_is_told_in_whole_watt_hours() -> None:
    assert energy_wh({"kwh": Decimal("1.2345")}, "kwh") == 1235
    assert energy_wh({"kwh": 0}, "kwh") == 0
    for wrong in (Decimal(-1), None, "1", Decimal("1e30")):
        with pytest.raises(AmountInvalid):
            energy_wh({"kwh": wrong}, "kwh")


@given(PRICES)
def test_four_decimals_are_kept(price: Decimal) -> None:
    assert four_decimals(price) == price
