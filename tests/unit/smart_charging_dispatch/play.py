"""A planner's side, the network and charge points in one, played step by step."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from tests.unit.smart_charging_dispatch.sites import CAR, NOON, Amps, FakeClock, limits_of, slots_from, wanted
from tests.unit.smart_charging_dispatch.world import World

from ocn.smart_charging.dispatch.dispatcher import Dispatcher
from ocn.smart_charging.dispatch.report import FollowReport
from ocn.smart_charging.dispatch.settings import USUAL_DISPATCH, DispatchSettings


class Stored:
    """A memory that survives the dispatcher; ``on_store`` runs when something was stored."""

    def __init__(self) -> None:
        self.records: dict[str, Any] = {}
        self.turns = 1
        """How long storing takes, in turns of the event loop."""
        self.one_by_one = False
        """Whether others have a turn between two records."""
        self.on_store: Callable[[], object] = lambda: None

    async def __call__(self, records: Mapping[str, Mapping[str, Any] | None]) -> None:
        self.on_store()
        for session, record in records.items():
            if record is None:
                self.records.pop(session, None)
            else:
                self.records[session] = json.loads(json.dumps(record))
            if self.one_by_one:
                await asyncio.sleep(0)
        for _ in range(self.turns):
            await asyncio.sleep(0)


class Play:
    """One site. ``follow`` wants amperes of cars, from now on, within amperes of the main fuse."""

    def __init__(self, settings: DispatchSettings = USUAL_DISPATCH) -> None:
        self.clock = FakeClock()
        self.jumped = timedelta(0)
        self.world = World(self.clock, CAR)
        self.stored = Stored()
        self.settings = settings
        self.dispatcher = self._dispatcher()
        self._dispatchers = [self.dispatcher]

    def _dispatcher(self) -> Dispatcher:
        return Dispatcher(
            self.world,
            clock=self.clock,
            memory=self.stored,
            known=self.stored.records,
            settings=self.settings,
            elapsed=self._elapsed,
        )

    def _elapsed(self) -> float:
        return (self.clock.now - NOON - self.jumped).total_seconds()

    def restart(self) -> None:
        """The planner was killed; a new one begins with what was stored."""
        self.dispatcher = self._dispatcher()
        self._dispatchers.append(self.dispatcher)

    async def follow(
        self,
        amps: Mapping[str, Amps],
        limit: float | Sequence[float],
        cpo: str = "DE CPO",
        *,
        only_relief: bool = False,
    ) -> FollowReport:
        now = self.clock.now
        return await self.dispatcher.follow(
            wanted(now, amps, cpo), limits_of(limit), slots_from(now), only_relief=only_relief
        )

    async def begin(self, amps: Mapping[str, Amps], limit: float | Sequence[float]) -> None:
        """Follow, and let so much time pass that nothing of it can come again."""
        await self.follow(amps, limit)
        await self.move(1)

    async def move(self, minutes: float) -> None:
        self.clock.move(timedelta(minutes=minutes))
        await self.settle()

    async def jump(self, minutes: float) -> None:
        """The clock is put forward, or back, in no time."""
        self.jumped += timedelta(minutes=minutes)
        await self.move(minutes)

    async def settle(self) -> None:
        """Let everything that can happen by itself happen."""
        for _ in range(50):
            await asyncio.sleep(0)

    def in_force(self) -> dict[str, float]:
        """What each car may really draw now, in amperes."""
        return {session: self.world.amps_of(session) for session in self.world.points}

    async def close(self) -> None:
        for dispatcher in self._dispatchers:
            await dispatcher.close()


@asynccontextmanager
async def play(*sessions: str, settings: DispatchSettings = USUAL_DISPATCH) -> AsyncIterator[Play]:
    """Begin with these cars plugged in."""
    made = Play(settings)
    made.world.plug_in(*sessions)
    try:
        yield made
    finally:
        await made.close()
