"""A CPO whose clock is off: its site goes by it, and what others say in real time holds when it should."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.unit.smart_charging_service.conftest import CPO, MakeWorld, World, site

from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.party.reply import Reply
from ocn.smart_charging.prices import PriceSeries
from ocn.smart_charging.service.heard.clocks import CpoClock
from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.service.sites.served import ServiceSettings
from ocn.smart_charging.slots import Slots

AHEAD = timedelta(hours=2)
BY_ITS_CLOCK = ServiceSettings(plan_by_cpo_clock=True)


async def off_by_two_hours(world: World) -> World:
    """The CPO answers with the time of the machine, which the planner takes to be two hours less."""
    world.clock.time = datetime.now(UTC) - AHEAD
    await world.smart.step()
    return world


@pytest.mark.parametrize("minutes", [120, 7, -7])
async def test_limit_from_outside_holds_now_by_how_much_ever_the_cpos_clock_is_ahead_or_behind(
    make_world: MakeWorld, minutes: int
) -> None:
    world = await make_world(settings=BY_ITS_CLOCK)
    world.clock.time = datetime.now(UTC) - timedelta(minutes=minutes)  # the CPO has the time of the machine
    await world.smart.step()
    real = world.clock()

    world.smart.announce("yard", GridEvent(real, real + timedelta(minutes=30), amps=Decimal(8)))
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()

    (profile,) = (profile for _, profile in world.points.set)
    begins = parse_datetime(profile["start_date_time"])
    assert timedelta(0) <= datetime.now(UTC) - begins < timedelta(minutes=15, seconds=5)  # by its own clock
    limits = [
        each["limit"]
        for each in profile["charging_profile_period"]
        if begins + timedelta(seconds=each["start_period"]) < datetime.now(UTC) + timedelta(minutes=29)
    ]
    assert world.points.amps("S1")[0] == 8
    assert max(limits) == 8  # for as long as it was announced
    view = world.smart.view("yard")
    assert view.limit_kw[view.slot_now] == pytest.approx(8 * 0.69)


async def test_departure_is_meant_in_real_time(make_world: MakeWorld) -> None:
    world = await off_by_two_hours(await make_world(settings=BY_ITS_CLOCK))
    leaves = (world.clock() + timedelta(hours=1)).replace(microsecond=0)

    await world.pushes(world.session("S1", "E1", start_date_time=format_datetime(world.clock() + AHEAD)))
    await world.wants("S1", departure_time=format_datetime(leaves), energy_need=5)
    await world.smart.step()

    departure = world.cars()["E1"].departure
    assert departure is not None
    assert abs(departure - leaves - AHEAD) < timedelta(seconds=10)
    assert "before its arrival" not in world.events()


async def test_price_is_that_of_real_time(make_world: MakeWorld) -> None:
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=24)
    hours = range(48)
    series = PriceSeries(tuple(begin + timedelta(hours=i) for i in hours), tuple(Decimal(i) for i in hours))
    world = await off_by_two_hours(await make_world(settings=BY_ITS_CLOCK, prices=series))

    view = world.smart.view("yard")

    assert view.price_eur_per_kwh[view.slot_now] == (world.clock() - begin) // timedelta(hours=1)


async def test_clock_that_is_off_by_little_counts_as_right(make_world: MakeWorld) -> None:
    world = await make_world(site(), settings=BY_ITS_CLOCK)
    world.clock.time = datetime.now(UTC) - timedelta(seconds=5)
    await world.smart.step()

    assert world.smart.view("yard").now == world.clock()
    assert "the clock of" not in world.events()


async def test_clock_of_a_cpo_that_jumps_ahead_makes_no_message_one_that_cannot_arrive_any_more(
    make_world: MakeWorld,
) -> None:
    world = await make_world(settings=BY_ITS_CLOCK)
    world.clock.time = datetime.now(UTC)
    await world.smart.step()
    world.points.result = "UNKNOWN"  # so it may come to hold yet
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    made = format_datetime(world.clock() + AHEAD)
    for _ in range(5):
        reply = Reply(None, 1000, None, made, 200, {}, "1", "1", 0.0, "http://cpo.test", b"")
        world.smart._parts.clocks.heard(CPO, reply)

    await world.smart.step()

    (standing,) = world.smart._parts.desks["yard"].dispatcher.standings.values()
    now = world.smart.view("yard").now
    assert now - world.clock() > timedelta(minutes=119)
    assert timedelta(minutes=4) < standing.may_hold[0].until - now <= timedelta(minutes=5)


@pytest.mark.parametrize(("off_s", "ahead_s"), [(7200.4, 7200), (-42.3, -42), (9.9, 0), (-10, 0)])
def test_clock_goes_by_whole_seconds_and_slots_are_found_in_real_time(off_s: float, ahead_s: int) -> None:
    real = datetime(2026, 3, 2, 8, tzinfo=UTC)
    clock = CpoClock(lambda: real, timedelta(seconds=10))
    made = format_datetime(real + timedelta(seconds=off_s))

    clock.heard(Reply(None, 1000, None, made, 200, {}, "1", "1", 0.0, "http://cpo.test", b""))

    assert clock.now() - real == timedelta(seconds=ahead_s)
    assert clock.in_real_time(Slots(clock.now(), 15, 4)) == Slots(real, 15, 4)
