"""SQLite in memory without the thread that aiosqlite gives each connection.

A statement runs where it is awaited, and others have a turn before its outcome is seen, as with a thread.
What falls away is the change to the thread and back, four times a statement, which takes longer than the
statement itself. With the thread the same stores are held by tests/integration.
"""

import asyncio
from collections.abc import Callable
from threading import Thread
from typing import Any

import aiosqlite
import pytest
from aiosqlite import core

Item = tuple[asyncio.Future[Any] | None, Callable[[], Any]]


class _AtOnce:
    """Stands where the queue to the thread stands."""

    def put_nowait(self, item: Item) -> None:
        future, function = item
        try:
            result = function()
        except Exception as error:  # noqa: BLE001 - whoever awaits it gets it, as from the thread
            if future is not None:
                future.get_loop().call_soon(core.set_exception, future, error)
        else:
            if future is not None:
                future.get_loop().call_soon(core.set_result, future, result)


class InLine(aiosqlite.Connection):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._tx = _AtOnce()  # type: ignore[assignment]  # has what is used of the queue
        self._thread = Thread(target=int)  # which ends as soon as it is started


def run_sqlite_in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, for the connections that are opened by this test."""
    monkeypatch.setattr(core, "Connection", InLine)
