"""One client's socket: read no faster than requests are handled, written no faster than the client reads."""

import asyncio
from typing import TYPE_CHECKING

from ocn.node.edge.server.limits import Phase

if TYPE_CHECKING:
    from ocn.node.edge.server.server import HttpServer

NEVER = float("inf")


class Line(asyncio.Protocol):
    """What it carries is its heir's, :class:`ocn.node.edge.server.connection.Connection`.

    ``deadline`` is when the server calls an end to the phase that the connection is in.
    """

    __slots__ = (
        "_drained",
        "_dropped",
        "_limits",
        "_loop",
        "_paused",
        "_phase",
        "_reading",
        "_server",
        "_transport",
        "deadline",
    )

    def __init__(self, server: "HttpServer", loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._limits = server.limits
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._drained: asyncio.Future[None] | None = None
        self._phase = Phase.IDLE
        self._dropped = 0
        self._paused = False
        self._reading = True
        self.deadline = NEVER

    def pause_writing(self) -> None:
        """The client reads slower than we write."""
        self._paused = True

    def resume_writing(self) -> None:
        """The client caught up."""
        self._paused = False
        self._wake()

    def abort(self) -> None:
        """Close at once, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self.deadline = self._loop.time() + self._server.patience[phase]

    def _pause_reading(self) -> None:
        if self._reading and self._transport is not None:
            self._reading = False
            self._transport.pause_reading()

    def _read_on(self, transport: asyncio.Transport) -> None:
        self._reading = True
        transport.resume_reading()

    async def _drain(self) -> None:
        if self._transport is None:
            return
        before = self._phase
        self._enter(Phase.WRITING)
        self._drained = self._loop.create_future()
        await self._drained
        self._enter(before)

    def _wake(self) -> None:
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    def _linger(self, size: int) -> None:
        """Drop what a refused client still sends, within reason."""
        self._dropped += size
        if self._dropped > self._limits.linger_bytes:
            self.abort()

    def _close(self) -> None:
        """Close once everything written is taken, or the client has had its time."""
        self._enter(Phase.CLOSING)
        self._server.turn.end()
        if self._transport is not None:
            self._transport.close()
