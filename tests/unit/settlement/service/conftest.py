"""Settlement of one CPO and one eMSP."""

from collections.abc import AsyncIterator

import pytest
from tests.unit.settlement.world import World, world
from tests.unit.sqlite_in_line import run_sqlite_in_line


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no payer that is slow: commands wait for its answer, unless a test says otherwise."""
    monkeypatch.setattr("ocn.settlement.service.collecting._PROMPT_S", 30.0)


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    run_sqlite_in_line(monkeypatch)


@pytest.fixture
async def here() -> AsyncIterator[World]:
    async with world() as opened:
        yield opened
