"""Every worked example of the texts of OCPI 2.1.1, 2.2.1 and 2.3.0, all editions."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from tests.conformance.tariffs.vectors import Vector, vectors

from ocn.tariffs import Part, Policy, Priced, StepSize, price
from ocn.tariffs.amount_texts import amount_json

VECTORS = list(vectors())


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_price_of_an_example_of_the_texts_is_exactly_what_its_edition_says(vector: Vector) -> None:
    priced = _priced(vector)
    expected = vector.expect
    assert amount_json(priced.total) == expected["total_cost"]
    assert {
        name: amount_json(priced.parts[Part(name)]) for name in expected.get("parts", {})
    } == expected.get("parts", {})


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_price_of_an_example_rounded_is_what_the_texts_print_or_a_known_mistake(vector: Vector) -> None:
    total = vector.expect["total_cost"]
    for printed in vector.expect["printed"]:
        agrees = all(_prints(total[side], printed[side]) for side in ("excl", "incl") if side in printed)
        assert agrees != ("wrong" in printed), printed


def _priced(vector: Vector) -> Priced:
    policy = Policy(step_size=StepSize(vector.expect["step_size"]))
    return price(
        vector.cdr, [vector.tariff], time_zone=vector.time_zone, version=vector.version, policy=policy
    )


def _prints(exact: Any, printed: str) -> bool:
    return Decimal(exact).quantize(Decimal(printed), rounding=ROUND_HALF_UP) == Decimal(printed)
