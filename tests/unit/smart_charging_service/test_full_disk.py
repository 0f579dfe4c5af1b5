"""The service cannot store anything: what must be lowered is lowered all the same, and nothing is raised."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import MakeWorld, World, site
from tests.unit.smart_charging_service.two_cars import total_amps, with_two_cars

from ocn.party.errors import RequestFailed
from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.service.view import CarState


def is_full(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    async def put(*_: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(world.storage, "put", put)


async def broken(step: Callable[[], Any]) -> None:
    with pytest.raises(OSError, match="no space"):
        await step()


async def test_limit_that_falls_while_the_disk_is_full_is_kept_and_nobody_is_raised(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await with_two_cars(make_world, 24)
    world.clock.forward(7)
    before = {name: world.points.amps(name)[0] for name in ("S1", "S2")}
    with monkeypatch.context() as full:
        is_full(full, world)
        until = world.clock() + timedelta(hours=1)
        world.smart.announce("yard", GridEvent(world.clock(), until, amps=Decimal(13)))
        await broken(world.smart._parts.rounds["yard"].one)
    assert total_amps(world) <= 13
    assert all(world.points.amps(name)[0] <= amps for name, amps in before.items())
    assert "a round of planning broke (OSError)" in world.events()
    world.clock.forward(9)
    await world.smart.step()
    world.clock.forward(1)
    await world.smart.step()
    assert total_amps(world) >= 12


async def test_limit_that_falls_while_the_disk_is_full_is_confirmed_by_more_cars_than_are_asked_at_once(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    cars = [f"{number}" for number in range(1, 21)]
    world = await make_world(site(evses=20, amps=200))
    await world.smart.step()
    for car in cars:
        await world.pushes(world.session(f"S{car}", f"E{car}"))
    await world.smart.step()
    world.clock.forward(7)
    with monkeypatch.context() as full:
        is_full(full, world)
        until = world.clock() + timedelta(hours=1)
        world.smart.announce("yard", GridEvent(world.clock(), until, amps=Decimal(0)))
        before = len(world.points.set)
        await broken(world.smart._parts.rounds["yard"].one)
    assert sum(world.points.amps(f"S{car}")[0] for car in cars) == 0
    assert Counter(name for name, _ in world.points.set[before:]) == {f"S{car}": 1 for car in cars}
    assert {car.state for car in world.cars().values()} == {CarState.CONTROLLED}  # though it is not stored


async def test_car_that_comes_while_the_disk_is_full_is_told_its_limit(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await with_two_cars(make_world, 24)
    world.clock.forward(7)
    with monkeypatch.context() as full:
        is_full(full, world)
        with pytest.raises(RequestFailed):
            await world.pushes(world.session("S3", "E3"))
        await broken(world.smart._parts.rounds["yard"].one)
    assert total_amps(world) + world.points.amps("S3")[0] <= 24


async def test_limit_that_rises_while_the_disk_is_full_raises_nobody_until_it_is_not(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await with_two_cars(make_world, 24)
    world.clock.forward(7)
    world.smart.announce(
        "yard", GridEvent(world.clock(), world.clock() + timedelta(hours=1), amps=Decimal(13))
    )
    await world.smart.step()
    world.clock.forward(9)
    before = len(world.points.set)
    with monkeypatch.context() as full:
        is_full(full, world)
        world.smart.withdraw("yard")
        await broken(world.smart._parts.rounds["yard"].one)
    assert world.points.set[before:] == []
    await world.smart.step()
    assert total_amps(world) == 24
