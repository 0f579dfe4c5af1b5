"""A round that raises: what was to be planned is not forgotten, and not tried without end."""

import asyncio
import logging

import pytest
from tests.unit.smart_charging_service.conftest import CPO, MakeWorld, World

from ocn.errors import OcnError
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.rounds.loop import run_for_ever
from ocn.smart_charging.service.sites.triggers import Bell
from ocn.smart_charging.service.view import CarState


def breaks(world: World, monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """The next rounds of planning raise, so many of them; each is put down."""
    whole, done = Desk.replan, list[int]()

    async def replan(desk: Desk) -> object:
        done.append(len(done))
        if len(done) <= times:
            raise OSError("no space left on device")
        return await whole(desk)

    monkeypatch.setattr(Desk, "replan", replan)
    return done


async def test_round_that_breaks_is_done_again_within_the_slot(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world()
    await world.smart.step()
    breaks(world, monkeypatch, 1)
    await world.pushes(world.session("S1", "E1"))

    with pytest.raises(OSError, match="no space"):
        await world.smart.step()
    assert "a round of planning broke (OSError); it is done again at once" in world.events()
    await world.smart.step()

    assert world.cars()["E1"].state is CarState.CONTROLLED


async def test_round_that_breaks_again_and_again_waits_for_the_next_slot(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world()
    await world.smart.step()
    done = breaks(world, monkeypatch, 4)
    await world.pushes(world.session("S1", "E1"))

    for _ in range(4):
        with pytest.raises(OSError, match="no space"):
            await world.smart.step()
    await world.smart.step()
    assert len(done) == 4
    assert "it is done again with the next slot" in world.events()
    world.clock.forward(15)
    await world.smart.step()

    assert world.cars()["E1"].state is CarState.CONTROLLED


async def test_reading_that_breaks_is_asked_for_again(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world()
    await world.smart.step()
    await world.keeps(world.session("S1", "E1"))
    world.clock.forward(1)
    reader, done = world.smart._parts.reader, list[int]()
    whole = reader.read

    async def read(*args: object) -> bool:
        done.append(1)
        if len(done) == 1:
            raise OSError("no space left on device")
        return await whole(*args)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(reader, "read", read)
    world.smart._parts.triggers.read(CPO)
    with pytest.raises(OSError, match="no space"):
        await world.smart.step()
    await world.smart.step()

    assert world.cars()["E1"].state is CarState.CONTROLLED


async def test_failure_that_goes_on_is_logged_once_until_it_is_over_or_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    full, locked = OSError("disk is full"), OcnError("database is locked")
    outcomes = iter([full, full, locked, locked, None, locked])
    ended, bell = asyncio.Event(), Bell()

    async def step() -> None:
        bell.ring()
        outcome = next(outcomes, ended)
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is ended:
            ended.set()

    running = asyncio.create_task(run_for_ever(step, bell, 0, lambda: 60.0))
    await ended.wait()
    running.cancel()
    assert [each.levelno for each in caplog.records] == [logging.ERROR] * 3
    assert ["disk is full" in (each.exc_text or "") for each in caplog.records] == [True, False, False]
