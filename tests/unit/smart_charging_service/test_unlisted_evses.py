"""Cars at EVSEs that the site file does not have, or nobody names: they draw through the same fuses."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import CPO, MakeWorld, site

from ocn.party import MemoryStorage
from ocn.smart_charging.service.known.told_evses import ToldEvse, told_evse
from ocn.smart_charging.service.view import CarState, EventKind

AC_16 = {"id": "1", "power_type": "AC_3_PHASE", "max_voltage": 230, "max_amperage": 16}


async def test_car_at_an_unlisted_evse_takes_its_room_from_others(make_world: MakeWorld) -> None:
    world = await make_world(site(amps=40))
    await world.smart.step()
    await world.pushes(world.session("S9", "E9"))
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()

    assert world.points.amps("S1")[0] == 8  # of 40 A, beside 32 that are assumed
    assert [name for name, _ in world.points.set] == ["S1"]
    car = world.cars()["E9"]
    assert car.state is CarState.NOT_CONTROLLABLE
    assert "its EVSE is not in the site file" in car.why
    (fault,) = [each for each in world.smart.view("yard").events if each.kind is EventKind.FAULT]
    assert "the site file has no EVSE 'E9': 22.1 kW, or what it draws if that is more, count" in fault.line
    assert "add it to the site file" in fault.line


async def test_car_at_an_unlisted_evse_counts_with_what_its_cpo_says_of_it(make_world: MakeWorld) -> None:
    world = await make_world(site(amps=24))
    evses = [{"uid": "E9", "connectors": [AC_16]}]
    await world.cpo_storage.put("locations", CPO, "LOC1", {"id": "LOC1", "evses": evses})
    await world.smart.step()
    await world.pushes(world.session("S9", "e9"))
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()

    assert world.points.amps("S1")[0] == 8


async def test_car_at_an_unlisted_evse_counts_with_what_it_draws_where_that_is_more(
    make_world: MakeWorld,
) -> None:
    world = await make_world(site(amps=64))
    await world.smart.step()
    power = {"type": "POWER", "volume": Decimal("33.12")}
    periods = [{"start_date_time": "2026-03-02T08:00:00Z", "dimensions": [power]}]
    await world.pushes(world.session("S9", "E9", charging_periods=periods))
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()

    assert world.points.amps("S1")[0] == 16


async def test_evse_that_is_listed_later_is_limited(make_world: MakeWorld) -> None:
    storage = MemoryStorage()
    before = await make_world(site(evses=1), storage=storage)
    await before.smart.step()
    await before.pushes(before.session("S2", "E2"))
    await before.smart.step()
    assert before.points.set == []
    await storage.forget_registration()

    after = await make_world(site(evses=2), storage=storage)
    await after.keeps(before.session("S2", "E2"))
    await after.smart.step()

    assert after.cars()["E2"].state is CarState.CONTROLLED


async def test_evse_that_is_listed_no_longer_counts_with_what_was_confirmed(make_world: MakeWorld) -> None:
    storage = MemoryStorage()
    before = await make_world(site(evses=2, amps=24), storage=storage)
    await before.smart.step()
    await before.pushes(before.session("S2", "E2"))
    await before.smart.step()
    assert before.points.amps("S2")[0] == 16
    await storage.forget_registration()

    after = await make_world(site(evses=1, amps=24), storage=storage)
    for name, evse in (("S1", "E1"), ("S2", "E2")):
        await after.keeps(before.session(name, evse))
    await after.smart.step()

    assert after.points.amps("S1")[0] == 8
    assert after.cars()["E2"].state is CarState.NOT_CONTROLLABLE


async def test_car_at_an_unlisted_evse_counts_at_every_fuse_at_the_top(make_world: MakeWorld) -> None:
    other = '[[fuse]]\nname = "second"\namps = 40\n[[evse]]\nid = "X1"\nfuse = "second"\n'
    world = await make_world(site(amps=40, more=other))
    await world.smart.step()
    for name, evse in (("S9", "E9"), ("S1", "E1"), ("SX", "X1")):
        await world.pushes(world.session(name, evse))
    await world.smart.step()

    assert (world.points.amps("S1")[0], world.points.amps("SX")[0]) == (8, 8)


@pytest.mark.parametrize(
    ("connectors", "told"),
    [
        ([AC_16, AC_16 | {"max_amperage": 32}], ToldEvse(amps=Decimal(32))),
        ([{"power_type": "DC", "max_voltage": 500, "max_amperage": 100}], ToldEvse(dc_kw=Decimal(50))),
        ([{"power_type": "DC", "max_electric_power": 150_000}, AC_16], ToldEvse(Decimal(16), Decimal(150))),
        ([{"max_amperage": Decimal("1e9")}, {"max_amperage": -1}, {"max_amperage": "32"}], ToldEvse()),
        ([], ToldEvse()),
    ],
)
def test_connectors_tell_the_most_that_an_evse_gives(
    connectors: list[dict[str, Any]], told: ToldEvse
) -> None:
    assert told_evse(connectors) == told


NO_EVSE: list[dict[str, Any]] = [{"evse_uid": None}, {"evse_uid": "#NA"}, {"evse_uid": " "}, {"evse_uid": 5}]


@pytest.mark.parametrize("members", NO_EVSE)
async def test_car_without_an_evse_takes_its_room_from_others_and_is_told_once(
    make_world: MakeWorld, members: dict[str, Any]
) -> None:
    world = await make_world(site(amps=40))
    await world.smart.step()
    await world.pushes(world.session("S9", "") | members)
    await world.pushes(world.session("S1", "E1"))
    for _ in range(3):
        await world.smart.step()
        world.clock.forward(16)

    assert world.points.amps("S1")[0] == 8  # of 40 A, beside 32 that are assumed
    assert {name for name, _ in world.points.set} == {"S1"}
    car = world.cars()[""]
    assert (car.evse, car.state) == (None, CarState.NOT_CONTROLLABLE)
    assert "its CPO names no EVSE" in car.why
    (fault,) = [each for each in world.smart.view("yard").events if each.kind is EventKind.FAULT]
    assert "its CPO names no EVSE of it: 22.1 kW, or what it draws if that is more, count" in fault.line


async def test_cars_without_an_evse_are_not_taken_for_one(make_world: MakeWorld) -> None:
    world = await make_world(site(amps=80))
    await world.smart.step()
    for name in ("S8", "S9"):
        await world.pushes(world.session(name, "#NA"))
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()

    assert world.points.amps("S1")[0] == 16
    assert "taken for over" not in world.events()


async def test_car_without_an_evse_counts_as_the_strongest_one_of_the_site(make_world: MakeWorld) -> None:
    strongest = '[[evse]]\nid = "X1"\nfuse = "main"\nphases = ["L2"]\nmax_amps = 63\nmax_kw = 14\n'
    world = await make_world(site(amps=73, more=strongest))
    await world.smart.step()
    await world.pushes(world.session("S9", "#NA"))
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()

    assert world.points.amps("S1")[0] == 10  # beside 63 A, on whichever phase they are


async def test_car_whose_evse_is_named_later_is_limited(make_world: MakeWorld) -> None:
    world = await make_world(site(amps=40))
    await world.smart.step()
    await world.pushes(world.session("S9", "#NA"))
    await world.smart.step()
    await world.patches("S9", evse_uid="E1")
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.CONTROLLED

    world.clock.forward(1)
    await world.patches("S9", evse_uid="#NA", location_id=7)  # what was known is kept
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.CONTROLLED


async def test_car_that_came_nobody_can_tell_when_counts_from_now_on(make_world: MakeWorld) -> None:
    world = await make_world(site(amps=16))
    await world.smart.step()
    await world.pushes(world.session("S9", "E2", start_date_time="soon"))
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()

    assert world.points.amps("S1")[0] + world.points.amps("S9")[0] <= 16
    assert "start_date_time 'soon' is no DateTime of our days; taken for" in world.events()
