"""A clock that stands until it is told to go."""

from datetime import UTC, datetime, timedelta

import pytest


class ManualClock:
    """Sleeping is how its time passes."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, duration: timedelta) -> None:
        self.moment += duration


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
