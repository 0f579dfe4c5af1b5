"""Lanes: what waits for each receiver of broadcasts, so that a slow or dead one delays no other.

A receiver has a few lanes. What concerns one object goes down the same lane and arrives in the order it
was sent; what concerns different objects goes side by side. A lane that is full, by number or by bytes, takes
no more: the receiver resynchronises by GET (OCPI, Offline behaviour), and the report says so.

What is to be done for a thousand receivers is begun one by one, with a round of the event loop between: each
may have a body to convert or a signature to make, and the messages of others go on meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

Work = Callable[[], Awaitable[None]]

PER_RECEIVER = 4
"""Requests of broadcasts in flight to one receiver."""
MOST_BYTES = 16 * 1024 * 1024
"""Of what waits in one lane; what one lane holds is shared with the lanes of all others it is for."""


@dataclass(slots=True)
class _Lane:
    """What waits, each with its size, and the sum of the sizes."""

    waiting: deque[tuple[Work, int]] = field(default_factory=deque)
    size: int = 0


class Lanes:
    """Runs work per receiver in order per object; owns its tasks."""

    def __init__(
        self, *, per_receiver: int = PER_RECEIVER, most_waiting: int, most_bytes: int = MOST_BYTES
    ) -> None:
        self._per_receiver = per_receiver
        self._most_waiting = most_waiting
        self._most_bytes = most_bytes
        self._lanes: dict[tuple[Hashable, int], _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def put(self, receiver: Hashable, subject: Hashable, work: Work, *, size: int = 0) -> bool:
        """Have something done in its turn; False when too much waits for this receiver already.

        ``work`` must not raise: it has nobody to raise to. ``size`` is how many bytes it keeps from being
        freed; something that is larger than a lane still goes down an empty one.
        """
        key = (receiver, hash(subject) % self._per_receiver)
        lane = self._lanes.get(key)
        if lane is None:
            self._lanes[key] = lane = _Lane()
            task = asyncio.create_task(self._run(key, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif lane.waiting and (
            len(lane.waiting) >= self._most_waiting or lane.size + size > self._most_bytes
        ):
            return False
        lane.waiting.append((work, size))
        lane.size += size
        return True

    async def _run(self, key: tuple[Hashable, int], lane: _Lane) -> None:
        try:
            while lane.waiting:
                work, size = lane.waiting.popleft()
                lane.size -= size
                async with self._turn:
                    await asyncio.sleep(0)
                await work()
        finally:
            del self._lanes[key]

    async def close(self, grace_s: float) -> None:
        """Let what waits finish within the time given, then drop the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
