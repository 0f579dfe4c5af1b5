"""Minor units, rounding, and amounts as each version of OCPI writes them."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.tariffs import Policy, Rounding, RoundingMode, Version, price
from ocn.tariffs.money import as_decimal, minor_units, rounded
from ocn.tariffs.pricing.compute import compute, rounded_as
from ocn.tariffs.pricing.splitting import cut
from ocn.tariffs.writing.amounts import charging_periods, measured, write

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Json, Making


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("EUR", 2), ("chf", 2), ("JPY", 0), ("ISK", 0), ("KWD", 3), ("CLF", 4), ("XYZ", 2)],
)
def test_minor_units_of_currencies(currency: str, decimals: int) -> None:
    assert minor_units(currency) == decimals


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (RoundingMode.HALF_UP, ["0.13", "-0.13", "0.12", "0.14"]),
        (RoundingMode.HALF_EVEN, ["0.12", "-0.12", "0.12", "0.14"]),
        (RoundingMode.DOWN, ["0.12", "-0.12", "0.12", "0.13"]),
        (RoundingMode.UP, ["0.13", "-0.13", "0.13", "0.14"]),
    ],
)
def test_rounding_modes(mode: RoundingMode, expected: list[str]) -> None:
    values = [Fraction("0.125"), Fraction("-0.125"), Fraction("0.1201"), Fraction("0.135")]
    assert [rounded(value, 2, mode) for value in values] == [Fraction(text) for text in expected]


@given(st.fractions(), st.integers(0, 6), st.sampled_from(RoundingMode))
def test_rounding_is_within_one_unit_and_keeps_what_is_round(
    value: Fraction, digits: int, mode: RoundingMode
) -> None:
    found = rounded(value, digits, mode)
    assert abs(found - value) < Fraction(1, 10**digits)
    assert (found * 10**digits).denominator == 1
    assert rounded(found, digits, mode) == found


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        ("1/3", 4, "0.3333"),
        ("5", 4, "5.00"),
        ("0.5", 4, "0.50"),
        ("-2/3", 4, "-0.6667"),
        ("1.23455", 4, "1.2346"),
    ],
)
def test_amounts_are_written_with_two_to_four_decimals(value: str, digits: int, text: str) -> None:
    assert str(as_decimal(Fraction(value), digits)) == text


def session(make: "Making", **tariff: object) -> "tuple[Json, Json]":
    made = make.tariff(
        make.element(make.component("FLAT", "0.50", vat="20"), make.component("ENERGY", "0.25", vat="20")),
        make.element(make.component("PARKING_TIME", "2.00", vat="20", step=900)),
        **tariff,
    )
    parks = make.monday + timedelta(hours=1)
    periods = [make.period(make.monday, energy="20", time="1"), make.period(parks, parking_time="0.6667")]
    return make.cdr(*periods, end=parks + timedelta(minutes=40)), made


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.1.1", {"total_cost": Decimal("7.00")}),
        (
            "2.2.1",
            {
                "total_cost": {"excl_vat": Decimal("7.00"), "incl_vat": Decimal("8.40")},
                "total_fixed_cost": {"excl_vat": Decimal("0.50"), "incl_vat": Decimal("0.60")},
                "total_energy_cost": {"excl_vat": Decimal("5.00"), "incl_vat": Decimal("6.00")},
                "total_time_cost": {"excl_vat": Decimal("0.00"), "incl_vat": Decimal("0.00")},
                "total_parking_cost": {"excl_vat": Decimal("1.50"), "incl_vat": Decimal("1.80")},
            },
        ),
    ],
)
def test_costs_are_written_as_the_version_has_them(
    make: "Making", version: Version, expected: "Json"
) -> None:
    assert write(make.price(*session(make)), version) == expected


def test_costs_of_2_3_0_have_taxes(make: "Making") -> None:
    written = write(make.price(*session(make, tax_included="NO")), "2.3.0")
    assert written["total_cost"] == {
        "before_taxes": Decimal("7.00"),
        "taxes": [{"name": "VAT", "amount": Decimal("1.40"), "percentage": Decimal(20)}],
    }
    unknown = write(make.price(make.one(energy="1"), make.simple("ENERGY", "1", vat=None)), "2.3.0")
    assert unknown["total_cost"] == {"before_taxes": Decimal("1.00")}


def test_what_has_no_net_amount_is_not_written(make: "Making") -> None:
    gross = make.simple("ENERGY", "1", vat=None, tax_included="YES")
    with pytest.raises(ValueError, match="net amount"):
        write(make.price(make.one(energy="1"), gross), "2.3.0")


def test_totals_and_periods_are_written_as_measured(make: "Making") -> None:
    cdr, tariff = session(make)
    record = make.price(cdr, tariff).record
    assert measured(record) == {
        "total_energy": 20,
        "total_time": Decimal("1.6667"),
        "total_parking_time": Decimal("0.6667"),
    }
    written = charging_periods(record, "2.2.1")
    assert written[1] == {
        "start_date_time": "2024-03-11T13:00:00.000Z",
        "dimensions": [{"type": "PARKING_TIME", "volume": Decimal("0.6667")}],
    }


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1", "2.3.0"])
def test_cdr_that_was_made_with_the_engine_prices_to_what_it_claims(make: "Making", version: Version) -> None:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "0.20"), end_time="13:00"),
        make.element(make.component("ENERGY", "0.50"), make.component("TIME", "1.00", step=60), max_kwh="8"),
        make.element(make.component("ENERGY", "0.60")),
        **({"tax_included": "NO"} if version == "2.3.0" else {}),
    )
    raw = make.one(3, energy="12.3457", time="3")
    pieces = cut(make.price(raw, tariff).record, decimals=4)
    made = {**raw, "charging_periods": charging_periods(pieces, version), **measured(pieces)}
    made |= write(make.price(made, tariff), version)
    again = make.price(made, tariff)
    assert again.low == again.high == again.total
    claim = again.record.session.claimed.costs["total_cost"]
    assert again.total.excl is not None
    assert claim.excl == as_decimal(again.total.excl)
    assert len(again.record.session.periods) > 2


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("on_rounded", [False, True])
def test_adding_up_again_is_pricing_again(make: "Making", rounding: Rounding, on_rounded: bool) -> None:
    cdr, tariff = session(make)
    policy = Policy(rounding=rounding, vat_on_rounded=on_rounded, digits=0)
    record = make.price(cdr, tariff).record
    assert rounded_as(compute(record), policy) == compute(record, policy)


def test_rounding_of_each_hour_and_tax_on_the_rounded_sum(make: "Making") -> None:
    """AN-10: claimed 1.83 and 2.21, exact 1.83702 and 2.22279; each hour was rounded to cents."""
    tariff = make.simple("ENERGY", "0.30", vat="21", step=0)
    later = make.monday + timedelta(hours=1)
    cdr = make.cdr(make.period(make.monday, energy="5.3467"), make.period(later, energy="0.7767"), end=later)
    exact = make.price(cdr, tariff).total
    assert (exact.excl, exact.incl) == (Fraction("1.83702"), Fraction("2.2227942"))
    policy = Policy(rounding=Rounding.LINE, vat_on_rounded=True)
    claimed = make.price(cdr, tariff, policy=policy).total
    assert (claimed.excl, claimed.incl) == (Fraction("1.83"), Fraction("2.21"))


def test_roundings_differ_in_what_they_round_together(make: "Making") -> None:
    tariff = make.tariff(make.element(make.component("ENERGY", "0.50", vat=None, step=0)))
    periods = [make.period(make.monday + timedelta(hours=hour), energy="0.25") for hour in range(3)]
    cdr = make.cdr(*periods, end=make.monday + timedelta(hours=3))
    found = {
        rounding: price(cdr, [tariff], policy=Policy(rounding=rounding, digits=1)).total.excl
        for rounding in Rounding
    }
    assert found == {
        Rounding.NONE: Fraction("0.375"),
        Rounding.LINE: Fraction("0.3"),
        Rounding.PERIOD: Fraction("0.3"),
        Rounding.COMPONENT: Fraction("0.4"),
        Rounding.PART: Fraction("0.4"),
        Rounding.TOTAL: Fraction("0.4"),
    }
