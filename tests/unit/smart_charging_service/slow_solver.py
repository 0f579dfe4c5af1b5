"""A solver that hangs until it is let go on."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import World

from ocn.smart_charging.planning.replanner import Replanner
from ocn.smart_charging.service.sites.served import ServiceSettings

IMPATIENT = ServiceSettings(plan_by_cpo_clock=False, coalesce_s=0, patience_s=0, listen_every_s=0)
"""What was planned last is cut down at once to a limit that falls."""
_AT_LONGEST_S = 20.0


class SlowSolver:
    """Plans as it always does, once it is let; it counts how often it was asked, and at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_go = threading.Event()
        self.asked = self.at_once = self.most_at_once = 0
        whole = Replanner.plan

        def plan(replanner: Replanner, *args: Any, **named: Any) -> Any:
            self.asked += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.may_go.wait(_AT_LONGEST_S)
            self.at_once -= 1
            return whole(replanner, *args, **named)

        self.may_go.set()
        monkeypatch.setattr(Replanner, "plan", plan)


@pytest.fixture
def solver(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowSolver]:
    slow = SlowSolver(monkeypatch)
    yield slow
    slow.may_go.set()


async def until(condition: Callable[[], object]) -> None:
    """Let others go on until something holds."""
    async with asyncio.timeout(_AT_LONGEST_S):
        while not condition():
            await asyncio.sleep(0)


async def solving(world: World, solver: SlowSolver) -> asyncio.Task[None]:
    """Begin a round that hangs in the solver."""
    solver.may_go.clear()
    asked = solver.asked
    world.clock.forward(7)
    world.smart._parts.triggers.plan("yard")
    step = asyncio.create_task(world.smart.step())
    await until(lambda: solver.asked > asked)
    return step
