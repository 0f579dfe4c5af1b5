"""One connection, one exchange at a time, on a plain asyncio protocol."""

import asyncio
from typing import cast

from ocn.node.head_shapes import HeadShapes
from ocn.node.outbound.errors import ConnectionLost, OutboundError, ResponseInvalid, TimedOut
from ocn.node.outbound.limits import OutboundLimits
from ocn.node.outbound.message import OutboundResponse
from ocn.node.outbound.response import ResponseReader
from ocn.node.turn import Turn

_SLICE = 131_072


class Connection(asyncio.Protocol):
    """Carries a request and reads its response; whoever uses it owns it until the exchange is over.

    Anything but a cleanly framed, complete exchange leaves ``usable`` False: the pool then closes it.
    """

    __slots__ = (
        "_deadline",
        "_drained",
        "_loop",
        "_on_lost",
        "_paused",
        "_reader",
        "_timer",
        "_transport",
        "_turn",
        "_waiter",
        "_written",
        "idle_until",
        "opened_at",
        "origin",
        "served",
        "usable",
    )

    def __init__(
        self,
        origin: str,
        limits: OutboundLimits,
        loop: asyncio.AbstractEventLoop,
        turn: Turn,
        shapes: HeadShapes | None = None,
    ) -> None:
        self.origin = origin
        self.opened_at = loop.time()
        self.idle_until = 0.0
        self.served = 0
        self.usable = False
        self._loop = loop
        self._turn = turn
        self._reader = ResponseReader(limits, shapes)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[OutboundResponse] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._on_lost: asyncio.Future[None] = loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._paused = False
        self._written = False

    @property
    def keep_alive_s(self) -> float | None:
        """How long the peer said it keeps an idle connection, if it said so."""
        return self._reader.keep_alive_s

    async def exchange(
        self, head: bytes, body: bytes, *, head_only: bool, deadline: float
    ) -> OutboundResponse:
        """Send one request and return its response, or raise.

        ``deadline`` is in the loop's time. Cancellation makes the connection unusable too: a response still
        under way must not meet the next request.
        """
        transport = self._transport
        if not self.usable or transport is None or transport.is_closing():
            raise ConnectionLost(f"{self.origin} closed the connection", answered=False, written=False)
        self.usable = False
        self._written = False
        self._reader.begin(head_only=head_only)
        waiter: asyncio.Future[OutboundResponse] = self._loop.create_future()
        self._waiter = waiter
        self._set_deadline(deadline)
        try:
            if len(body) <= _SLICE:
                self._turn.write(transport, head + body)
                self._written = True
            else:
                await self._write_slices(transport, waiter, head, body)
            return await waiter
        finally:
            self._waiter = None

    def fail(self, error: OutboundError) -> None:
        """Close now; an exchange under way ends with ``error``."""
        self.usable = False
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)
        self._wake_writer()
        if self._transport is not None:
            self._transport.abort()

    async def closed(self) -> None:
        """Return once the socket is gone."""
        await asyncio.shield(self._on_lost)

    async def _write_slices(
        self, transport: asyncio.Transport, waiter: asyncio.Future[OutboundResponse], head: bytes, body: bytes
    ) -> None:
        """Hand over a large body as the peer takes it, and stop when it has answered already."""
        transport.write(head)
        view = memoryview(body)
        for start in range(0, len(view), _SLICE):
            if self._paused:
                self._drained = self._loop.create_future()
                await self._drained
            if waiter.done():
                return
            transport.write(view[start : start + _SLICE])
        self._written = True

    def _set_deadline(self, deadline: float) -> None:
        """Have ``_expire`` called by then. A timer a request is dear, so one that comes too early stays."""
        timer, self._deadline = self._timer, deadline
        if timer is None or timer.when() > deadline:
            if timer is not None:
                timer.cancel()
            self._timer = self._loop.call_at(deadline, self._expire)

    def _expire(self) -> None:
        self._timer = None
        if self._waiter is None:
            return
        if self._loop.time() < self._deadline:
            self._set_deadline(self._deadline)
        else:
            self.fail(TimedOut(f"{self.origin} did not answer in time"))

    def _settle(self, waiter: asyncio.Future[OutboundResponse], response: OutboundResponse) -> None:
        transport = self._transport
        sent = self._written and transport is not None and not transport.get_write_buffer_size()
        self.usable = sent and self._reader.reusable
        self.served += 1
        waiter.set_result(response)
        self._wake_writer()

    def _wake_writer(self) -> None:
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands, TLS included."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transports are not its subclasses
        self.usable = True

    def data_received(self, data: bytes) -> None:
        """A part of the response; without a request under way, nothing that could be one."""
        waiter = self._waiter
        if waiter is None or waiter.done():
            self.fail(ResponseInvalid(f"{self.origin} sent what nobody asked for"))
            return
        try:
            response = self._reader.feed(data)
        except ResponseInvalid as error:
            self.fail(ResponseInvalid(f"{self.origin}: {error.message}"))
            return
        if response is not None:
            self._settle(waiter, response)

    def eof_received(self) -> None:
        """The peer sends no more: the end of a body without a length, or of our hope for a response."""
        self._ended(clean=True)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._ended(clean=exc is None)
        self._reader.close()
        if self._timer is not None:
            self._timer.cancel()
        if not self._on_lost.done():
            self._on_lost.set_result(None)

    def pause_writing(self) -> None:
        """The peer reads slower than we write."""
        self._paused = True

    def resume_writing(self) -> None:
        """The peer caught up."""
        self._paused = False
        self._wake_writer()

    def _ended(self, *, clean: bool) -> None:
        self.usable = False
        waiter = self._waiter
        if waiter is None or waiter.done():
            return
        response = self._reader.finish() if clean else None
        if response is not None:
            waiter.set_result(response)
        else:
            waiter.set_exception(self._lost())
        self._wake_writer()

    def _lost(self) -> ConnectionLost:
        answered = self._reader.answered
        when = "in the middle of its response" if answered else "before it answered"
        return ConnectionLost(f"{self.origin} closed the connection {when}", answered=answered, written=True)
