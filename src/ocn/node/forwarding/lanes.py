"""Lanes: what waits for each receiver of broadcasts, so that a slow or dead one delays no other.

A receiver has a few lanes. What concerns one object goes down the same lane and arrives in the order it
was sent; what concerns different objects goes side by side. A lane that is full takes no more: the receiver
resynchronises by GET (OCPI, Offline behaviour), and the report says so.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

Work = Callable[[], Awaitable[None]]

PER_RECEIVER = 4
"""Requests of broadcasts in flight to one receiver."""


class Lanes:
    """Runs work per receiver in order per object; owns its tasks."""

    def __init__(self, *, per_receiver: int = PER_RECEIVER, most_waiting: int) -> None:
        self._per_receiver = per_receiver
        self._most_waiting = most_waiting
        self._waiting: dict[tuple[Hashable, int], deque[Work]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, receiver: Hashable, subject: Hashable, work: Work) -> bool:
        """Have something done in its turn; False when too much waits for this receiver already.

        ``work`` must not raise: it has nobody to raise to.
        """
        lane = (receiver, hash(subject) % self._per_receiver)
        waiting = self._waiting.get(lane)
        if waiting is not None:
            if len(waiting) >= self._most_waiting:
                return False
            waiting.append(work)
            return True
        self._waiting[lane] = deque([work])
        task = asyncio.create_task(self._run(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _run(self, lane: tuple[Hashable, int]) -> None:
        waiting = self._waiting[lane]
        try:
            while waiting:
                await waiting.popleft()()
        finally:
            del self._waiting[lane]

    async def close(self, grace_s: float) -> None:
        """Let what waits finish within the time given, then drop the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
