"""Limits by OSCP, from the message to the charge point; and who is not listened to."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.smart_charging_page.made import Asking
from tests.unit.smart_charging_service.conftest import CPO, START, MakeWorld, World, make_world, site
from tests.unit.smart_charging_service.slow_solver import IMPATIENT, SlowSolver, solver, solving, until

from ocn.errors import ConfigurationError
from ocn.ocpi.timestamps import format_datetime
from ocn.party import MemoryStorage
from ocn.smart_charging.oscp.application import oscp_app
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.service.smart_charging import SmartCharging
from ocn.smart_charging.site.model import Site, SiteFeed

__all__ = ["make_world", "solver"]

TOKEN = "a-token-that-nobody-guesses"
FORECAST, HEARTBEAT = "/fp/2.0/update_group_capacity_forecast", "/fp/2.0/heartbeat"
HOUR = timedelta(hours=1)
Post = Callable[..., Awaitable[int]]


def fed() -> Site:
    feed = SiteFeed(None, timedelta(minutes=60), amps=Decimal(10), oscp_group="yard-group")
    return replace(site(evses=1), feed=feed)


def poster(world: World, token: str = TOKEN) -> Post:
    app, ask = oscp_app(world.smart.grid_operator, TOKEN), Asking()

    async def post(path: str, **members: Any) -> int:
        headers = {"authorization": f"Token {token}"}
        answer = await ask(app, path, method="POST", body=json.dumps(members).encode(), headers=headers)
        return int(answer.status)

    return post


def forecast(
    amps: float, begin: datetime, until: datetime, kind: str = "CONSUMPTION", group: str = "yard-group"
) -> dict[str, Any]:
    block = {
        "capacity": amps,
        "phase": "ALL",
        "unit": "A",
        "start_time": format_datetime(begin),
        "end_time": format_datetime(until),
    }
    return {"group_id": group, "type": kind, "forecasted_blocks": [block]}


async def charging(make_world: MakeWorld, **more: Any) -> World:
    world = await make_world(fed(), **more)
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    return world


async def test_forecast_is_kept_to_and_a_newer_one_replaces_it(make_world: MakeWorld) -> None:
    world = await charging(make_world)
    post = poster(world)

    assert await post(FORECAST, **forecast(8, START, START + HOUR)) == 204
    await world.smart.step()
    assert world.points.amps("S1")[0] == 8
    assert "grid operator: at most 8 A on each phase instead of 40 A at the top" in world.events()
    assert await post(FORECAST, **forecast(12, START, START + HOUR)) == 204
    await world.smart.step()
    assert world.points.amps("S1")[0] == 12


async def test_capacity_provider_that_falls_silent_leaves_the_fallback_until_it_is_there_again(
    make_world: MakeWorld,
) -> None:
    world = await charging(make_world)
    post = poster(world)
    await post(FORECAST, **forecast(16, START, START + 9 * HOUR))
    await post(FORECAST, **forecast(7, START, START + 9 * HOUR, "FALLBACK_CONSUMPTION"))
    assert await post(HEARTBEAT, offline_mode_at=format_datetime(START + HOUR / 6)) == 204
    await world.smart.step()
    assert world.points.amps("S1")[0] == 16

    world.clock.forward(11)
    await world.smart.step()
    assert world.points.amps("S1")[0] == 7  # the lower of its own word and the site file's 10 A
    assert "its fallback holds" in world.events()
    await post(HEARTBEAT, offline_mode_at=format_datetime(START + HOUR))
    await world.smart.step()
    assert world.points.amps("S1")[0] == 16
    await post(HEARTBEAT)
    world.clock.forward(61)
    await world.smart.step()
    assert world.points.amps("S1")[0] == 7  # by silent_after_minutes, where it does not say until when


@pytest.mark.parametrize("kind", ["CONSUMPTION", "FALLBACK_CONSUMPTION"])
async def test_forecast_that_comes_while_a_solver_hangs_is_kept(
    make_world: MakeWorld, solver: SlowSolver, kind: str
) -> None:
    world = await charging(make_world, settings=IMPATIENT)
    await world.smart.step()
    assert world.points.amps("S1")[0] == 10  # its fallback, before any forecast

    step = await solving(world, solver)
    await poster(world)(FORECAST, **forecast(7, START, START + HOUR, kind))
    await until(lambda: world.points.amps("S1")[0] == 7)

    assert not step.done()
    solver.may_go.set()
    await step


async def test_fallback_holds_until_a_forecast_comes_whatever_heartbeats_say(
    make_world: MakeWorld,
) -> None:
    world = await charging(make_world)

    await poster(world)(HEARTBEAT, offline_mode_at=format_datetime(START + 9 * HOUR))
    await world.smart.step()

    assert world.points.amps("S1")[0] == 10


async def test_forecast_outlives_a_restart_and_waits_for_a_heartbeat(make_world: MakeWorld) -> None:
    storage = MemoryStorage()
    before = await charging(make_world, storage=storage)
    await poster(before)(FORECAST, **forecast(14, START, START + 9 * HOUR))
    await before.smart.step()
    await storage.forget_registration()

    after = await make_world(fed(), storage=storage)
    await after.keeps(before.session("S1", "E1"))
    await after.smart.step()
    assert after.points.amps("S1")[0] == 10
    await poster(after)(HEARTBEAT)
    await after.smart.step()
    assert after.points.amps("S1")[0] == 14


async def test_power_of_one_phase_holds_on_each(make_world: MakeWorld) -> None:
    world = await charging(make_world)
    told = forecast(1.84, START, START + HOUR)
    told["forecasted_blocks"][0] |= {"unit": "KW", "phase": "TWO"}

    assert await poster(world)(FORECAST, **told) == 204
    await world.smart.step()

    assert world.points.amps("S1")[0] == 8


async def test_forecast_of_what_is_generated_changes_nothing(make_world: MakeWorld) -> None:
    world = await charging(make_world)

    assert await poster(world)(FORECAST, **forecast(0, START, START + HOUR, "GENERATION")) == 204
    await world.smart.step()

    assert world.points.amps("S1")[0] == 10


@pytest.mark.parametrize("token", ["", "another-token-of-some-length", TOKEN + "x", "tökén"])
@pytest.mark.parametrize("path", [FORECAST, HEARTBEAT])
async def test_stranger_without_the_token_is_refused(make_world: MakeWorld, path: str, token: str) -> None:
    world = await make_world(fed())

    assert await poster(world, token)(path, **forecast(0, START, START + HOUR)) == 401
    assert "grid operator" not in world.events()


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (forecast(8, START, START + HOUR, group="another"), 404),
        (forecast(8, START, START - HOUR), 400),
        (forecast(8, START, START + 24 * 15 * HOUR), 400),
        (forecast(-8, START, START + HOUR), 400),
        ({"group_id": "yard-group"}, 400),
        ({"group_id": "x" * 400_000}, 413),
    ],
)
async def test_forecast_that_cannot_be_meant_is_refused_and_nothing_of_it_holds(
    make_world: MakeWorld, told: dict[str, Any], status: int
) -> None:
    world = await charging(make_world)
    post = poster(world)
    await post(FORECAST, **forecast(12, START, START + HOUR))

    assert await post(FORECAST, **told) == status
    await world.smart.step()

    assert world.points.amps("S1")[0] == 12


async def test_heartbeat_that_cannot_be_meant_is_refused(make_world: MakeWorld) -> None:
    world = await make_world(fed())

    assert await poster(world)(HEARTBEAT, offline_mode_at=5) == 400


def test_token_that_is_empty_is_refused() -> None:
    with pytest.raises(ValueError, match="empty token"):
        oscp_app(SmartCharging([], MemoryStorage()).grid_operator, "")


def test_two_sites_of_one_group_are_refused() -> None:
    sites = [ServedSite(fed(), CPO, "LOC1"), ServedSite(replace(fed(), name="other"), CPO, "LOC2")]

    with pytest.raises(ConfigurationError, match="same oscp_group"):
        SmartCharging(sites, MemoryStorage())
