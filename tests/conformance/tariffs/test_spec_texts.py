"""Every worked example of the texts of OCPI 2.1.1, 2.2.1 and 2.3.0, all editions."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

import pytest
from tests.conformance.tariffs.vectors import Vector, vectors

from ocn.tariffs import Part, Policy, Priced, StepSize, Version, price, verify
from ocn.tariffs.writing.amount_texts import amount_json
from ocn.tariffs.writing.amounts import write

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


@pytest.mark.parametrize("vector", [one for one in VECTORS if one.expect["total_cost"]["excl"]], ids=str)
def test_verify_a_cdr_that_claims_what_an_edition_says_matches_by_that_edition(vector: Vector) -> None:
    cdr = {**vector.cdr, **write(_priced(vector), _version(vector))}
    result = verify(cdr, [vector.tariff], **_options(vector))
    assert (result.verdict, result.causes) == ("match", ())


def _priced_today(vector: Vector) -> Priced:
    return price(vector.cdr, [vector.tariff], time_zone=vector.time_zone, version=vector.version)


def _priced(vector: Vector) -> Priced:
    return price(vector.cdr, [vector.tariff], **_options(vector))


def _options(vector: Vector) -> dict[str, Any]:
    policy = Policy(step_size=StepSize(vector.expect["step_size"]))
    return {"time_zone": vector.time_zone, "version": vector.version, "policy": policy}


def _version(vector: Vector) -> Version:
    return cast("Version", vector.version)


def _prints(exact: Any, printed: str) -> bool:
    return Decimal(exact).quantize(Decimal(printed), rounding=ROUND_HALF_UP) == Decimal(printed)


def _of_another_edition() -> list[Vector]:
    return [one for one in VECTORS if _priced(one).total != _priced_today(one).total]


@pytest.mark.parametrize("vector", _of_another_edition(), ids=str)
def test_verify_a_cdr_of_another_edition_names_the_edition(vector: Vector) -> None:
    cdr = {**vector.cdr, **write(_priced(vector), _version(vector))}
    result = verify(cdr, [vector.tariff], time_zone=vector.time_zone, version=vector.version)
    assert result.verdict == "explained"
    assert (f"STEP_SIZE_{vector.expect['step_size'].upper()}",) in [one.codes for one in result.explanations]
