"""The engine and a second, plain pricer agree to the last digit on random documents of every version."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.tariffs.plain_pricer import DAYS, Json, plain_price

from ocn.tariffs import Amount, Part, price

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
STARTS = ["2024-03-30T12:00", "2024-10-26T18:00", "2024-02-28T20:00", "2024-03-09T23:00", "2024-07-01T06:00"]
"""Before clocks change, before 29 February, and a summer's day."""
STEP_S = 9
"""Lengths are multiples of it, so that hours have four decimals."""
PRICES = ["0", "0.05", "0.25", "0.333", "1.99"]


def _hours(seconds: int) -> Decimal:
    return Decimal(seconds) / 3600


@st.composite
def restrictions(draw: st.DrawFn, version: str) -> Json:
    times = st.sampled_from(["00:00", "02:00", "02:30", "07:00", "18:00", "22:15"])
    dates = st.sampled_from(["2024-02-29", "2024-03-10", "2024-03-31", "2024-10-27", "2024-07-01"])
    numbers = st.sampled_from(["3", "5.5", "11", "16"])
    seconds = st.sampled_from([900, 3600, 9000])
    possible: dict[str, st.SearchStrategy[Any]] = {
        "start_time": times,
        "end_time": times,
        "start_date": dates,
        "end_date": dates,
        "day_of_week": st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True),
        **dict.fromkeys(("min_kwh", "max_kwh", "min_power", "max_power"), numbers.map(Decimal)),
        **dict.fromkeys(("min_duration", "max_duration"), seconds),
    }
    if version != "2.1.1":
        possible |= dict.fromkeys(("min_current", "max_current"), numbers.map(Decimal))
        possible["reservation"] = st.sampled_from(["RESERVATION", "RESERVATION_EXPIRES"])
    names = set(draw(st.lists(st.sampled_from(sorted(possible)), max_size=3, unique=True)))
    if "reservation" in possible and not draw(st.integers(0, 3)):
        names.add("reservation")
    return {name: draw(possible[name]) for name in sorted(names)}


@st.composite
def tariffs(draw: st.DrawFn, version: str, name: str) -> Json:
    elements = []
    for _ in range(draw(st.integers(1, 6))):
        kinds = ["FLAT", "ENERGY", "TIME", "PARKING_TIME"]
        components = []
        for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3, unique=True)):
            amount = Decimal(draw(st.sampled_from(PRICES)))
            step = draw(st.sampled_from([0, 1, 60, 500, 900]))
            component: Json = {"type": kind, "price": amount, "step_size": step}
            if version == "2.1.1" and draw(st.booleans()):
                component["price"] = str(amount)
            rate = draw(st.sampled_from([None, "0", "7.5", "20"])) if version != "2.1.1" else None
            components.append(component if rate is None else {**component, "vat": Decimal(rate)})
        element: Json = {"price_components": components}
        limits = draw(restrictions(version))
        elements.append({**element, "restrictions": limits} if limits else element)
    made: Json = {"id": name, "currency": "EUR", "elements": elements, "last_updated": "2024-01-01T00:00:00Z"}
    if version == "2.1.1":
        return made
    made |= {"country_code": "DE", "party_id": "CPO"}
    sides = ("excl_vat", "incl_vat") if version == "2.2.1" else ("before_taxes", "after_taxes")
    if version == "2.3.0":
        made["tax_included"] = draw(st.sampled_from(["YES", "NO", "N/A"]))
    for limit, amounts in (("min_price", ["0.5", "3"]), ("max_price", ["2", "8"])):
        if draw(st.integers(0, 3)) == 0:
            net = Decimal(draw(st.sampled_from(amounts)))
            made[limit] = {sides[0]: net} | ({sides[1]: net * 6 / 5} if draw(st.booleans()) else {})
    return made


@st.composite
def cdrs(draw: st.DrawFn, version: str) -> Json:
    """Periods of a reservation, charging and parking; each dimension of time is as long as its period."""
    moment = datetime.fromisoformat(draw(st.sampled_from(STARTS))).replace(tzinfo=UTC)
    begin, periods = moment, []
    shapes = draw(st.lists(st.sampled_from(["charge", "park", "idle"]), max_size=5))
    if version != "2.1.1" and (not shapes or draw(st.booleans())):
        shapes = ["reserve", *shapes]
    for shape in shapes or ["charge"]:
        seconds = draw(st.integers(1, 1200)) * STEP_S
        amount = draw(st.integers(1, 200_000))
        volumes: dict[str, Any] = {}
        if shape == "charge":
            volumes = {"ENERGY": Decimal(amount).scaleb(-4), "TIME": _hours(seconds)}
        elif shape != "idle":
            volumes = {"PARKING_TIME" if shape == "park" else "RESERVATION_TIME": _hours(seconds)}
        else:
            volumes = {"ENERGY": Decimal(amount).scaleb(-4)}
        current = Decimal(draw(st.integers(0, 40)))
        volumes |= {"MIN_CURRENT": current, "MAX_CURRENT": current + draw(st.integers(0, 3))}
        if version != "2.1.1" and draw(st.booleans()):
            volumes |= {"MIN_POWER": current / 2, "MAX_POWER": current / 2 + 1}
        dimensions = [{"type": kind, "volume": volume} for kind, volume in volumes.items()]
        periods.append({"start_date_time": _written(moment, version), "dimensions": dimensions})
        moment += timedelta(seconds=seconds)
    return _document(version, begin, moment, draw(st.permutations(periods)))


def _document(version: str, begin: datetime, end: datetime, periods: list[Json]) -> Json:
    made: Json = {
        "id": "C1",
        "start_date_time": _written(begin, version),
        "currency": "EUR",
        "charging_periods": periods,
        "total_energy": 0,
        "total_time": 0,
        "last_updated": "2024-12-01T00:00:00Z",
    }
    if version == "2.1.1":
        location = {"id": "L1", "country": "USA"}
        return made | {"stop_date_time": _written(end, version), "location": location, "total_cost": 1}
    total = {"excl_vat" if version == "2.2.1" else "before_taxes": 1}
    made |= {"country_code": "DE", "party_id": "CPO", "end_date_time": _written(end, version)}
    return made | {"cdr_location": {"id": "L1", "country": "USA"}, "total_cost": total}


def _written(moment: datetime, version: str) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}" + ("" if version == "2.1.1" else "Z")


@st.composite
def cases(draw: st.DrawFn, version: str) -> tuple[Json, list[Json]]:
    """A CDR and its tariff; later versions may change to a second one in the course of the session."""
    cdr, sold_by = draw(cdrs(version)), [draw(tariffs(version, "T1"))]
    if version == "2.1.1" or draw(st.integers(0, 2)):
        return cdr, sold_by
    sold_by.append(draw(tariffs(version, "T2")))
    in_order = sorted(cdr["charging_periods"], key=lambda period: str(period["start_date_time"]))
    change = draw(st.integers(0, len(in_order)))
    for place, period in enumerate(in_order):
        period["tariff_id"] = "T1" if place < change else "T2"
    return cdr, sold_by


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1", "2.3.0"])
@settings(max_examples=60)
@given(data=st.data(), zone=st.sampled_from(ZONES))
def test_price_is_that_of_a_second_pricer(version: str, data: st.DataObject, zone: str) -> None:
    cdr, sold_by = data.draw(cases(version))
    total, parts = plain_price(cdr, sold_by, zone)
    found = price(cdr, sold_by, time_zone=zone, version=version)
    assert found.total == Amount(*total)
    for part, amount in parts.items():
        assert found.parts[Part(f"total_{part}_cost")] == Amount(*amount), part
