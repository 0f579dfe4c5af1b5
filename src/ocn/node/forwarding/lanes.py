"""Lanes: what waits for each receiver of broadcasts, so that a slow or dead one delays no other.

A receiver has a few lanes. What concerns one object goes down the same lane and arrives in the order it
was sent; what concerns different objects goes side by side. A lane that is full, by number or by bytes, takes
no more: the receiver resynchronises by GET (OCPI, Offline behaviour), and the report says so.

What is to be done for a thousand receivers is begun one by one, with a round of the event loop between: each
may have a body to convert or a signature to make, and the messages of others go on meanwhile.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

Work = Callable[[], Awaitable[None]]

PER_RECEIVER = 4
"""Requests of broadcasts in flight to one receiver."""
MOST_BYTES = 16 * 1024 * 1024
"""Of what waits in one lane; what one lane holds is shared with the lanes of all others it is for."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Something to be done, how many bytes it holds, and for whom it is done."""

    work: Work
    size: int
    source: Hashable


class _Lane:
    """What waits, within its bounds; of one source no more than half of them."""

    def __init__(self, most_waiting: int, most_bytes: int) -> None:
        self._most_waiting = most_waiting
        self._most_bytes = most_bytes
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._number_of: Counter[Hashable] = Counter()
        self._bytes_of: Counter[Hashable] = Counter()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def has_room_for(self, new: _Waiting) -> bool:
        """Whether it fits; an empty lane takes whatever it is, and a source with nothing in it its half."""
        if not self._waiting:
            return True
        if len(self._waiting) >= self._most_waiting or self._bytes + new.size > self._most_bytes:
            return False
        number, size = self._number_of[new.source], self._bytes_of[new.source]
        return (
            new.source is None
            or not number
            or (2 * number < self._most_waiting and 2 * (size + new.size) <= self._most_bytes)
        )

    def put(self, new: _Waiting) -> None:
        self._waiting.append(new)
        self._bytes += new.size
        self._number_of[new.source] += 1
        self._bytes_of[new.source] += new.size

    def take(self) -> Work:
        """Return what is next."""
        first = self._waiting.popleft()
        self._bytes -= first.size
        self._number_of[first.source] -= 1
        self._bytes_of[first.source] -= first.size
        if not self._number_of[first.source]:
            del self._number_of[first.source], self._bytes_of[first.source]
        return first.work


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

    def put(
        self, receiver: Hashable, subject: Hashable, work: Work, *, size: int = 0, source: Hashable = None
    ) -> bool:
        """Have something done in its turn; False when too much waits for this receiver already.

        ``work`` must not raise: it has nobody to raise to. ``size`` is how many bytes it keeps from being
        freed; something that is larger than a lane still goes down an empty one. A ``source`` fills half of
        a lane at most, so that a party that floods a slow receiver does not keep it from all others.
        """
        key = (receiver, hash(subject) % self._per_receiver)
        new = _Waiting(work, size, source)
        lane = self._lanes.get(key)
        if lane is None:
            self._lanes[key] = lane = _Lane(self._most_waiting, self._most_bytes)
            task = asyncio.create_task(self._run(key, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif not lane.has_room_for(new):
            return False
        lane.put(new)
        return True

    async def _run(self, key: tuple[Hashable, int], lane: _Lane) -> None:
        try:
            while lane:
                work = lane.take()
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
