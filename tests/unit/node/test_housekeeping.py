"""What the node says while it follows the database."""

import asyncio
from typing import cast

import pytest
from structlog.testing import capture_logs

from ocn.errors import OcnError
from ocn.node.background import housekeeping
from ocn.node.members import Members


class UnsteadyMembers:
    """Members whose database is away for a while."""

    def __init__(self, *outcomes: BaseException | None) -> None:
        self._outcomes = [*outcomes, asyncio.CancelledError()]

    async def refresh_if_changed(self) -> bool:
        outcome = self._outcomes.pop(0)
        if outcome is not None:
            raise outcome
        return False


async def test_database_that_is_back_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "FOLLOW_SECONDS", 0)
    gone = OcnError("the database is gone")
    members = cast("Members", UnsteadyMembers(None, gone, gone, None, None, gone, None))
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await housekeeping.follow_changes(members)
    failed, back = "follow_failed", "follow_works_again"
    assert [line["event"] for line in logs] == [failed, failed, back, failed, back]
    assert [line["failures"] for line in logs if line["event"] == back] == [2, 1]
