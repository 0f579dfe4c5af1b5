"""Costs by the engine: what a CPO bills is what its tariff says, to whoever checks it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.simulation.billing.billed import CPO, MSP, Shop

from ocn.ocpi.objects import Cdr, Session
from ocn.ocpi.party_id import PartyId
from ocn.simulation.cpo.history import build_history
from ocn.tariffs import JsonObject, Verdict, Verification, verify

NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
LOCATIONS = ("LOC1", "LOC5", "LOC8", "LOC10")


def checked(document: Cdr | Session, shop: Shop, location_id: str) -> Verification:
    location = shop.operations.points.location(location_id)
    tariffs = [cast("JsonObject", tariff) for tariff in shop.operations.points.tariffs.values()]
    return verify(cast("JsonObject", document), tariffs, location=cast("JsonObject", location))


@given(
    hours_since=st.integers(0, 8_760),
    minutes=st.lists(st.decimals(0, 300, places=3).map(float), min_size=1, max_size=4),
    location=st.sampled_from(LOCATIONS),
    country=st.sampled_from(["DE", "NL", "CH"]),
)
@settings(max_examples=60, deadline=None)
def test_cdr_of_any_session_matches_and_agrees_with_its_session(
    hours_since: int, minutes: list[float], location: str, country: str
) -> None:
    shop = Shop(NOON + timedelta(hours=hours_since, microseconds=123_456), PartyId(country, "CPO"))
    session = shop.charged(location, *minutes)
    cdr, said = shop.bills.charge(session), session.session()
    check = checked(cdr, shop, location)
    assert (check.verdict, check.causes, check.warnings) == (Verdict.MATCH, (), ())
    assert said["total_cost"] == cdr["total_cost"]
    assert said["kwh"] == cdr["total_energy"]
    assert said["charging_periods"] == cdr["charging_periods"]
    assert len(cdr["id"]) <= 36


@given(
    minute=st.integers(0, 1_439),
    seconds=st.lists(st.integers(0, 10_000), min_size=1, max_size=4),
    location=st.sampled_from(LOCATIONS),
)
@settings(max_examples=30, deadline=None)
def test_session_so_far_matches_whenever_it_is_told(minute: int, seconds: list[int], location: str) -> None:
    shop = Shop(NOON + timedelta(minutes=minute))
    session = shop.start(location)
    for each in seconds:
        shop.watch.moment += timedelta(seconds=each)
        assert checked(session.session(), shop, location).verdict is Verdict.MATCH


@pytest.mark.parametrize(
    ("location", "minutes", "net", "gross"),
    [
        ("LOC1", 30, "3.244", "3.8604"),  # 0.50 + 5.6 kWh x 0.49: 5.52 kWh in steps of 100 Wh
        ("LOC5", 31, "2.00", "2.38"),  # 0.50 + 3 x 0.50: each started quarter of an hour
        ("LOC8", 31, "8.00", "9.52"),
        ("LOC10", 6, "3.00", "3.57"),  # the minimum; 1.104 kWh would be 0.65
        ("LOC10", 60, "6.5136", "7.7512"),  # 11.04 kWh x 0.59
    ],
)
def test_cost_at_each_tariff_is_as_computed_by_hand(
    location: str, minutes: int, net: str, gross: str
) -> None:
    cdr = Shop(NOON).billed(location, minutes)
    assert cdr["total_cost"] == {"excl_vat": Decimal(net), "incl_vat": Decimal(gross)}


def test_cost_of_a_full_battery_ends_at_the_maximum() -> None:
    shop = Shop(NOON)
    cdr = shop.billed("LOC10", 300, 300, 300)
    assert cdr["total_energy"] * Decimal("0.59") > 20
    assert cdr["total_cost"] == {"excl_vat": Decimal("20.00"), "incl_vat": Decimal("23.80")}


@pytest.mark.parametrize(
    ("opens", "moment"),
    [
        (datetime(2026, 1, 5, 5, 50, tzinfo=UTC), "2026-01-05T06:00:00.000Z"),
        (datetime(2026, 7, 6, 4, 50, tzinfo=UTC), "2026-07-06T05:00:00.000Z"),
    ],
    ids=["winter", "summer"],
)
def test_period_is_cut_when_the_price_changes_at_seven_local_time(opens: datetime, moment: str) -> None:
    cdr = Shop(opens).billed("LOC1", 30)
    assert [period["start_date_time"] for period in cdr["charging_periods"]][1:] == [moment]
    energy = [period["dimensions"][0]["volume"] for period in cdr["charging_periods"]]
    assert energy == [Decimal("1.84"), Decimal("3.68")]


def test_parking_is_billed_by_day_and_free_at_night() -> None:
    by_day, by_night = Shop(NOON), Shop(NOON - timedelta(hours=12))
    long = [shop.billed("LOC5", 400) for shop in (by_day, by_night)]
    parked = [cdr["total_parking_time"] for cdr in long]
    assert parked[0] == parked[1] > 0
    assert long[0]["total_parking_cost"]["excl_vat"] > long[1]["total_parking_cost"]["excl_vat"] == 0


def test_history_of_two_parties_is_billed_rightly() -> None:
    (cdr,) = build_history(CPO, MSP).cdrs
    assert checked(cdr, Shop(NOON), "LOC1").verdict is Verdict.MATCH
