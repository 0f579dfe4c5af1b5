"""Settlement of one CPO and one eMSP."""

from collections.abc import AsyncIterator

import pytest
from tests.unit.settlement.world import World, world


@pytest.fixture
async def here() -> AsyncIterator[World]:
    async with world() as opened:
        yield opened
