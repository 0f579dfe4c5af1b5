"""Results that come when the planner that asked for them is gone: another has begun with what it stored."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import (
    CPO,
    CPO_URL,
    PLANNER,
    PLANNER_URL,
    MakeWorld,
    World,
    site,
)

from ocn.party import Party, PartyRole
from ocn.party.errors import RequestFailed
from ocn.smart_charging.service.sites.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.smart_charging import SmartCharging
from ocn.smart_charging.service.view import CarState


async def killed_before_the_result(world: World) -> None:
    """A car comes; the planner asks for its profile, and dies before it knows what became of that."""
    await world.smart.step()
    world.points.done.clear()
    await world.pushes(world.session("S1", "E1"))
    stepping = asyncio.create_task(world.smart.step())
    while not any(b'"ticket":"' in text and b'"ticket":""' not in text for text in stored(world)):
        await asyncio.sleep(0)
    stepping.cancel()
    await asyncio.wait([stepping])


def stored(world: World) -> list[bytes]:
    objects = world.storage._objects
    return [text for (kind, _, _), text in objects.items() if kind == "ocn-smart-standings"]


@asynccontextmanager
async def begun_again(world: World) -> AsyncIterator[SmartCharging]:
    """A planner that is there in place of the one that died."""
    smart = SmartCharging(
        [ServedSite(site(), CPO, "LOC1")],
        world.storage,
        secret=b"secret",
        now=world.clock,
        settings=ServiceSettings(plan_by_cpo_clock=False),
    )
    party = Party(
        roles=[PartyRole.of(str(PLANNER), "SCSP")],
        node_url=CPO_URL,
        public_url=PLANNER_URL,
        storage=world.storage,
        handlers=smart.handlers,
        modules=smart.modules,
        serve=False,
        transport=world.network,
    )
    world.network.add(PLANNER_URL, party)
    async with party, smart.running(party.client, by_hand=True):
        yield smart


async def result_came(world: World) -> None:
    """The CPO posts it."""
    world.points.done.set()
    while not any(b'"in_force":{' in text for text in stored(world)):
        await asyncio.sleep(0)


@pytest.mark.parametrize("steps", [0, 1])
async def test_result_that_comes_after_a_restart_counts_and_nothing_is_asked_again(
    make_world: MakeWorld, steps: int
) -> None:
    world = await make_world()
    await killed_before_the_result(world)

    async with begun_again(world) as smart:
        for _ in range(steps):  # before everything was read again, and after it
            await smart.step()
        await result_came(world)
        world.clock.forward(0.1)
        await smart.step()
        assert smart.view("yard").last_plan == world.clock()

        assert [name for name, _ in world.points.set] == ["S1"]
        assert [car.state for car in smart.view("yard").cars] == [CarState.CONTROLLED]
        (kept,) = smart._parts.memory.profiles["DECPO/s1"]
        assert kept["profile"]["charging_profile_period"][0]["limit"] == 16


async def test_result_that_does_not_come_after_a_restart_is_asked_for_again(make_world: MakeWorld) -> None:
    world = await make_world()
    await killed_before_the_result(world)

    async with begun_again(world) as smart:
        await smart.step()
        assert [name for name, _ in world.points.set] == ["S1"]
        world.clock.forward(1)
        stepping = asyncio.create_task(smart.step())
        while len(world.points.set) < 2:
            await asyncio.sleep(0)
        world.points.done.set()
        await stepping

        assert [car.state for car in smart.view("yard").cars] == [CarState.CONTROLLED]


async def test_result_of_a_profile_that_nobody_sent_is_refused(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    url = f"{PLANNER_URL}/ocpi/2.2.1/sender/chargingprofiles/result/made-up"
    results: list[Any] = [{"result": "ACCEPTED"}, {"result": 5}]
    for result in results:
        with pytest.raises(RequestFailed, match="no profile was sent"):
            await world.cpo.client.to(PLANNER).post_result(url, result)
