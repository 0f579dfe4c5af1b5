"""Copies that stop are missed: what only a reading brings says that they did."""

import logging

import pytest
from tests.unit.smart_charging_service.conftest import CPO, MakeWorld, World

from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.service.view import EventKind

STOPPED, AGAIN = "no copy of a session of DE CPO came", "copies of sessions come again"


async def changes(world: World, *names: str) -> None:
    """Sessions change, and nobody copies it; then they are read."""
    world.clock.forward(1)
    for name in names:
        stored = await world.cpo_storage.get("sessions", CPO, name)
        assert stored is not None
        stored |= {"kwh": stored["kwh"] + 1, "last_updated": format_datetime(world.clock())}
        await world.keeps(stored)
    world.clock.forward(6)
    await world.smart.step()


async def test_copies_that_stop_are_told_on_the_page_and_in_the_log(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.patches("S1", kwh=1)
    await world.smart.step()

    for _ in range(2):
        await changes(world, "S1")
    assert STOPPED not in world.events()  # a copy or two may be lost
    with caplog.at_level(logging.WARNING, "ocn.smart_charging"):
        await changes(world, "S1")

    (event,) = [each for each in world.smart.view("yard").events if STOPPED in each.line]
    assert event.kind is EventKind.WARNING
    assert "since Mon 02.03. 09:00" in event.line
    assert "FORWARD_MODULE_SESSIONS_RECEIVER (6)" in event.line
    assert STOPPED in caplog.text

    await world.patches("S1", kwh=9)
    assert AGAIN in world.events()


async def test_copies_that_never_came_are_told_once(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    world.clock.forward(1)
    for name, evse in (("S1", "E1"), ("S2", "E2"), ("S3", "E3")):
        await world.keeps(world.session(name, evse))
    await changes(world)
    await changes(world)

    lines = [each.line for each in world.smart.view("yard").events if STOPPED in each.line]
    assert len(lines) == 1
    assert "since the start" in lines[0]


async def test_readings_of_a_cpo_that_pushes_none_are_not_missed(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    for _ in range(5):
        await changes(world, "S1")
    assert STOPPED not in world.events()

    for name, evse in (
        ("S2", "E2"),
        ("S3", "E3"),
    ):  # who begins and who ends is pushed by all
        world.clock.forward(1)
        await world.keeps(world.session(name, evse))
    stored = await world.cpo_storage.get("sessions", CPO, "S1")
    assert stored is not None
    await world.keeps(stored | {"status": "COMPLETED"})
    await changes(world, "S1")
    assert STOPPED in world.events()


async def test_copies_that_come_are_not_missed(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.keeps(world.session("BEFORE", "E2"))  # told before anybody was hired: it is read
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    for _ in range(5):
        world.clock.forward(6)
        await world.patches("S1", kwh=1)
        await world.smart.step()
    for _ in range(5):  # what has just changed may be copied yet
        world.clock.forward(6)
        await world.keeps(world.session("BEFORE", "E2", kwh=3))
        await world.smart.step()

    assert STOPPED not in world.events()
    assert AGAIN not in world.events()
