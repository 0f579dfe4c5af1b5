"""What one turn of the event loop writes, sent together at its end."""

import asyncio
from typing import Final

_HELD: Final = 65_536


class Turn:
    """Holds small writes back until the loop has done what was ready, then makes all of them in their order.

    A write wakes whoever reads, and that costs more than the write. After the first of many the others find
    their readers awake. One loop's; whoever shares it must write to a transport through it alone, or call
    :meth:`end` before it does anything else with the transport.
    """

    __slots__ = ("_loop", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[tuple[asyncio.Transport, bytes]] = []

    def write(self, transport: asyncio.Transport, data: bytes) -> None:
        """Have it written by the end of the turn, unless the transport is closing by then.

        What is large is written now, so that the transport can say at once that it has enough.
        """
        waiting = self._waiting
        if not waiting:
            self._loop.call_soon(self.end)
        waiting.append((transport, data))
        if len(data) > _HELD:
            self.end()

    def end(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        for transport, data in waiting:
            if not transport.is_closing():
                transport.write(data)
