"""Fast time is as fast as it says."""

from datetime import datetime, timedelta
from typing import Protocol

import pytest

from ocn.simulation.clock import AcceleratedClock


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
