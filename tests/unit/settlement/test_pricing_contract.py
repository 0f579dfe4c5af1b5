"""What settlement expects of whoever prices, of the engine and of its stand-in alike."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.settlement.fakes import FlatPricing
from tests.unit.settlement.world import CARD, TARIFF

from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.engine import TariffEngine
from ocn.settlement.ports import Pricing

ZONE = "Europe/Berlin"


@pytest.fixture(params=[FlatPricing, TariffEngine], ids=["stand-in", "engine"])
def pricing(request: pytest.FixtureRequest) -> Pricing:
    make: Callable[[], Pricing] = request.param
    return make()


def periods(kwh: str) -> list[dict[str, Any]]:
    dimensions = [{"type": "ENERGY", "volume": Decimal(kwh)}, {"type": "TIME", "volume": Decimal("0.5")}]
    return [{"start_date_time": "2026-11-20T12:00:00Z", "dimensions": dimensions, "tariff_id": "T1"}]


def session(kwh: str = "1.115") -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "S1",
        "start_date_time": "2026-11-20T12:00:00Z",
        "kwh": Decimal(kwh),
        "cdr_token": CARD,
        "auth_method": "COMMAND",
        "location_id": "LOC1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
        "charging_periods": periods(kwh),
        "status": "ACTIVE",
        "last_updated": "2026-11-20T12:30:00Z",
    }


def cdr(cost: str, kwh: str = "1.115") -> dict[str, Any]:
    kept = ("country_code", "party_id", "start_date_time", "cdr_token", "auth_method", "currency")
    return {
        **{name: session()[name] for name in kept},
        "id": "CDR1",
        "session_id": "S1",
        "end_date_time": "2026-11-20T12:30:00Z",
        "cdr_location": {"id": "LOC1", "evse_uid": "E1", "connector_id": "1"},
        "charging_periods": periods(kwh),
        "total_energy": Decimal(kwh),
        "total_time": Decimal("0.5"),
        "total_cost": {"excl_vat": Decimal(cost)},
        "last_updated": "2026-11-20T12:31:00Z",
    }


def test_running_session_has_a_price(pricing: Pricing) -> None:
    found = pricing.price(session(), [TARIFF], time_zone=ZONE, vat_included=False)
    assert found == Decimal("0.446")


@pytest.mark.parametrize(
    ("cost", "verdict", "explanations"),
    [
        ("0.446", "match", ()),
        ("0.45", "match", ()),
        ("0.44", "explained", (("ROUNDING_TOTAL",),)),
        ("0.55", "mismatch", None),
    ],
)
def test_cdr_has_a_verdict_and_its_evidence(
    pricing: Pricing, cost: str, verdict: str, explanations: tuple[tuple[str, ...], ...] | None
) -> None:
    found = pricing.verify(cdr(cost), [TARIFF], time_zone=ZONE)
    assert found.verdict == verdict
    if explanations is not None:
        assert found.explanations == explanations
    assert found.summary
    assert json.loads(found.evidence)["verdict"] == verdict
    assert found.evidence_hash == hashlib.sha256(found.evidence).digest()
    assert pricing.verify(cdr(cost), [TARIFF], time_zone=ZONE) == found


def test_tariff_that_was_not_known_before_gives_no_price_and_no_verdict(pricing: Pricing) -> None:
    found = pricing.price(session(), [], time_zone=ZONE, vat_included=False)
    assert isinstance(found, Refusal)
    assert found.reason is Reason.UNPRICEABLE
    billed = cdr("0.446") | {"tariffs": [TARIFF]}
    assert pricing.verify(billed, [], time_zone=ZONE).verdict == "undecidable"


@pytest.mark.parametrize(
    "broken",
    [
        {"elements": "none"},
        {"elements": [{"price_components": [{"type": "ENERGY", "price": "dear", "step_size": 1}]}]},
        {"currency": 5},
    ],
    ids=str,
)
def test_engine_refuses_what_it_cannot_read(broken: dict[str, Any]) -> None:
    engine, tariff = TariffEngine(), TARIFF | broken
    assert isinstance(engine.price(session(), [tariff], time_zone=ZONE, vat_included=False), Refusal)
    assert engine.verify(cdr("0.446"), [tariff], time_zone=ZONE).verdict == "undecidable"


def test_engine_knows_prices_with_vat_only_where_the_tariff_says_them() -> None:
    engine = TariffEngine()
    component = {"type": "ENERGY", "price": Decimal("0.4"), "vat": Decimal(19), "step_size": 1}
    taxed = TARIFF | {"elements": [{"price_components": [component]}]}
    found = engine.price(session(), [taxed], time_zone=ZONE, vat_included=True)
    assert found == Decimal("0.5307")
    assert isinstance(engine.price(session(), [TARIFF], time_zone=ZONE, vat_included=True), Refusal)


def test_engine_refuses_a_time_zone_that_does_not_exist() -> None:
    found = TariffEngine().price(session(), [TARIFF], time_zone="Mars/Olympus", vat_included=False)
    assert isinstance(found, Refusal)


def test_engine_says_whether_it_has_checked_the_price_with_vat() -> None:
    engine = TariffEngine()
    component = {"type": "ENERGY", "price": Decimal("0.4"), "vat": Decimal(19), "step_size": 1}
    taxed = TARIFF | {"elements": [{"price_components": [component]}]}
    claimed = cdr("0.446") | {"total_cost": {"excl_vat": Decimal("0.446"), "incl_vat": Decimal("0.53074")}}
    found = engine.verify(claimed, [taxed], time_zone=ZONE)
    assert (found.verdict, found.with_vat) == ("match", True)
    dear = claimed | {"total_cost": {"excl_vat": Decimal("0.446"), "incl_vat": Decimal(500)}}
    assert engine.verify(dear, [taxed], time_zone=ZONE).verdict == "mismatch"
    silent = engine.verify(dear, [TARIFF], time_zone=ZONE)
    assert (silent.verdict, silent.with_vat) == ("match", False)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"charging_periods": periods("50")}, "50 kWh"),
        (
            {
                "charging_periods": [
                    {**periods("1.115")[0], "dimensions": [{"type": "TIME", "volume": Decimal(100)}]}
                ]
            },
            "100 hours",
        ),
        (
            {
                "charging_periods": [
                    {**periods("1.115")[0], "dimensions": [{"type": "PARKING_TIME", "volume": Decimal(100)}]}
                ]
            },
            "100 hours",
        ),
        (
            {
                "charging_periods": [
                    *periods("0.5"),
                    {**periods("0.5")[0], "start_date_time": "2026-11-20T22:00:00Z"},
                ]
            },
            "2026-11-20T22:00:00",
        ),
    ],
    ids=["energy", "time", "parking", "to come"],
)
def test_engine_prices_no_session_whose_periods_have_more_than_it_has(
    change: dict[str, Any], says: str
) -> None:
    found = TariffEngine().price(session() | change, [TARIFF], time_zone=ZONE, vat_included=False)
    assert isinstance(found, Refusal)
    assert found.reason is Reason.UNPRICEABLE
    assert says in found.detail


@pytest.mark.parametrize(("kind", "price", "found"), [("ENERGY", "0.4", "0.446"), ("TIME", "3", "1.5")])
def test_engine_prices_a_session_that_is_told_without_periods_as_one(
    kind: str, price: str, found: str
) -> None:
    component = {"type": kind, "price": Decimal(price), "step_size": 1}
    tariff = TARIFF | {"elements": [{"price_components": [component]}]}
    plain = {name: value for name, value in session().items() if name != "charging_periods"}
    assert TariffEngine().price(plain, [tariff], time_zone=ZONE, vat_included=False) == Decimal(found)


@pytest.mark.parametrize("broken", [{"kwh": None}, {"last_updated": "soon"}, {"start_date_time": 5}], ids=str)
def test_engine_makes_no_period_of_what_is_no_session(broken: dict[str, Any]) -> None:
    plain = session() | {"charging_periods": []} | broken
    assert isinstance(TariffEngine().price(plain, [TARIFF], time_zone=ZONE, vat_included=False), Refusal)
