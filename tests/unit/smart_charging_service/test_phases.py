"""On how many phases a car charges is believed until a reading speaks against it."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import EVSE, START, MakeWorld, World, site
from tests.unit.smart_charging_service.slow_solver import until

from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.service.heard.grid_events import GridEvent

SLOT = 15
"""Minutes."""
KWH = 0.23 * SLOT / 60
"""Of one ampere on one phase in a slot."""
ON_L2 = '\n[[evse]]\nid = "E2"\nfuse = "main"\nphases = ["L2"]\n'


def told(world: World, kwh: float, **dimensions: float) -> dict[str, Any]:
    """Members of a PATCH: the meter, and what a period says that began with the slot that ends now."""
    said = [{"type": name, "volume": Decimal(str(round(of, 3)))} for name, of in dimensions.items()]
    begin = format_datetime(world.clock() - timedelta(minutes=SLOT - 0.1))
    periods = {"charging_periods": [{"start_date_time": begin, "dimensions": said}]} if said else {}
    return {"kwh": Decimal(str(round(kwh, 3))), **periods}


async def goes_on(world: World, kwh: float) -> float:
    """A slot passes in which S1 draws all it may on one phase; return what its meter shows then."""
    amps = world.points.amps("S1")[0]
    world.clock.forward(SLOT)
    kwh += amps * KWH
    await world.patches("S1", **told(world, kwh, POWER=0.23 * amps, CURRENT=amps))
    return kwh


async def at_two_limits(world: World, kwh: float) -> float:
    """S1 shows that it charges on one phase; return what its meter shows then."""
    world.smart.announce("yard", GridEvent(START, START + timedelta(days=1), amps=Decimal(10)))
    await world.smart.step()
    kwh = await goes_on(world, kwh)
    world.smart.withdraw("yard")
    await world.smart.step()
    kwh = await goes_on(world, kwh)
    await world.smart.step()
    return kwh


async def with_one_phase_car(make_world: MakeWorld) -> tuple[World, float]:
    """Return a site where a car is left to have all of L2, for another was seen to draw on L1 alone."""
    world = await make_world(site(evses=1, amps=16, more=ON_L2 + EVSE.format(name="E3")))
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    kwh = await at_two_limits(world, 0)
    await world.pushes(world.session("S2", "E2"))
    for name in ("S1", "S2"):
        leaves = format_datetime(world.clock() + timedelta(hours=9))
        await world.wants(name, profile_type="FAST", departure_time=leaves, energy_need=90)
    await world.smart.step()
    assert on_l2(world) == 32
    return world, kwh


def on_l2(world: World) -> float:
    """What both may draw there, if the first draws on three phases."""
    return world.points.amps("S1")[0] + world.points.amps("S2")[0]


@pytest.mark.parametrize(
    "readings",
    [
        {"POWER": 11.04, "CURRENT": 16},
        {"POWER": 11.04, "CURRENT": 48},
        {"POWER": 9.2, "CURRENT": 16},
        {"POWER": 11.04},
        {"POWER": 3.956, "CURRENT": 17.2},
        {},
    ],
    ids=["each phase", "all phases together", "unbalanced", "power alone", "two weak phases", "meter alone"],
)
async def test_car_on_one_phase_that_draws_on_more_leaves_its_other_phases_to_nobody(
    make_world: MakeWorld, readings: dict[str, float]
) -> None:
    world, kwh = await with_one_phase_car(make_world)
    world.clock.forward(SLOT)
    await world.patches("S1", **told(world, kwh + 48 * KWH, **readings))
    await world.smart.step()
    assert on_l2(world) <= 16


async def test_reading_of_more_phases_has_the_site_planned_anew_though_its_period_began_before_the_slot(
    make_world: MakeWorld,
) -> None:
    world, kwh = await with_one_phase_car(make_world)
    world.clock.forward(SLOT)
    await world.smart.step()
    world.clock.forward(0.1)
    await world.patches("S1", **told(world, kwh + 16 * KWH, POWER=11.04, CURRENT=16))
    await world.smart.step()
    assert on_l2(world) <= 16


async def test_reading_of_more_phases_waits_for_no_result(make_world: MakeWorld) -> None:
    world, kwh = await with_one_phase_car(make_world)
    world.points.done.clear()
    world.clock.forward(SLOT)
    await world.pushes(world.session("S3", "E3"))
    step = asyncio.create_task(world.smart.step())
    await until(lambda: world.points.set[-1][0] == "S3")

    world.clock.forward(0.1)
    await world.patches("S1", **told(world, kwh + 48 * KWH, POWER=11.04, CURRENT=16))
    await until(step.done)

    step = asyncio.create_task(world.smart.step())
    await until(lambda: on_l2(world) <= 16)
    world.points.done.set()
    await step


async def test_car_that_once_drew_on_more_phases_is_not_believed_again_to_leave_them(
    make_world: MakeWorld,
) -> None:
    world, kwh = await with_one_phase_car(make_world)
    world.clock.forward(SLOT)
    kwh += 48 * KWH
    await world.patches("S1", **told(world, kwh, POWER=11.04, CURRENT=16))
    await world.patches("S2", status="COMPLETED")
    await at_two_limits(world, kwh)
    await world.pushes(world.session("S2", "E2", id="S3"))
    await world.smart.step()
    assert world.points.amps("S1")[0] + world.points.amps("S3")[0] <= 16


async def test_session_that_goes_on_at_another_evse_is_learned_anew(make_world: MakeWorld) -> None:
    world, _ = await with_one_phase_car(make_world)
    world.clock.forward(1)
    await world.patches("S1", evse_uid="E3")
    await world.smart.step()
    assert on_l2(world) <= 16


async def test_current_of_next_to_nothing_says_nothing_of_phases(make_world: MakeWorld) -> None:
    world, kwh = await with_one_phase_car(make_world)
    world.clock.forward(SLOT)
    dimensions = [
        {"type": "POWER", "volume": Decimal("3.68")},
        {"type": "CURRENT", "volume": Decimal("1e-400")},
    ]
    periods = [{"start_date_time": format_datetime(world.clock()), "dimensions": dimensions}]
    await world.patches("S1", **told(world, kwh + 16 * KWH), charging_periods=periods)
    await world.smart.step()
    assert on_l2(world) == 32


async def test_paused_car_whose_meter_shows_a_trickle_is_still_believed(make_world: MakeWorld) -> None:
    world, kwh = await with_one_phase_car(make_world)
    world.smart.announce("yard", GridEvent(START, START + timedelta(days=1), amps=Decimal(0)))
    await world.smart.step()
    world.clock.forward(SLOT)
    await world.patches("S1", **told(world, kwh, POWER=0.02, CURRENT=0.1))
    world.smart.withdraw("yard")
    await world.smart.step()
    assert on_l2(world) == 32


async def test_car_that_idles_on_one_phase_leaves_the_others_to_nobody_until_it_charges(
    make_world: MakeWorld,
) -> None:
    world = await make_world(site(evses=1, amps=16, more=ON_L2 + EVSE.format(name="E3")))
    await world.smart.step()
    for name, evse in (("S0", "E3"), ("S9", "E3")):  # this CPO means the current on each phase
        await world.pushes(world.session(name, evse))
        await world.smart.step()
        world.clock.forward(SLOT)
        await world.patches(name, **told(world, 48 * KWH, POWER=11.04, CURRENT=16))
        await world.smart.step()
        await world.patches(name, status="COMPLETED")
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    world.clock.forward(SLOT)
    await world.patches("S1", **told(world, 0.6 * KWH, POWER=0.138, CURRENT=0.6))
    await world.pushes(world.session("S2", "E2"))
    await world.smart.step()
    assert on_l2(world) <= 16
