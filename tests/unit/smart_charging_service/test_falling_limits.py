"""A limit falls while something takes long: what is sent then, by which limit, and what waits for nothing."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import CPO, MakeWorld, World, site
from tests.unit.smart_charging_service.slow_solver import IMPATIENT, SlowSolver, solver, solving, until
from tests.unit.smart_charging_service.two_cars import total_amps, with_two_cars

from ocn.smart_charging.service.heard.grid_events import GridEvent

__all__ = ["solver"]

Step = asyncio.Task[None]


def falls(world: World, amps: int) -> None:
    now = world.clock()
    world.smart.announce("yard", GridEvent(now, now + timedelta(hours=1), amps=Decimal(amps)))


async def with_a_car_that_is_not_planned_yet(make_world: MakeWorld, solver: SlowSolver) -> tuple[World, Step]:
    """The solver hangs at its first plan."""
    world = await make_world(site(evses=2, amps=16), settings=IMPATIENT)
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    return world, await solving(world, solver)


async def test_limit_that_falls_while_a_solver_hangs_lowers_what_was_planned_last(
    make_world: MakeWorld, solver: SlowSolver
) -> None:
    world = await with_two_cars(make_world, 32, settings=IMPATIENT)
    step = await solving(world, solver)
    falls(world, 20)
    await until(lambda: total_amps(world) <= 20)
    assert not step.done()
    assert sorted(world.points.amps(name)[0] for name in ("S1", "S2")) == [0, 16]  # nobody is raised
    falls(world, 6)
    await until(lambda: total_amps(world) <= 6)
    assert not step.done()
    solver.may_go.set()
    await step
    assert total_amps(world) <= 6


async def test_plan_for_a_limit_that_fell_meanwhile_is_followed_within_the_new_one(
    make_world: MakeWorld, solver: SlowSolver
) -> None:
    world, step = await with_a_car_that_is_not_planned_yet(make_world, solver)
    falls(world, 12)
    falls(world, 8)
    solver.may_go.set()
    await step
    assert [profile["charging_profile_period"][0]["limit"] for _, profile in world.points.set] == [8]


async def test_limit_in_kw_that_nobody_planned_by_is_kept_while_a_solver_hangs(
    make_world: MakeWorld, solver: SlowSolver
) -> None:
    world = await with_two_cars(make_world, 32, settings=IMPATIENT)  # its file knows amperes only
    step = await solving(world, solver)
    await world.smart.limit("yard", Decimal("4.2"), 60)
    await until(lambda: total_amps(world) <= 6.1)
    assert not step.done()
    solver.may_go.set()
    await step
    assert 0 < total_amps(world) <= 6.1


async def test_car_that_comes_while_a_solver_hangs_is_counted_and_not_told(
    make_world: MakeWorld, solver: SlowSolver
) -> None:
    world, step = await with_a_car_that_is_not_planned_yet(make_world, solver)
    await world.pushes(world.session("S2", "E2"))
    solver.may_go.set()
    await step
    assert [name for name, _ in world.points.set] == ["S1"]
    assert world.points.amps("S1")[0] == 0  # the other may draw all that there is
    await world.smart.step()
    assert total_amps(world) == 16


async def test_round_that_breaks_while_a_solver_hangs_lets_no_other_solve_beside_it(
    make_world: MakeWorld, solver: SlowSolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await with_two_cars(make_world, 32, settings=IMPATIENT)
    dispatcher = world.smart._parts.desks["yard"].dispatcher
    broken = asyncio.Event()
    follow = dispatcher.follow

    async def breaks(*args: Any, **named: Any) -> Any:
        monkeypatch.setattr(dispatcher, "follow", follow)
        broken.set()
        raise OSError("no space left")

    step = await solving(world, solver)
    monkeypatch.setattr(dispatcher, "follow", breaks)
    falls(world, 20)
    await broken.wait()
    again = asyncio.create_task(world.smart.step())
    await asyncio.sleep(0)
    assert solver.most_at_once == 1
    solver.may_go.set()
    with pytest.raises(OSError, match="no space"):
        await step
    await again
    assert solver.most_at_once == 1
    assert total_amps(world) <= 20


async def test_limit_that_falls_while_a_reading_hangs_is_kept(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await with_two_cars(make_world, 32, settings=IMPATIENT)
    parts, hangs = world.smart._parts, asyncio.Event()

    async def read(*_: Any) -> bool:
        hangs.set()
        return await asyncio.Event().wait()

    async with world.smart.running(world.planner.client):
        await until(lambda: parts.desks["yard"].last_read)
        monkeypatch.setattr(parts.reader, "read", read)
        world.clock.forward(6)
        parts.triggers.read(CPO)
        await hangs.wait()
        falls(world, 20)
        await until(lambda: total_amps(world) <= 20)
