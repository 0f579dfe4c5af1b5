"""A limit feed as a file: what of it is believed, and what holds once it is silent."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.smart_charging_service.conftest import START, MakeWorld, make_world, site
from tests.unit.smart_charging_service.slow_solver import IMPATIENT, SlowSolver, solver, until

from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.service.heard.feed_file import read_feed
from ocn.smart_charging.site.model import SiteFeed

__all__ = ["make_world", "solver"]

HOUR = timedelta(hours=1)


async def test_feed_that_is_silent_leaves_its_fallback(make_world: MakeWorld, tmp_path: Path) -> None:
    fed = replace(site(evses=1), feed=SiteFeed("limits.json", timedelta(minutes=20), amps=Decimal(10)))
    file = tmp_path / "limits.json"
    file.write_text(f'{{"told": "{format_datetime(START)}", "limits": []}}')
    world = await make_world(fed, feed_file=file)
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    assert world.points.amps("S1")[0] == 16
    world.clock.forward(30)
    await world.smart.step()
    assert world.points.amps("S1")[0] == 10
    assert "fallback" in world.events()
    file.write_text("{")
    world.clock.forward(15)
    await world.smart.step()
    assert "is no JSON" in world.events()
    assert world.points.amps("S1")[0] == 10


async def test_feed_that_cannot_be_read_says_what_holds_since_and_until_when_and_what_to_do(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    fed = replace(site(evses=1), feed=SiteFeed("limits.json", timedelta(minutes=20), amps=Decimal(10)))
    file = tmp_path / "limits.json"
    world = await make_world(fed, feed_file=file)
    await world.smart.step()
    fallback = "its fallback holds, at most 10 A on each phase instead of 40 A at the top"
    assert f"{fallback}, since the start. Have the file written anew, whole." in world.events()
    for _ in range(2):
        file.write_text(f'{{"told": "{format_datetime(world.clock())}", "limits": []}}')
        await world.smart.step()
        file.write_text("{")
        await world.smart.step()
        world.clock.forward(21)
        await world.smart.step()
    first = world.events().split("can be read again")[-2]
    assert f"what it said last holds until Mon 02.03. 09:20, then {fallback}. Have" in first
    assert (
        f"is no JSON: Expecting property name enclosed in double quotes: {fallback}, since Mon 02.03. 09:20"
        in first
    )
    assert f"the limit feed is silent: {fallback}, since Mon 02.03. 09:20" in first
    assert world.events().count("the limit feed is heard again: its fallback holds no more") == 2


async def test_feed_that_lowers_raises_and_lowers_again_says_so_each_time(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    fed = replace(site(evses=1), feed=SiteFeed("limits.json", timedelta(minutes=20), amps=Decimal(10)))
    file = tmp_path / "limits.json"
    world = await make_world(fed, feed_file=file)
    low = f'{{"from": "{format_datetime(START)}", "until": "{format_datetime(START + HOUR)}", "amps": 7}}'
    for limits in (low, "", low):
        world.clock.forward(1)
        file.write_text(f'{{"told": "{format_datetime(world.clock())}", "limits": [{limits}]}}')
        await world.smart.step()
    lines = [line for line in world.events().splitlines() if "at most 7 A on each phase" in line]
    assert [line.startswith("taken back: feed: at most") for line in lines] == [False, True, False]


async def test_feed_that_falls_silent_within_a_slot_leaves_its_fallback_at_once(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    fed = replace(site(evses=1), feed=SiteFeed("limits.json", timedelta(minutes=20), amps=Decimal(10)))
    file = tmp_path / "limits.json"
    file.write_text(f'{{"told": "{format_datetime(START)}", "limits": []}}')
    world = await make_world(fed, feed_file=file)
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    world.clock.forward(16)
    await world.smart.step()
    assert world.points.amps("S1")[0] == 16

    world.clock.forward(5)
    await world.smart.step()

    assert world.points.amps("S1")[0] == 10


async def test_limit_that_is_fed_while_a_solver_hangs_is_kept(
    make_world: MakeWorld, tmp_path: Path, solver: SlowSolver
) -> None:
    fed = replace(site(evses=1), feed=SiteFeed("limits.json", timedelta(minutes=20), amps=Decimal(10)))
    file = tmp_path / "limits.json"
    file.write_text(f'{{"told": "{format_datetime(START)}", "limits": []}}')
    world = await make_world(fed, feed_file=file, settings=IMPATIENT)
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    async with world.smart.running(world.planner.client):
        await until(lambda: world.smart._parts.desks["yard"].last_read)
        solver.may_go.clear()
        asked = solver.asked
        world.smart._parts.triggers.plan("yard")
        await until(lambda: solver.asked > asked)
        from_until = f'"from": "{format_datetime(START)}", "until": "{format_datetime(START + HOUR)}"'
        file.write_text(f'{{"told": "{format_datetime(START)}", "limits": [{{{from_until}, "amps": 7}}]}}')
        await until(lambda: world.points.amps("S1")[0] == 7)
        solver.may_go.set()


FEED = '{{"told": "2026-03-02T08:00:00Z", "limits": [{}]}}'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "does not say when"),
        ('{"told": 5}', "does not say when"),
        ("[" * 100_000, "is no JSON"),
        (FEED.format("5"), "limits[0]"),
        (FEED.format('{"from": "soon", "until": "2026-03-02T08:00:00Z"}'), "from and until"),
        (FEED.format('{"kilowatts": 5}'), "limits[0]"),
        (FEED.format('{"from": "2026-03-02T08:00:00Z", "until": "2026-03-02T09:00:00Z"}'), "how low"),
        (
            FEED.format('{"from": "2026-03-02T08:00:00Z", "until": "2026-03-02T09:00:00Z", "kw": 1e999999}'),
            "kw",
        ),
        (
            FEED.format('{"from": "2026-03-02T08:00:00Z", "until": "2026-03-02T09:00:00Z", "fuse": []}'),
            "fuse",
        ),
    ],
)
def test_feed_that_cannot_be_meant_is_refused_whole(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "limits.json"
    file.write_text(content)
    with pytest.raises(EventUnusable) as caught:
        read_feed(file, site())
    assert said in caught.value.message


def test_feed_of_a_name_that_would_steer_a_terminal_is_told_with_it_written_out(tmp_path: Path) -> None:
    file = tmp_path / "\x1b[31m\u202e.json"
    file.write_text("{")
    with pytest.raises(EventUnusable, match=r"\\x1b\[31m\\u202e\.json, line 1"):
        read_feed(file, site())
