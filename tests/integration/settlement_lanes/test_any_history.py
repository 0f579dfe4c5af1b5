"""Whatever happens to lanes, and whatever the chain takes back: the index equals the contract's views."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.integration.settlement_lanes.arena import STEPS, Arena


@pytest.mark.long
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_history_with_any_reorganisation_equals_the_contracts_views(
    arena: tuple[asyncio.Runner, Arena],
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, tuple[int, int], int]],
) -> None:
    runner, ground = arena
    path = tmp_path_factory.mktemp("lanes") / "index.sqlite"
    runner.run(_play(ground, path, [*steps, ("look", (0, 1), 0)]))


async def _play(arena: Arena, path: Path, steps: list[tuple[str, tuple[int, int], int]]) -> None:
    await arena.restart()
    while steps:
        async with asyncio.timeout(60), arena.ground.index(path) as index:
            while steps:
                kind, (a, b), amount = steps.pop(0)
                if kind == "restart":
                    break
                if kind == "look":
                    await arena.require_equal(index)
                else:
                    await arena.do(kind, a, b, amount)
