"""Time as the simulation sees it: one port, the real clock, one that runs faster, one that is stepped."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
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


class SteppedClock:
    """A clock that stands until it is told to go on, and first waits until nothing is owed at its moment.

    All parties of one process share it, so a day takes as long as its messages do, and comes out the same
    however fast they are. Sleepers are woken in the order of their moments; what they start then must be
    among what is owed, or it may happen later than it should.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._owed: list[Callable[[], Awaitable[None]]] = []
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        """Return the moment."""
        return self._now

    async def sleep(self, duration: timedelta) -> None:
        """Wait until the clock has been advanced so far; at once if that is no time."""
        if duration <= timedelta(0):
            return
        woken = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self._now + duration, next(self._order), woken))
        await woken

    def owes(self, settled: Callable[[], Awaitable[None]]) -> None:
        """Wait for this, too, before time goes on."""
        self._owed.append(settled)

    async def settled(self) -> None:
        """Wait until nothing is owed."""
        await asyncio.sleep(0)  # whoever was woken gets to say what it owes
        for each in self._owed:
            await each()

    async def advance_to(self, moment: datetime) -> None:
        """Go on, once nothing is owed; every sleeper on the way has its moment first."""
        if moment < self._now:
            raise ValueError(f"time cannot go back from {self._now} to {moment}")
        await self.settled()
        while self._sleepers and self._sleepers[0][0] <= moment:
            due, _, woken = heappop(self._sleepers)
            if not woken.done():
                self._now = due
                woken.set_result(None)
                await self.settled()
        self._now = moment
