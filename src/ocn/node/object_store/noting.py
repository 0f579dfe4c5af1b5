"""Keep what passes by without making anybody wait: a bounded queue, emptied by one task."""

import asyncio
from collections import deque

import structlog

from ocn.errors import OcnError
from ocn.node.object_store.model import Push
from ocn.node.object_store.port import ObjectStore

_log = structlog.get_logger("ocn.node.object_store")
_MOST_WAITING = 10_000
_MOST_BYTES = 64 * 1024 * 1024
_TOGETHER = 200


class Notes:
    """Pushes that nobody waits for. ``run`` must be running for them to be stored."""

    def __init__(
        self, store: ObjectStore, most_waiting: int = _MOST_WAITING, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._store = store
        self._most_waiting = most_waiting
        self._most_bytes = most_bytes
        self._bytes = 0
        self._waiting: deque[Push] = deque()
        self._arrived = asyncio.Event()
        self.dropped = 0
        """How many were not taken because too many were waiting."""

    def note(self, push: Push) -> bool:
        """Take a push to be stored soon; False when too many are waiting, and then it is forgotten."""
        bytes_then = self._bytes + len(push.body)
        if len(self._waiting) >= self._most_waiting or bytes_then > self._most_bytes:
            self.dropped += 1
            return False
        self._waiting.append(push)
        self._bytes = bytes_then
        self._arrived.set()
        return True

    async def run(self) -> None:
        """Store what was noted until cancelled; what is waiting then is stored before the end."""
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                await self.empty()
        finally:
            await self.empty()

    async def empty(self) -> None:
        """Store everything that is waiting; what the database does not take is forgotten."""
        while self._waiting:
            together = [self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting)))]
            self._bytes -= sum(len(push.body) for push in together)
            try:
                await self._store.apply(together)
            except OcnError as error:
                _log.warning("notes_lost", lost=len(together), error=str(error))
