"""Prices by slots of time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from tests.unit.tariffs.cases import ZONE, component, element, tariff

from ocn.tariffs import TariffError, TimeZoneUnknown, curve

DAY = tariff(
    element(component("ENERGY", "0.50"), component("TIME", "1.20"), start_time="07:00", end_time="18:00"),
    element(component("ENERGY", "0.30"), component("PARKING_TIME", "2.00")),
)
MIDNIGHT = datetime.fromisoformat("2025-03-11T23:00:00+00:00")
"""00:00 of the 12th in Berlin."""


def test_curve_follows_the_local_clock() -> None:
    slots = curve(DAY, ZONE, MIDNIGHT, 24, 60)
    assert [slot.energy.excl for slot in slots] == [Fraction(3, 10)] * 7 + [Fraction(1, 2)] * 11 + [
        Fraction(3, 10)
    ] * 6
    assert slots[7].time.excl == Fraction("1.2")
    assert slots[7].energy.incl == Fraction("0.6")
    assert slots[0].time.excl == 0
    assert {slot.parking.excl for slot in slots} == {2}
    assert all(slot.certain for slot in slots)


@pytest.mark.parametrize(
    ("day", "hours"), [("2025-03-29T23:00:00+00:00", 23), ("2025-10-25T22:00:00+00:00", 25)]
)
def test_curve_of_a_day_on_which_the_clock_moves_has_its_hours(day: str, hours: int) -> None:
    start = datetime.fromisoformat(day)
    slots = curve(DAY, ZONE, start, hours, 60)
    assert slots[-1].end == start + timedelta(hours=hours)
    assert sum(slot.energy.excl == Fraction(1, 2) for slot in slots) == 11


def test_curve_names_the_minute_at_which_a_price_changes_within_a_slot() -> None:
    slots = curve(DAY, ZONE, MIDNIGHT + timedelta(minutes=30), 8, 60)
    assert [slot.changes for slot in slots] == [None] * 6 + [MIDNIGHT + timedelta(hours=7), None]


def test_curve_with_a_power_follows_tiers_of_energy_and_power() -> None:
    by = tariff(
        element(component("ENERGY", "0.10"), max_kwh=Decimal(11)),
        element(component("ENERGY", "0.20"), max_power=Decimal(16)),
        element(component("ENERGY", "0.40")),
    )
    slow = curve(by, ZONE, MIDNIGHT, 3, 60, power_kw=Decimal(11))
    fast = curve(by, ZONE, MIDNIGHT, 3, 60, power_kw=Decimal(22))
    assert [slot.energy.excl for slot in slow] == [Fraction("0.1"), Fraction("0.2"), Fraction("0.2")]
    assert [slot.energy.excl for slot in fast] == [Fraction("0.1"), Fraction("0.4"), Fraction("0.4")]
    assert fast[0].changes == MIDNIGHT + timedelta(minutes=30)


def test_curve_without_a_power_says_that_a_price_is_not_certain() -> None:
    by = tariff(
        element(component("ENERGY", "0.20"), max_power=Decimal(16)), element(component("ENERGY", "0.40"))
    )
    [slot] = curve(by, ZONE, MIDNIGHT, 1)
    assert not slot.certain


def test_curve_tells_what_a_kilowatt_hour_costs_with_its_time() -> None:
    [slot] = curve(DAY, ZONE, MIDNIGHT + timedelta(hours=8), 1)
    assert slot.per_kwh(Decimal(12)).excl == Fraction("0.6")


@pytest.mark.parametrize(("slots", "minutes"), [(0, 15), (-1, 15), (10_001, 15), (1, 0), (1, 1441)])
def test_curve_of_no_slots_or_too_many_is_refused(slots: int, minutes: int) -> None:
    with pytest.raises(TariffError, match="slots"):
        curve(DAY, ZONE, MIDNIGHT, slots, minutes)


def test_curve_from_a_start_without_zone_or_in_an_unknown_zone_is_refused() -> None:
    with pytest.raises(TariffError):
        curve(DAY, ZONE, datetime.now(UTC).replace(tzinfo=None), 1)
    with pytest.raises(TimeZoneUnknown):
        curve(DAY, "Europe/Nowhere", MIDNIGHT, 1)
