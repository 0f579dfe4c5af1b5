"""Prices by hand, and a CDR that adds up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.ocpi.objects import PriceComponent, Tariff
from ocn.ocpi.party_id import PartyId
from ocn.simulation.car import Car
from ocn.simulation.charge_points import ChargePoints
from ocn.simulation.charging import Activity, Charging, Stretch
from ocn.simulation.drivers import build_tokens
from ocn.simulation.fleet import build_fleet
from ocn.simulation.pricing import TariffNotPriceable, price
from ocn.simulation.records import SessionFacts, cdr_object, session_object

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def tariff(*components: tuple[str, str, int, str | None]) -> Tariff:
    prices: list[PriceComponent] = []
    for kind, amount, step, vat in components:
        component: PriceComponent = {"type": kind, "price": Decimal(amount), "step_size": step}
        if vat is not None:
            component["vat"] = Decimal(vat)
        prices.append(component)
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "T",
        "currency": "EUR",
        "elements": [{"price_components": prices}],
        "last_updated": "2026-01-01T00:00:00Z",
    }


def charged(wh: int, seconds: int) -> Stretch:
    return Stretch(START, Activity.CHARGING, None, Decimal(wh), timedelta(seconds=seconds))


def parked(seconds: int) -> Stretch:
    return Stretch(START, Activity.PARKED, None, Decimal(0), timedelta(seconds=seconds))


def test_price_of_energy_is_rounded_up_to_the_step_once() -> None:
    cost = price(tariff(("ENERGY", "0.25", 1000, "20")), [charged(1_200, 600), charged(1_100, 600)])
    assert cost.total.as_price() == {"excl_vat": Decimal("0.75"), "incl_vat": Decimal("0.9")}


def test_price_of_time_counts_each_started_quarter_hour() -> None:
    cost = price(tariff(("TIME", "2.00", 900, None)), [charged(0, 901)])
    assert cost.total.as_price() == {"excl_vat": Decimal(1), "incl_vat": Decimal(1)}


def test_price_of_time_and_parking_rounds_only_parking() -> None:
    components = (("TIME", "1.00", 3600, None), ("PARKING_TIME", "2.00", 3600, None))
    cost = price(tariff(*components), [charged(0, 1_800), parked(1_800)])
    assert cost.time.excl_vat == Decimal("0.5")
    assert cost.parking.excl_vat == 2


def test_price_of_free_parking_still_rounds_time() -> None:
    cost = price(tariff(("TIME", "1.00", 3600, None)), [charged(0, 1_800), parked(1_800)])
    assert cost.total.excl_vat == 1


def test_price_of_flat_is_paid_once() -> None:
    cost = price(tariff(("FLAT", "8.00", 1, "19")), [charged(9_000, 10), parked(10)])
    assert cost.total.as_price() == {"excl_vat": Decimal(8), "incl_vat": Decimal("9.52")}


def test_price_by_a_tariff_with_restrictions_is_refused() -> None:
    restricted = tariff(("FLAT", "8.00", 1, None))
    restricted["elements"][0]["restrictions"] = {"max_kwh": Decimal(5)}
    with pytest.raises(TariffNotPriceable):
        price(restricted, [charged(1, 1)])


def facts(location_id: str) -> SessionFacts:
    cpo = PartyId("DE", "CPO")
    point = ChargePoints(build_fleet(cpo)).charge_point(location_id, None, None)
    token = build_tokens(PartyId("DE", "MSP"))[0]
    return SessionFacts("S1", cpo, token, point.location, point.evse, point.connector, point.tariff, START)


@given(minutes=st.integers(1, 600), location=st.sampled_from(["LOC1", "LOC5", "LOC8"]))
@settings(max_examples=25, deadline=None)
def test_cdr_adds_up_and_agrees_with_its_session(minutes: int, location: str) -> None:
    reading = Charging(Car.from_seed("any"), START).read(START + timedelta(minutes=minutes))
    cdr, session = (
        cdr_object(facts(location), reading),
        session_object(facts(location), reading, completed=True),
    )
    volumes: dict[str, Decimal] = {}
    for period in cdr["charging_periods"]:
        for dimension in period["dimensions"]:
            volumes[dimension["type"]] = volumes.get(dimension["type"], Decimal(0)) + dimension["volume"]
    assert volumes["ENERGY"] == cdr["total_energy"] == session["kwh"]
    assert abs(volumes["TIME"] + volumes.get("PARKING_TIME", 0) - cdr["total_time"]) <= Decimal("0.0002")
    assert volumes.get("PARKING_TIME", 0) == cdr.get("total_parking_time", 0)
    parts = [cdr["total_fixed_cost"], cdr["total_energy_cost"], cdr["total_time_cost"]]
    assert sum(part["excl_vat"] for part in parts) == cdr["total_cost"]["excl_vat"] > 0
    assert cdr["total_cost"]["incl_vat"] > cdr["total_cost"]["excl_vat"]
    assert session["total_cost"] == cdr["total_cost"]
    assert session["charging_periods"] == cdr["charging_periods"]
    assert cdr["tariffs"][0]["currency"] == cdr["currency"]
