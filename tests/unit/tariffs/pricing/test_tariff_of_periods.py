"""Which tariff a period has, and what is said when that is not plain."""

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from ocn.tariffs import TariffUnreadable

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Json, Making


def two(make: "Making", first: str | None, second: str | None) -> "Json":
    """One kWh at each of two tariffs."""
    later = make.monday + timedelta(hours=1)
    return make.cdr(
        make.period(make.monday, first, energy="1"),
        make.period(later, second, energy="1"),
        end=later + timedelta(hours=1),
    )


def tariffs(make: "Making", **members: Any) -> "tuple[Json, Json]":
    return make.simple("ENERGY", "0.30", id="A", **members), make.simple("ENERGY", "0.50", id="B", **members)


def test_each_period_has_the_tariff_that_it_names(make: "Making") -> None:
    assert make.costs(two(make, "A", "B"), *tariffs(make)) == "0.8000"
    assert make.costs(two(make, "b", "a"), *tariffs(make)) == "0.8000"  # CiString
    assert make.costs(two(make, "B", "B"), *tariffs(make)) == "1.0000"


def test_tariffs_in_the_cdr_are_used_when_none_is_given(make: "Making") -> None:
    cdr = {**two(make, "A", "B"), "tariffs": list(tariffs(make))}
    assert make.costs(cdr) == "0.8000"


def test_tariff_that_is_given_comes_before_that_in_the_cdr_and_a_difference_is_noticed(
    make: "Making",
) -> None:
    cdr = {**two(make, "A", "B"), "tariffs": list(tariffs(make))}
    published = make.simple("ENERGY", "0.10", id="a")
    priced = make.price(cdr, published)
    assert make.codes(priced) == {"TARIFF_NOT_AS_PUBLISHED"}
    assert make.costs(cdr, published) == "0.6000"
    assert make.codes(make.price(cdr, tariffs(make)[0])) == set()


def test_tariff_that_is_nowhere_leaves_no_price(make: "Making") -> None:
    priced = make.price(two(make, "A", "C"), *tariffs(make))
    assert not priced.priceable
    assert (priced.total.excl, priced.low.excl, priced.high.incl) == (None, None, None)
    (finding,) = priced.findings
    assert (finding.code, finding.pointer) == ("TARIFF_MISSING", "/charging_periods/1/tariff_id")
    assert not make.price(two(make, None, None)).priceable


def test_period_without_tariff_among_others_is_free_and_noticed(make: "Making") -> None:
    priced = make.price(two(make, "A", None), *tariffs(make))
    assert make.codes(priced) == {"PERIOD_WITHOUT_TARIFF"}
    assert make.costs(two(make, "A", None), *tariffs(make)) == "0.3000"


def test_only_valid_regular_tariff_is_taken_when_no_period_names_one(make: "Making") -> None:
    first, second = tariffs(make)
    old = {**first, "end_date_time": "2024-01-01T00:00:00Z"}
    priced = make.price(two(make, None, None), old, second)
    assert make.codes(priced) == {"TARIFF_ASSUMED"}
    assert priced.decided
    assert make.costs(two(make, None, None), {**first, "type": "AD_HOC_PAYMENT"}, second) == "1.0000"
    assert not make.price(two(make, None, None), first, second).decided


def test_given_tariff_that_the_cdr_holds_too_is_taken_among_others(make: "Making") -> None:
    first, second = tariffs(make)
    cdr = {**two(make, None, None), "tariffs": [second]}
    priced = make.price(cdr, first, second)
    assert (make.costs(cdr, first, second), make.codes(priced)) == ("1.0000", set())
    assert make.costs({**cdr, "tariffs": [first, second]}) == "0.6000"


def test_given_tariff_under_another_id_comes_before_that_in_the_cdr(make: "Making") -> None:
    first, second = tariffs(make)
    priced = make.price({**two(make, None, None), "tariffs": [second]}, first)
    assert priced.decided
    assert make.codes(priced) == {"TARIFF_ASSUMED"}
    assert priced.total.excl == Fraction(6, 10)


def test_tariff_in_the_currency_of_the_cdr_is_taken_among_others(make: "Making") -> None:
    francs = make.simple("ENERGY", "0.90", id="F", currency="CHF")
    assert make.costs(two(make, None, None), francs, tariffs(make)[0]) == "0.6000"


def test_bounds_hold_for_every_tariff_that_may_be_meant(make: "Making") -> None:
    priced = make.price(two(make, None, None), *tariffs(make))
    assert (priced.low.excl, priced.high.excl) == (Fraction(6, 10), Fraction(1))


def test_tariff_that_was_not_valid_is_noticed(make: "Making") -> None:
    late = make.simple("ENERGY", "0.30", start_date_time="2025-01-01T00:00:00Z")
    assert make.codes(make.price(make.one(energy="1"), late)) == {"TARIFF_NOT_VALID"}


def test_two_tariffs_of_one_id_are_refused(make: "Making") -> None:
    with pytest.raises(TariffUnreadable, match=r"/1/id"):
        make.price(two(make, "A", "A"), *(tariffs(make)[:1] * 2))


def test_currency_other_than_that_of_the_cdr_is_noticed_and_several_have_no_sum(make: "Making") -> None:
    francs = make.simple("ENERGY", "0.30", id="A", currency="CHF")
    assert make.codes(make.price(two(make, "A", "A"), francs)) == {"CURRENCY_MISMATCH"}
    assert not make.price(two(make, "A", "B"), francs, tariffs(make)[1]).priceable


def test_limits_hold_for_several_tariffs_only_if_all_name_the_same(make: "Making") -> None:
    ceiling = {"max_price": {"excl_vat": 0, "incl_vat": 0}}
    assert make.costs(two(make, "A", "B"), *tariffs(make, **ceiling)) == "0.0000"
    first, second = tariffs(make)
    priced = make.price(two(make, "A", "B"), {**first, **ceiling}, second)
    assert make.codes(priced) == {"LIMITS_DIFFER"}
    assert make.costs(two(make, "A", "A"), {**first, **ceiling}, second) == "0.0000"


def test_second_tariff_of_one_id_in_a_cdr_must_be_the_same(make: "Making") -> None:
    first, second = tariffs(make)
    twice = {**two(make, "A", "B"), "tariffs": [first, first, second]}
    assert make.codes(make.price(twice)) == set()
    other = {**first, "currency": "CHF"}
    priced = make.price({**twice, "tariffs": [first, other, second]})
    assert make.costs({**twice, "tariffs": [first, other, second]}) == "0.8000"
    assert not priced.decided


def test_all_tariffs_of_an_operator_may_be_given(make: "Making") -> None:
    many = [make.simple("ENERGY", "0.10", id=f"N{number}") for number in range(900)]
    assert make.costs(two(make, "A", "N7"), *tariffs(make), *many) == "0.4000"
