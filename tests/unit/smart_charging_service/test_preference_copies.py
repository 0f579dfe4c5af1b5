"""Copies of preferences that stop: nothing lists preferences, so only the habit of an eMSP shows it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.smart_charging_service.conftest import MakeWorld, World

from ocn.party import MemoryStorage
from ocn.smart_charging.service.known.habits import Habit, habit_from_json
from ocn.smart_charging.service.view import EventKind, Source

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
STOPPED, AGAIN = "no charging preferences came with the last", "charging preferences of NL MSP come again"


async def comes(world: World, number: int, *, wants: bool) -> None:
    """A car comes, with or without preferences, is looked at, and leaves."""
    name = f"S{number}"
    await world.pushes(world.session(name, "E1"))
    if wants:
        await world.wants(name, energy_need=20)
    world.clock.forward(16)
    await world.smart.step()
    await world.patches(name, status="COMPLETED")
    world.clock.forward(1)


def lines(world: World, about: str) -> list[tuple[EventKind, str]]:
    return [(each.kind, each.line) for each in world.smart.view("yard").events if about in each.line]


async def test_preferences_that_stop_are_told_once_and_what_is_needed_is_assumed(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    await world.smart.step()
    for number in range(6):
        await comes(world, number, wants=True)
    for number in range(6, 9):
        await comes(world, number, wants=False)
    assert lines(world, STOPPED) == []  # three may be by chance
    for number in range(9, 12):
        await comes(world, number, wants=False)

    ((kind, line),) = lines(world, STOPPED)
    assert kind is EventKind.WARNING
    assert line.startswith(f"{STOPPED} 4 sessions of NL MSP, though 6 of 6 before had some")
    assert "FORWARD_MODULE_SESSIONS_SENDER (5)" in line
    await world.pushes(world.session("NOW", "E1"))
    await world.smart.step()
    assert world.cars()["E1"].need_from is not Source.DRIVER

    await comes(world, 20, wants=True)
    assert [kind for kind, _ in lines(world, AGAIN)] == [EventKind.TOLD]


async def test_emsp_that_seldom_sends_preferences_is_not_missed(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    for number in range(12):
        await comes(world, number, wants=number in (0, 3))

    assert lines(world, STOPPED) == []


async def test_habit_outlives_a_restart_and_no_session_counts_twice(make_world: MakeWorld) -> None:
    storage = MemoryStorage()
    before = await make_world(storage=storage)
    await before.smart.step()
    for number in range(6):
        await comes(before, number, wants=True)
    await before.pushes(before.session("LONG", "E2"))
    before.clock.forward(16)
    await before.smart.step()

    async def restarted() -> World:
        await storage.forget_registration()
        world = await make_world(storage=storage)
        before.clock.forward(6)
        world.clock.time = before.clock.time
        await world.smart.step()
        return world

    for _ in range(4):
        assert lines(await restarted(), STOPPED) == []  # one stands there without, again and again
    after = await restarted()
    for number in range(6, 9):
        await comes(after, number, wants=False)
    assert len(lines(after, STOPPED)) == 1


@given(st.lists(st.booleans(), max_size=60))
def test_habit_written_and_read_is_the_same_and_is_missed_only_in_a_row(sessions: list[bool]) -> None:
    habit = Habit(BEGIN)
    for had in sessions:
        habit = habit.with_session(BEGIN, had)

    assert habit_from_json(habit.as_json()) == habit
    assert not habit.is_missed or not any(sessions[-3:])
    assert len(habit.past) <= 20


@pytest.mark.parametrize(("before", "without"), [("+" * 20, 3), ("+" * 5, 4), ("+-" * 10, 10)])
def test_habit_is_missed_when_so_many_without_are_hardly_by_chance(before: str, without: int) -> None:
    habit = habit_from_json({"last_updated": "2026-03-02T08:00:00Z", "past": before, "without": without})
    assert habit.is_missed
    fewer = habit_from_json({"last_updated": "2026-03-02T08:00:00Z", "past": before, "without": without - 1})
    assert not fewer.is_missed
