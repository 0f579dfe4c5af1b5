"""The highest power that is billed: it begins anew with its period, and not with the planner."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from tests.unit.smart_charging_service.conftest import CPO, START, MakeWorld, World, site

from ocn.ocpi.timestamps import format_datetime
from ocn.party import MemoryStorage
from ocn.smart_charging.service.known.stays import Reading, Stay
from ocn.smart_charging.service.rounds.peak import Peak
from ocn.smart_charging.site.model import PeakPeriod
from ocn.smart_charging.site.reading import read_site

BERLIN, SLOT = ZoneInfo("Europe/Berlin"), timedelta(minutes=15)
WITH_PEAK = site(more="[prices]\neur_per_kwh = 0.3\npeak_eur_per_kw = 5\n")


def drawing(kw: Sequence[float], begin: datetime = START) -> list[Stay]:
    """A car that drew so much in each slot."""
    readings, kwh = [Reading(begin, Decimal(0))], Decimal(0)
    for i, each in enumerate(kw, 1):
        kwh += Decimal(str(each)) / 4
        readings.append(Reading(begin + i * SLOT, kwh))
    last = readings[-1]
    return [Stay(CPO, "S1", "LOC1", "E1", "ACTIVE", begin, last.at, last.kwh, readings=tuple(readings))]


async def told_peak_kw(world: World) -> float:
    draft = world.smart._parts.desks["yard"].draft
    assert draft is not None
    return draft.peak_so_far_kw


async def charged(world: World) -> None:
    """A car draws 8 kW for a slot, which then is over."""
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    world.clock.forward(15)
    await world.patches("S1", kwh=2)
    await world.smart.step()


async def test_peak_outlives_the_planner(make_world: MakeWorld) -> None:
    storage = MemoryStorage()
    before = await make_world(WITH_PEAK, storage=storage)
    await charged(before)
    assert await told_peak_kw(before) == 8
    await before.patches("S1", status="COMPLETED", end_date_time=format_datetime(before.clock()))
    before.clock.forward(24 * 60)
    await before.smart.step()
    await storage.forget_registration()

    after = await make_world(WITH_PEAK, storage=storage)
    after.clock.forward(48 * 60)
    await after.smart.step()

    assert await told_peak_kw(after) == 8


async def test_peak_of_a_slot_counts_when_the_next_is_planned_and_late_readings_after(
    make_world: MakeWorld,
) -> None:
    world = await make_world(WITH_PEAK)
    await charged(world)
    world.clock.forward(30)
    await world.smart.step()  # nothing was read of these two slots
    assert await told_peak_kw(world) == 8
    world.clock.forward(1)
    await world.patches("S1", kwh=10)
    world.clock.forward(15)
    await world.smart.step()

    assert await told_peak_kw(world) == pytest.approx(15.48, abs=0.01)


@pytest.mark.parametrize(
    ("period", "later", "kw"),
    [
        (PeakPeriod.DAY, timedelta(hours=12), 9),
        (PeakPeriod.DAY, timedelta(hours=16), 0),  # a local midnight
        (PeakPeriod.MONTH, timedelta(days=28), 9),
        (PeakPeriod.MONTH, timedelta(days=30), 0),
        (PeakPeriod.YEAR, timedelta(days=300), 9),
        (PeakPeriod.YEAR, timedelta(days=305), 0),
    ],
)
def test_peak_begins_anew_with_its_period(period: PeakPeriod, later: timedelta, kw: float) -> None:
    peak = Peak(period, BERLIN)
    peak.count(drawing([9, 4]), START + 2 * SLOT, SLOT)
    kept = Peak(period, BERLIN, peak.as_json())

    kept.count([], START + later, SLOT)

    assert kept.kw == kw


def test_peak_that_a_clock_far_ahead_began_does_not_last() -> None:
    peak = Peak(PeakPeriod.MONTH, BERLIN)
    peak.count([], datetime(2031, 1, 1, tzinfo=UTC), SLOT)

    peak.count(drawing([9, 4]), START + 2 * SLOT, SLOT)

    assert peak.kw == 9


def test_peak_counts_what_went_by_while_the_planner_was_away() -> None:
    peak = Peak(PeakPeriod.MONTH, BERLIN)
    peak.count([], START, SLOT)

    peak.count(drawing([1, 9, 4] + [0] * 40), START + 43 * SLOT, SLOT)

    assert peak.kw == 9


def test_peak_period_that_is_none_is_a_fault() -> None:
    text = '[site]\nname = "a"\n[[fuse]]\nname = "main"\namps = 40\n[[evse]]\nid = "E"\nfuse = "main"\n'

    reading = read_site(text + '[prices]\npeak_period = "week"\n')

    assert "peak_period is day, month, year" in str(reading.faults[0])
