"""Meters say what flowed, and find every moment at which it was too much."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.unit.simulation.smart.conftest import SLOT, START, Lot, lot_of, stay

from ocn.simulation.chargers.charging_profile import ChargingProfile
from ocn.simulation.smart.meters import Meters

_MINUTE = timedelta(minutes=1)
_LONG_AGO = START - timedelta(days=1)


def watts(limit: int) -> ChargingProfile:
    return ChargingProfile(_LONG_AGO, None, ((0, Decimal(limit)),))


async def pass_slot(lot: Lot, meters: Meters) -> None:
    end = lot.clock.now() + SLOT
    while lot.clock.now() < end:
        meters.look(lot.clock.now())
        await lot.clock.advance_to(lot.clock.now() + _MINUTE)
    meters.close()


async def test_meters_of_cars_within_the_limit_add_up() -> None:
    lot = lot_of(stay("S1", "EVSE1", need_kwh=30), stay("S2", "EVSE2", need_kwh=30), kw="22.5")
    meters = Meters(lot.day, lot.operations.running.values)
    for visit in lot.day.stays:
        lot.start(visit)
    await pass_slot(lot, meters)
    (slot,) = meters.slots
    assert (slot.power_kw, slot.most_kw, slot.limit_kw) == (22.08, 22.08, 22.5)
    assert (slot.over, slot.present, slot.charging) == (False, 2, 2)
    assert meters.run("ocn").delivered_kwh == (2.76, 2.76)


async def test_meters_find_a_minute_over_the_power_limit() -> None:
    lot = lot_of(stay("S1", "EVSE1", need_kwh=30), stay("S2", "EVSE2", need_kwh=30), kw="22")
    meters = Meters(lot.day, lot.operations.running.values)
    sessions = [lot.start(visit) for visit in lot.day.stays]
    meters.look(lot.clock.now())
    for session in sessions:
        session.use_profile(watts(6_900))
    await pass_slot(lot, meters)
    (slot,) = meters.slots
    assert slot.over
    assert (slot.power_kw, slot.most_kw) == (13.8, 22.08)
    assert meters.run("ocn").overruns == 1


async def test_meters_find_a_phase_over_its_limit_though_the_power_is_not() -> None:
    lot = lot_of(
        stay("S1", "EVSE1", phases=1, amps=32, need_kwh=30),
        stay("S2", "EVSE2", phases=1, amps=32, need_kwh=30),
        kw="22",
    )
    meters = Meters(lot.day, lot.operations.running.values)
    first, second = (lot.start(visit) for visit in lot.day.stays)
    assert not meters.is_within(START)  # 64 A on L1, 14.7 kW
    first.use_profile(watts(1_840))
    assert meters.is_within(START)  # 8 A and 32 A
    second.use_profile(watts(0))
    assert meters.power_kw() == 1.84


async def test_meters_go_by_the_lower_limit_from_the_moment_of_the_cut_on() -> None:
    lot = lot_of(stay("S1", "EVSE1", need_kwh=30), stay("S2", "EVSE2", need_kwh=30), kw="22.5", cut=True)
    meters = Meters(lot.day, lot.operations.running.values)
    for visit in lot.day.stays:
        lot.start(visit)
    assert lot.day.cut is not None
    before = lot.day.cut.begin - _MINUTE
    assert (meters.limit_kw(before), meters.is_within(before)) == (22.5, True)
    assert (meters.limit_kw(lot.day.cut.begin), meters.is_within(lot.day.cut.begin)) == (11.25, False)
    assert meters.limit_kw(lot.day.cut.until) == 22.5


async def test_meters_count_a_pause_of_a_car_that_wants_more_and_none_of_a_full_one() -> None:
    lot = lot_of(stay("S1", "EVSE1", need_kwh=30), stay("S2", "EVSE2", need_kwh=1.0), kw="44")
    meters = Meters(lot.day, lot.operations.running.values)
    wanting, _ = (lot.start(visit) for visit in lot.day.stays)
    await pass_slot(lot, meters)
    wanting.use_profile(watts(0))
    await pass_slot(lot, meters)
    run = meters.run("ocn")
    assert run.pauses == 1
    assert list(run.delivered_kwh) == pytest.approx([2.76, 1.0], abs=0.002)
    assert [slot.charging for slot in meters.slots] == [2, 0]
