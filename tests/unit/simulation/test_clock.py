"""Fast time is as fast as it says."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from ocn.simulation.clock import AcceleratedClock, SteppedClock


class Clock(Protocol):
    moment: datetime

    def now(self) -> datetime: ...
    async def sleep(self, duration: timedelta) -> None: ...


async def test_accelerated_clock_starts_now_and_runs_that_many_times_as_fast(clock: Clock) -> None:
    began = clock.moment
    fast = AcceleratedClock(clock, 60)
    assert fast.now() == began
    await fast.sleep(timedelta(hours=1))
    assert clock.moment == began + timedelta(minutes=1)
    assert fast.now() == began + timedelta(hours=1)


def test_accelerated_clock_does_not_stand_still(clock: Clock) -> None:
    with pytest.raises(ValueError, match="0 times"):
        AcceleratedClock(clock, 0)


START = datetime(2026, 3, 2, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_stepped_clock_stands_until_it_is_advanced() -> None:
    stepped = SteppedClock(START)
    sleeping = asyncio.ensure_future(stepped.sleep(MINUTE))
    await stepped.sleep(timedelta(0))
    await asyncio.sleep(0)
    assert (stepped.now(), sleeping.done()) == (START, False)
    await stepped.advance_to(START + MINUTE)
    await sleeping
    assert stepped.now() == START + MINUTE


async def test_stepped_clock_wakes_sleepers_in_order_and_each_at_its_moment() -> None:
    stepped, woken = SteppedClock(START), []

    async def sleeper(name: str, *minutes: int) -> None:
        for each in minutes:
            await stepped.sleep(each * MINUTE)
            woken.append((name, (stepped.now() - START) // MINUTE))

    sleepers = asyncio.gather(
        sleeper("late", 5), sleeper("often", 2, 2), sleeper("early", 1), sleeper("never", 20)
    )
    await asyncio.sleep(0)
    await stepped.advance_to(START + 10 * MINUTE)
    assert woken == [("early", 1), ("often", 2), ("often", 4), ("late", 5)]
    sleepers.cancel()
    await stepped.advance_to(START + 30 * MINUTE)
    assert len(woken) == 4


async def test_stepped_clock_goes_on_only_when_nothing_is_owed() -> None:
    stepped, owed = SteppedClock(START), asyncio.Event()

    async def settled() -> None:
        await owed.wait()

    stepped.owes(settled)
    advancing = asyncio.ensure_future(stepped.advance_to(START + MINUTE))
    for _ in range(3):
        await asyncio.sleep(0)
    assert (stepped.now(), advancing.done()) == (START, False)
    owed.set()
    await advancing
    assert stepped.now() == START + MINUTE


async def test_stepped_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="cannot go back"):
        await SteppedClock(START).advance_to(START - MINUTE)
