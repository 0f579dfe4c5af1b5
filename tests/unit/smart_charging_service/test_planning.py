"""From what is heard to what is sent and shown."""

from datetime import timedelta

from tests.unit.smart_charging_service.conftest import START, MakeWorld

from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.service.view import CarState, Source


async def test_session_that_is_pushed_gets_a_profile_that_is_confirmed(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    assert world.points.amps("S1")[0] == 16
    car = world.cars()["E1"]
    assert car.state is CarState.CONTROLLED
    assert car.confirmed_kw is not None
    assert round(car.confirmed_kw, 2) == 11.04
    assert car.departure_from is Source.ASSUMED


async def test_copy_that_was_lost_is_made_good_by_reading(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.keeps(world.session("S1", "E1"))
    world.clock.forward(6)
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.CONTROLLED


async def test_preferences_that_were_copied_are_what_is_planned(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    leaves = START + timedelta(hours=8)
    told = await world.wants("S1", departure_time=format_datetime(leaves), energy_need=30)
    await world.smart.step()
    car = world.cars()["E1"]
    assert told == "ACCEPTED"
    assert (car.departure, car.departure_from, car.need_kwh) == (leaves, Source.DRIVER, 30)
