"""Amounts as texts, and JSON in one spelling."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.tariffs import JsonUnreadable
from ocn.tariffs.writing.amount_texts import money_text, number_text
from ocn.tariffs.writing.canonical import canonical_json


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Fraction(5), "5.00"),
        (Fraction(99, 8), "12.375"),
        (Fraction(1, 1024), "0.0009765625"),
        (Fraction(1, 3), "0.333333333333"),
        (Fraction(2, 3), "0.666666666667"),
        (Fraction(-1, 2), "-0.50"),
        (Fraction(0), "0.00"),
        (Fraction(-1, 3 * 10**13), "0.000000000000"),
    ],
)
def test_money_text_is_exact_where_it_ends_and_has_twelve_decimals_where_not(
    value: Fraction, written: str
) -> None:
    assert money_text(value) == written


def test_number_text_has_no_more_decimals_than_needed() -> None:
    assert [number_text(Decimal(text)) for text in ("20", "20.50", "0.0100")] == ["20", "20.5", "0.01"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_money_text_of_a_decimal_is_that_decimal(value: Decimal) -> None:
    assert Decimal(money_text(Fraction(value))) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("5.00"), "5"),
        (Decimal("-0.10"), "-0.1"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1e-7"), "0.0000001"),
        (Decimal("1e99999999"), "1e99999999"),
        (Decimal("12e-101"), "12e-101"),
        (Decimal("-0"), "0"),
        (0, "0"),
        (True, "true"),
        (None, "null"),
        ({"b": 1, "a": ["é\n", {}]}, '{"a":["é\\n",{}],"b":1}'),
        ({"\U0001f600": 1, "\ufb33": 2}, '{"\U0001f600":1,"\ufb33":2}'),
    ],
)
def test_canonical_json_is_written_one_way(value: object, written: str) -> None:
    assert canonical_json(value).decode() == written  # type: ignore[arg-type]  # values of all kinds


def test_canonical_json_of_a_lone_surrogate_is_bytes_all_the_same() -> None:
    assert canonical_json("\ud800") == b'"\xed\xa0\x80"'


@given(st.integers(), st.integers(0, 20))
def test_canonical_number_does_not_depend_on_its_zeros(digits: int, zeros: int) -> None:
    padded = Decimal(f"{digits}.{'0' * zeros}" if zeros else str(digits))
    assert json.loads(canonical_json(padded)) == digits


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("-Infinity"), 1.5, object()])
def test_canonical_json_of_what_json_does_not_have_is_refused(value: object) -> None:
    with pytest.raises(JsonUnreadable):
        canonical_json({"a": [value]})  # type: ignore[list-item]  # values of all kinds
