"""Work that goes on beside the loop: one task per subject at a time, so many at once, all of them awaited."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

_log = structlog.get_logger("ocn.node.client_info")


class OneEach:
    """Owns tasks. One that is slow delays no other of another subject, as long as there is room."""

    def __init__(self, most: int) -> None:
        self._room = asyncio.Semaphore(most)
        self._tasks: dict[object, asyncio.Task[None]] = {}

    def begin(self, subject: object, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin work for a subject, unless it is being done already."""
        if subject not in self._tasks:
            self._tasks[subject] = asyncio.create_task(self._run(subject, work))

    async def through(self, subject: object, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin work for a subject, unless it is being done already, and wait for its end."""
        self.begin(subject, work)
        await asyncio.wait([self._tasks[subject]])

    async def _run(self, subject: object, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            async with self._room:
                await work()
        except Exception as error:  # noqa: BLE001  # what one subject brings about ends no other's work
            _log.error("client_info_work_failed", subject=str(subject), exc_info=error)
        finally:
            self._tasks.pop(subject, None)

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def close(self) -> None:
        """Cut off what is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
