"""Day-ahead prices as a file that is written anew while the planner runs."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.smart_charging_service.conftest import START, MakeWorld, make_world, site

from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.errors import PricesUnreadable
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
    return PriceFile(file, site().zone, EUR_PER_KWH)


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
    assert not prices.look_again()
    file.unlink()
    with pytest.raises(PricesUnreadable, match="cannot be read"):
        prices.look_again()
    assert not prices.look_again()

    written(file, "0.10", "0.20")

    assert prices.look_again()
    assert prices.reading.series.end == START + timedelta(hours=2)
