"""Whatever stands in a document, verification answers or refuses on purpose."""

import copy
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.tariffs.cases import ZONE, cdr, charging, component, element, parking, price, tariff

from ocn.errors import OcnError
from ocn.tariffs import Verdict, Verification, lint, verify

_DOCUMENT = cdr(
    charging("10"),
    charging("5.5"),
    parking(20),
    claim=("9.00", "10.80"),
    total_energy_cost=price("4.00", "4.80"),
    total_parking_time=Decimal("0.3333"),
    credit=False,
)
_TARIFF = tariff(
    element(component("FLAT", "0.50")),
    element(
        component("ENERGY", "0.25", "10", 100), start_time="08:00", end_time="18:00", max_kwh=Decimal(12)
    ),
    element(component("ENERGY", "0.40"), component("PARKING_TIME", "2.00", None, 300)),
    min_price=price("1.00"),
    max_price=price("50.00", "60.00"),
)
_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        10**11,
        10**40,
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1e999999"),
        Decimal("1e-999999"),
        Decimal("-0.0001"),
        1.5,
        "",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2025-03-11T10:30:00Z",
        "ENERGY",
        "RESERVATION_TIME",
        "\x00",
        "x" * 300,
        [],
        {},
        [[]],
        [{}],
    ]
)


@given(st.data(), st.booleans())
def test_verify_of_a_document_with_anything_anywhere_answers_or_refuses(
    data: st.DataObject, in_tariff: bool
) -> None:
    document, by = copy.deepcopy(_DOCUMENT), copy.deepcopy(_TARIFF)
    _spoil(by if in_tariff else document, data)
    outcome = _outcome(document, by)
    if isinstance(outcome, str):
        assert 0 < len(outcome) < 500
        assert "\n" not in outcome
    else:
        assert outcome.verdict in Verdict
        assert outcome.as_json()["verdict"] == outcome.verdict
        assert outcome.evidence_hash == verify(document, [by], time_zone=ZONE).evidence_hash


def _outcome(document: dict[str, Any], by: dict[str, Any]) -> Verification | str:
    try:
        lint(by)
        return verify(document, [by], time_zone=ZONE)
    except OcnError as refusal:
        return refusal.message


def _spoil(value: Any, data: st.DataObject) -> None:
    """Put something else at a random place, or take out what is there."""
    while True:
        keys = sorted(value) if isinstance(value, dict) else list(range(len(value)))
        key = data.draw(st.sampled_from(keys))
        inner = value[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 3)) == 0:
            break
        value = inner
    if isinstance(value, dict) and data.draw(st.booleans()):
        del value[key]
    else:
        value[key] = data.draw(_VALUES)
