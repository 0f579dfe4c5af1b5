"""Whatever is said of one car, the rest of the site goes on being planned."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.unit.smart_charging_service.conftest import START, MakeWorld, make_world, site

from ocn.ocpi.timestamps import format_datetime

__all__ = ["make_world"]

TOO_LITTLE_FOR_A_FLOAT = [
    {"type": "POWER", "volume": Decimal(4)},
    {"type": "CURRENT", "volume": Decimal("1e-999999")},
]


@pytest.mark.parametrize(
    ("zone", "nonsense"),
    [
        ("America/New_York", {"start_date_time": "0001-01-01T00:00:00Z"}),
        ("Pacific/Kiritimati", {"start_date_time": "9999-12-31T23:59:59Z", "status": "PENDING"}),
        (
            "Europe/Berlin",
            {
                "charging_periods": [
                    {"start_date_time": format_datetime(START), "dimensions": TOO_LITTLE_FOR_A_FLOAT}
                ],
                "last_updated": format_datetime(START + timedelta(minutes=5)),
            },
        ),
    ],
)
async def test_session_that_makes_no_sense_does_not_keep_others_from_being_planned(
    make_world: MakeWorld, zone: str, nonsense: dict[str, Any]
) -> None:
    world = await make_world(replace(site(), zone=ZoneInfo(zone)))
    await world.smart.step()
    await world.pushes(world.session("S9", "E2", **nonsense))
    await world.pushes(world.session("S1", "E1"))

    await world.smart.step()

    assert world.points.amps("S1")[0] == 16


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (START, "9999-12-31T23:59:59Z"),
        (START, "2999-12-31T23:59:59Z"),
        (START.replace(year=1970), format_datetime(START)),
    ],
)
async def test_sessions_of_many_years_let_nobody_expect_such_stays(
    make_world: MakeWorld, begin: datetime, end: str
) -> None:
    world = await make_world()
    await world.smart.step()
    for name in ("A", "B", "C"):
        ended = {"status": "COMPLETED", "start_date_time": format_datetime(begin), "end_date_time": end}
        await world.pushes(world.session(name, "E2", kwh=9, **ended))
    await world.pushes(world.session("S1", "E1"))

    await world.smart.step()

    departure = world.cars()["E1"].departure
    assert departure is not None
    assert departure < START + timedelta(days=1)
    assert world.points.amps("S1")[0] == 16


async def test_cpo_that_writes_local_time_for_utc_is_told_of_once_for_each_session(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    await world.smart.step()
    for minute in range(10):
        world.clock.forward(1)
        later = format_datetime(world.clock() + timedelta(hours=2))
        await world.pushes(world.session("S1", "E1", kwh=minute, last_updated=later, end_date_time=later))
    told = [line for line in world.events().splitlines() if "ahead" in line]
    assert [line.split(": ", 1)[1] for line in told] == [
        "end_date_time is 2 h ahead; left out",
        "last_updated is 2 h ahead; taken for now",
    ]


async def test_evse_of_a_name_that_would_turn_the_writing_is_shown_with_it_written_out(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S9", "E2\u202e\x1b"))
    await world.smart.step()

    assert r"E2\u202e\x1b" in world.cars()
