"""Time as the simulation sees it: one port, the real clock, and one that runs faster."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where time comes from; aware UTC."""

    def now(self) -> datetime:
        """Return the moment."""
        ...

    async def sleep(self, duration: timedelta) -> None:
        """Return when that much of this clock's time has passed."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC)

    async def sleep(self, duration: timedelta) -> None:
        """Wait for real."""
        await asyncio.sleep(max(0.0, duration.total_seconds()))


class AcceleratedClock:
    """A clock that agrees with ``base`` now and from then on runs ``speed`` times as fast.

    A charging session gets one of its own, so that an hour of charging takes seconds while reservations,
    tokens and everything else keep real time.
    """

    def __init__(self, base: Clock, speed: int) -> None:
        if speed < 1:
            raise ValueError(f"time cannot run at {speed} times its speed")
        self._base = base
        self._speed = speed
        self._started = base.now()

    def now(self) -> datetime:
        """Return the moment in fast time."""
        return self._started + (self._base.now() - self._started) * self._speed

    async def sleep(self, duration: timedelta) -> None:
        """Wait for a stretch of fast time."""
        await self._base.sleep(duration / self._speed)
