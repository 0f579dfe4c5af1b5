"""Prices by slots of time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.tariffs.cases import ZONE, component, element, tariff

from ocn.tariffs import TariffError, TimeZoneUnknown, Unstated, curve
from ocn.tariffs.model import Dimension
from ocn.tariffs.result import UNKNOWN

DAY = tariff(
    element(component("ENERGY", "0.50"), component("TIME", "1.20"), start_time="07:00", end_time="18:00"),
    element(component("ENERGY", "0.30"), component("PARKING_TIME", "2.00")),
)
MIDNIGHT = datetime.fromisoformat("2025-03-11T23:00:00+00:00")
"""00:00 of the 12th in Berlin."""


@st.composite
def tariffs_by_readings(draw: st.DrawFn) -> dict[str, Any]:
    """Energy by power, current and energy charged, in a few elements."""
    elements = []
    for name in draw(st.lists(st.sampled_from(["power", "current", "kwh"]), max_size=4)):
        bound = draw(st.sampled_from(["min_", "max_"])) + name
        price = draw(st.sampled_from(["0", "0.1", "0.2", "0.9"]))
        elements.append(element(component("ENERGY", price), **{bound: draw(st.decimals(0, 60, places=0))}))
    return tariff(*elements, element(component("ENERGY", "0.5")))


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


COMPLEX = tariff(
    element(component("TIME", "1.00"), max_current=Decimal(32)),
    element(component("TIME", "2.00"), min_current=Decimal(32)),
    element(component("ENERGY", "0.30")),
)
"""As the complex example of the texts: every current has a price, and none is free."""


def test_curve_of_prices_by_current_says_between_what_they_lie_and_never_that_they_are_free() -> None:
    [slot] = curve(COMPLEX, ZONE, MIDNIGHT, 1)
    assert (slot.certain, slot.depends_on) == (False, (Unstated.CURRENT,))
    assert (slot.time, slot.per_kwh(Decimal(11))) == (UNKNOWN, UNKNOWN)
    [(kind, (least, most))] = slot.bands.items()
    assert kind is Dimension.TIME
    assert [least.excl, most.excl, most.incl] == [Fraction(1), Fraction(2), Fraction("2.4")]
    assert slot.energy.excl == Fraction("0.3")


@pytest.mark.parametrize(
    ("stated", "price"),
    [
        ({"power_kw": Decimal("3.7")}, 1),
        ({"power_kw": Decimal(11)}, 2),
        ({"power_kw": Decimal("7.36")}, 2),
        ({"current_a": Decimal("31.9")}, 1),
        ({"current_a": Decimal(32)}, 2),
        ({"power_kw": Decimal(50), "current_a": Decimal(16)}, 1),
    ],
)
def test_curve_with_power_or_current_takes_the_other_at_230_volts(
    stated: dict[str, Decimal], price: int
) -> None:
    power, current = stated.get("power_kw"), stated.get("current_a")
    [slot] = curve(COMPLEX, ZONE, MIDNIGHT, 1, power_kw=power, current_a=current)
    assert slot.certain
    assert slot.time.excl == price


def test_curve_without_a_power_says_what_prices_depend_on() -> None:
    by = tariff(
        element(component("ENERGY", "0.20"), max_power=Decimal(16), max_kwh=Decimal(10)),
        element(component("ENERGY", "0.40")),
    )
    [slot] = curve(by, ZONE, MIDNIGHT, 1)
    assert slot.depends_on == (Unstated.ENERGY, Unstated.POWER)
    least, most = slot.bands[Dimension.ENERGY]
    assert (least.excl, most.excl) == (Fraction("0.2"), Fraction("0.4"))


def test_curve_of_a_restriction_that_nobody_knows_is_not_certain_whatever_is_stated() -> None:
    by = tariff(element(component("ENERGY", "0.20"), weather="SUNNY"), element(component("ENERGY", "0.40")))
    [slot] = curve(by, ZONE, MIDNIGHT, 1, power_kw=Decimal(11))
    assert (slot.energy, slot.depends_on) == (UNKNOWN, (Unstated.RESTRICTION,))


def test_curve_of_more_thresholds_than_can_be_asked_is_told_for_a_power_alone() -> None:
    steps = [
        element(component("ENERGY", f"0.{place + 10}"), max_power=Decimal(place), max_kwh=Decimal(place))
        for place in range(1, 40)
    ]
    with pytest.raises(TariffError, match="too many powers"):
        curve(tariff(*steps), ZONE, MIDNIGHT, 1)
    assert curve(tariff(*steps), ZONE, MIDNIGHT, 1, power_kw=Decimal(11))[0].certain


@given(tariffs_by_readings(), st.decimals("0.1", "60", places=1), st.decimals("0", "200", places=1))
def test_curve_of_any_power_and_current_lies_within_the_bands(
    by: dict[str, Any], power: Decimal, current: Decimal
) -> None:
    bands = curve(by, ZONE, MIDNIGHT, 3, 60)
    stated = curve(by, ZONE, MIDNIGHT, 3, 60, power_kw=power, current_a=current)
    for banded, exact in zip(bands, stated, strict=True):
        least, most = banded.bands.get(Dimension.ENERGY, (banded.energy, banded.energy))
        assert least.excl is not None
        assert exact.energy.excl is not None
        assert most.excl is not None
        assert least.excl <= exact.energy.excl <= most.excl


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
