"""Somebody else limits the same cars: it is found, told, and said of the car for as long as it holds."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.unit.smart_charging_service.conftest import START, MakeWorld, World

from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.service.view import CarState

HELD = "; another party lets it draw 4.8 kW at most: is there a second planner?"


def in_force(world: World, amps: float) -> Any:
    """What a CPO says is in force from now on."""
    now, periods = format_datetime(world.clock()), [{"start_period": 0, "limit": amps}]
    profile = {"start_date_time": now, "charging_rate_unit": "A", "charging_profile_period": periods}
    return {"start_date_time": now, "charging_profile": profile}


async def with_a_car(make_world: MakeWorld) -> World:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    return world


def explained(world: World) -> str:
    plan: Any = world.smart.plan("yard")
    (car,) = plan["cars"]
    return str(car["line"])


async def test_profile_that_somebody_else_set_is_told_and_said_of_the_car_until_it_holds_no_more(
    make_world: MakeWorld,
) -> None:
    world = await with_a_car(make_world)
    cpo = world.cpo.client.to("DE PLN")
    for _ in range(2):
        for _ in range(2):
            await cpo.put_active_charging_profile("S1", in_force(world, 7))
        assert world.cars()["E1"].why.endswith(HELD)
        assert explained(world).endswith(HELD)
        await cpo.put_active_charging_profile("S1", in_force(world, 16))
        assert "another party" not in world.cars()["E1"].why + explained(world)
    assert world.events().count("somebody else limits it: is there a second planner?") == 2
    assert world.events().count("nobody else limits it any more") == 2


async def test_profile_of_somebody_else_is_not_said_of_a_car_that_is_held_lower_from_here(
    make_world: MakeWorld,
) -> None:
    world = await with_a_car(make_world)
    await world.cpo.client.to("DE PLN").put_active_charging_profile("S1", in_force(world, 7))
    await world.smart.limit("yard", Decimal(4), 60)
    await world.smart.step()
    assert world.points.amps("S1")[0] < 7
    assert "another party" not in world.cars()["E1"].why


async def test_active_profile_that_says_nothing_is_a_fault_and_the_car_is_planned_on(
    make_world: MakeWorld,
) -> None:
    world = await with_a_car(make_world)
    broken: Any = {"start_date_time": 3}
    await world.cpo.client.to("DE PLN").put_active_charging_profile("S1", broken)
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.CONTROLLED


async def test_profile_that_is_replaced_whenever_it_is_set_is_set_again_at_once_and_then_twice_a_minute(
    make_world: MakeWorld,
) -> None:
    world = await with_a_car(make_world)
    world.smart.announce("yard", GridEvent(START, START + timedelta(hours=1), amps=Decimal(10)))
    await world.smart.step()
    world.clock.forward(1)
    await world.smart.step()
    times: list[int] = []
    for second in range(0, 120, 3):
        before = len(world.points.set)
        if not times or second == times[-1] + 3:  # the other one replaces it
            await world.cpo.client.to("DE PLN").put_active_charging_profile("S1", in_force(world, 16))
        await world.smart.step()
        times += [second] * (len(world.points.set) - before)
        world.clock.forward(0.05)
    assert times == [0, 33, 66, 99]
    assert world.points.amps("S1")[0] == 10


async def test_profile_that_somebody_else_set_is_found_by_asking_once_in_a_while(
    make_world: MakeWorld,
) -> None:
    world = await with_a_car(make_world)
    world.points.active = in_force(world, 6.5)
    world.clock.forward(30)
    await world.smart.step()
    assert "second planner" not in world.events()
    world.clock.forward(31)
    await world.smart.step()
    assert "second planner" in world.events()
