"""One client's connection: requests one after the other, answers in their order, patience with an end."""

import asyncio
from typing import TYPE_CHECKING, cast

from ocn.node.edge.server.limits import Phase
from ocn.node.edge.server.line import NEVER, Line
from ocn.node.edge.server.message import HttpRequest, Overloaded, Refusal
from ocn.node.edge.server.reader import Reading, RequestReader
from ocn.node.edge.server.writing import CONTINUE, answer_bytes
from ocn.node.stages import Answer
from ocn.ocpi.errors import InvalidParameters, TooSlow

if TYPE_CHECKING:
    from ocn.node.edge.server.server import HttpServer

_PHASE_OF = {
    Reading.BETWEEN: Phase.IDLE,
    Reading.HEAD: Phase.HEAD,
    Reading.BODY: Phase.BODY,
    Reading.STOPPED: Phase.CLOSING,
}


class Connection(Line):
    """Serves one connection, in one task that it keeps from its first request to its end.

    A request that was handed to the handler is handled to its end, whether the client stays for the answer
    or not: what is relayed already must not be cut off half-way. While it is handled, the socket is read no
    further than one piece, so a client cannot pile up work or memory.
    """

    __slots__ = (
        "_busy",
        "_eof",
        "_more",
        "_reader",
        "_task",
    )

    def __init__(self, server: "HttpServer", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server, loop)
        self._reader = RequestReader(server.limits, server.shapes)
        self._task: asyncio.Task[None] | None = None
        self._more: asyncio.Future[None] | None = None
        self._busy = False
        self._eof = False

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected; it has to begin a request as fast as it would have to end its head."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transports are not its subclasses
        if self._server.flooded:
            self.abort()
        elif self._server.admit(self):
            self.deadline = self._loop.time() + self._limits.head_timeout_s
        else:
            self._reader.refuse(Overloaded("as many connections as this node takes; try again later"))
            self._refuse_rest()

    def data_received(self, data: bytes) -> None:
        """A piece of a request, of several, or of what nobody reads any more."""
        reader = self._reader
        if self._phase is Phase.LINGERING:
            self._linger(len(data))
            return
        if self._phase is Phase.CLOSING:
            return
        reader.feed(data)
        if self._busy:
            self._pause_reading()
        elif reader.ready:
            self._begin()
        else:
            self._wait()

    def eof_received(self) -> bool:
        """The client sends no more; it may still read. True keeps the way to it open."""
        self._eof = True
        if self._phase is Phase.LINGERING:
            self._close()
        elif not (self._busy or self._paused):
            self._end()
        return True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio passes it
        """The socket is gone. What is being handled goes on, its answer to nowhere; the rest is dropped."""
        self._transport = None
        self.deadline = NEVER
        self._reader.close()
        self._reader.ready.clear()
        self._wake()
        self._call()
        self._server.forget(self)

    # What the server calls.

    def expire(self) -> None:
        """The deadline has passed."""
        if self._phase is Phase.IDLE:
            self._close()
        elif self._phase is Phase.HEAD:
            self._reader.refuse(TooSlow("the headers did not arrive in time"))
            self._refuse_rest()
        elif self._phase is Phase.BODY:
            seconds = f"{self._limits.body_timeout_s:g}"
            self._reader.refuse(TooSlow(f"the body did not arrive within {seconds} seconds"))
            self._refuse_rest()
        else:
            self.abort()

    def stop(self) -> None:
        """Close as soon as nothing is under way; requests being read or handled are answered first."""
        if self._phase is Phase.IDLE:
            self._close()

    # Requests, one after the other.

    def _begin(self) -> None:
        if type(self._reader.ready[0]) is Refusal:
            self._refuse_rest()
        elif self._server.busy:
            self._reader.ready.clear()
            self._reader.refuse(Overloaded("as many requests as this node takes at once; try again later"))
            self._refuse_rest()
        else:
            self._busy = True
            self._server.begun()
            self._enter(Phase.HANDLING)
            if self._task is None:
                self._task = self._server.start(self._serve())
            else:
                self._call()

    async def _serve(self) -> None:
        """Answer what is ready, in order and no faster than the client takes it; then wait for more.

        One task serves all requests of a connection: to make one for each takes longer than a stage.
        """
        ready, server = self._reader.ready, self._server
        try:
            while self._transport is not None:
                while ready and self._phase is Phase.HANDLING:
                    request = ready.popleft()
                    if isinstance(request, Refusal):
                        ready.append(request)
                        self._refuse_rest()
                        break
                    try:
                        answer = await server.handler.handle(request)
                    except Exception as error:  # noqa: BLE001  # a connection never ends without an answer
                        answer = server.handler.refuse(error, request)
                    self._answer(request, answer)
                    del request, answer  # or they would be kept until the next request
                    if self._paused:
                        await self._drain()
                self._finish()
                if self._phase is Phase.HANDLING:
                    self._end() if self._eof else self._wait()
                self._more = self._loop.create_future()
                if self._transport is not None:
                    await self._more
        finally:
            if self._busy:
                self._finish()
            server.finished(self._task)
            self._task = None

    def _finish(self) -> None:
        """What was ready is answered."""
        self._busy = False
        self._server.done()

    def _call(self) -> None:
        """Have the task look whether there is more for it to do."""
        more, self._more = self._more, None
        if more is not None and not more.done():
            more.set_result(None)

    def _answer(self, request: HttpRequest, answer: Answer) -> None:
        transport, server = self._transport, self._server
        if transport is None or transport.is_closing():
            return
        closing = not request.keep_alive or server.stopping
        head_only, old = request.method == "HEAD", request.version_1_0
        try:
            data = answer_bytes(answer, head_only=head_only, closing=closing, version_1_0=old)
        except ValueError as error:
            failure = server.refuse(error, request)
            data = answer_bytes(failure, head_only=head_only, closing=closing, version_1_0=old)
        server.turn.write(transport, data)
        if closing:
            self._close()

    # Between requests, and after the last.

    def _wait(self) -> None:
        """Read on; the time for what is awaited runs from when it began to be."""
        reader, transport = self._reader, self._transport
        if transport is None:
            return
        phase = _PHASE_OF[reader.state]
        if self._server.stopping and phase is Phase.IDLE:
            self._close()
            return
        if phase is not self._phase:
            self._enter(phase)
            if reader.head is not None and (error := self._server.inspect(reader.head)) is not None:
                reader.refuse(error)
                self._refuse_rest()
                return
        if not self._reading:
            self._read_on(transport)
        if reader.wants_continue:
            reader.wants_continue = False
            self._server.turn.write(transport, CONTINUE)

    def _end(self) -> None:
        """The client has said its last word, in the middle of a request or after one."""
        if self._reader.state in {Reading.HEAD, Reading.BODY}:
            self._reader.refuse(InvalidParameters("the connection ended before the request was whole"))
            self._refuse_rest()
        else:
            self._close()

    def _refuse_rest(self) -> None:
        """Answer with the refusal, then let the client finish sending, or it may never see the answer."""
        transport = self._transport
        refusal = self._reader.ready.pop()
        if transport is None or not isinstance(refusal, Refusal):
            return
        request = refusal.request
        head_only = request is not None and request.method == "HEAD"
        answer = self._server.refuse(refusal.error, request)
        data = answer_bytes(answer, head_only=head_only, closing=True, version_1_0=False)
        self._server.turn.write(transport, data)
        self._server.turn.end()
        if self._eof:
            self._close()
            return
        self._enter(Phase.LINGERING)
        transport.write_eof()
        if not self._reading:
            self._read_on(transport)

    def _close(self) -> None:
        self._reader.close()
        super()._close()
