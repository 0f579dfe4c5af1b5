"""Day-ahead prices as a file that is written, or written anew, while the planner runs."""

import os
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.unit.smart_charging_service.conftest import START, MakeWorld, make_world, site

from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.files import load_site
from ocn.smart_charging.price_file import PriceFile
from ocn.smart_charging.price_reading import EUR_PER_KWH

__all__ = ["make_world"]


def written(file: Path, *eur: str) -> PriceFile:
    """Write a price for every hour, into another file first, as one does who is read meanwhile."""
    hours = [format_datetime(START + timedelta(hours=i)) for i in range(len(eur))]
    rows = "".join(f"{hour},{price}\n" for hour, price in zip(hours, eur, strict=True))
    beside = file.with_suffix(".new")
    beside.write_text(f"start,eur_per_kwh\n{rows}")
    beside.replace(file)
    prices = PriceFile(file, site().zone, EUR_PER_KWH)
    prices.look()
    return prices


async def test_price_file_that_is_written_anew_is_planned_by_without_a_restart(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    file = tmp_path / "prices.csv"
    prices = written(file, "0.10", "0.90", "0.90", "0.90", "0.90")
    world = await make_world(site(evses=1), prices=prices, price_files=(prices,))
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    leaves = format_datetime(START + timedelta(hours=5))
    await world.wants("S1", profile_type="REGULAR", departure_time=leaves, energy_need=8)
    await world.smart.step()
    assert world.points.amps("S1")[0] == 16

    written(file, "0.90", "0.90", "0.10", "0.90", "0.90")
    world.clock.forward(16)
    await world.smart.step()

    assert world.points.amps("S1")[0] == 6  # the least: who has just begun goes on
    assert "prices.csv was read anew: it reaches until" in world.events()


async def test_price_file_that_is_broken_is_told_once_and_leaves_the_prices_of_before(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    file = tmp_path / "prices.csv"
    prices = written(file, "0.10", "0.20")
    world = await make_world(site(evses=1), prices=prices, price_files=(prices,))
    await world.smart.step()
    before = prices.reading

    file.write_text("start,eur_per_kwh\nsoon,0.10\n")
    for _ in range(3):
        world.clock.forward(16)
        await world.smart.step()

    assert world.events().count("what it said before holds") == 1
    assert prices.reading is before


def test_price_file_that_is_gone_is_told_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    prices = written(file, "0.10")
    assert not prices.look()
    file.unlink()
    assert not prices.look()
    assert prices.trouble is not None
    assert prices.trouble.endswith("cannot be read: No such file or directory; what it said before holds")

    written(file, "0.10", "0.20")

    assert prices.look()
    assert prices.trouble is None
    assert prices.reading is not None
    assert prices.reading.series.end == START + timedelta(hours=2)


@pytest.mark.parametrize("before", [None, "start,eur_per_kwh\nsoon,0.10\n"])
async def test_price_file_that_comes_late_is_told_once_shown_and_planned_by_as_soon_as_it_is_there(
    make_world: MakeWorld, tmp_path: Path, before: str | None
) -> None:
    file = tmp_path / "prices.csv"
    if before is not None:
        file.write_text(before)
    text = '[site]\nname = "yard"\n[[fuse]]\nname = "main"\namps = 40\n[[evse]]\nid = "E1"\nfuse = "main"\n'
    (tmp_path / "yard.toml").write_text(f'{text}\n[prices]\nfile = "prices.csv"\n')
    loaded = load_site(tmp_path / "yard.toml")
    assert [fault.message.endswith("planned without prices of the site") for fault in loaded.faults] == [True]
    world = await make_world(loaded.site, prices=loaded.prices, price_files=loaded.price_files)
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    leaves = format_datetime(START + timedelta(hours=5))
    await world.wants("S1", profile_type="REGULAR", departure_time=leaves, energy_need=8)
    for _ in range(3):
        await world.smart.step()
        world.clock.forward(5)
    view = world.smart.view("yard")
    assert view.priced_by == ("no prices, for there are none (1)",)
    assert "planned without prices of the site" in view.price_trouble[0]
    assert world.events().count("planned without prices of the site") == 1

    written(file, "0.90", "0.90", "0.10", "0.90", "0.90")
    await world.smart.step()

    view = world.smart.view("yard")
    assert view.price_trouble == ()
    assert view.priced_by == ("the prices of the site (1)",)
    assert "prices.csv was read anew: it reaches until" in world.events()
    assert world.points.amps("S1")[0] == 6  # the least: who has just begun goes on


@pytest.mark.parametrize(
    ("name", "told"),
    [("a\0b", "no file has such a name"), ("a" * 300, "File name too long"), (".", "Is a directory")],
)
def test_price_file_whose_name_no_file_has_is_trouble(tmp_path: Path, name: str, told: str) -> None:
    prices = PriceFile(tmp_path / name, ZoneInfo("UTC"), EUR_PER_KWH)

    assert not prices.look()

    assert prices.trouble is not None
    assert "cannot be read" in prices.trouble
    assert told in prices.trouble


def test_price_file_that_is_a_pipe_is_trouble_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    prices = PriceFile(tmp_path / "pipe", ZoneInfo("UTC"), EUR_PER_KWH)

    assert not prices.look()

    assert prices.trouble is not None
    assert "it is a pipe" in prices.trouble


def test_price_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_bytes(b"\xef\xbb\xbfstart,eur_per_kwh\n2026-03-02T00:00:00Z,0.1\n")

    assert PriceFile(file, ZoneInfo("UTC"), EUR_PER_KWH).look()
