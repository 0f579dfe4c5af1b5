"""Listens, keeps the connections and their one clock, and ends without cutting off what is under way."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

import structlog

from ocn.node.edge.server.by_shape import new_shapes
from ocn.node.edge.server.connection import Connection
from ocn.node.edge.server.limits import ServerLimits
from ocn.node.edge.server.message import HttpRequest
from ocn.node.stages import Answer
from ocn.node.turn import Turn
from ocn.ocpi.errors import OcpiError

_log = structlog.get_logger("ocn.node.edge")
_BACKLOG = 8192
_ANTECHAMBER = 1_000


class Handler(Protocol):
    """What the server serves."""

    def handle(self, request: HttpRequest) -> Coroutine[Any, Any, Answer]:
        """Answer a request, whatever is wrong with it."""
        ...

    def inspect(self, head: HttpRequest) -> OcpiError | None:
        """Say why the body of a request is not worth waiting for; None when it is."""
        ...

    def refuse(self, error: Exception, request: HttpRequest | None) -> Answer:
        """Say why a request is not handled. ``request`` is its head, when that was read."""
        ...


class HttpServer:
    """One listening socket and its connections. Use from one event loop."""

    def __init__(self, handler: Handler, limits: ServerLimits) -> None:
        self.limits = limits
        self.patience = limits.patience()
        self.shapes = new_shapes()
        self.stopping = False
        self.connections: set[Connection] = set()
        self.handler = handler
        self._tasks: set[asyncio.Task[None]] = set()
        self._handled = 0
        self.port = 0
        self.turn: Turn
        self._hurried = False
        self._listener: asyncio.Server | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()

    async def listen(self, host: str, port: int) -> None:
        """Begin to serve, on ``self.port``; OSError when the address cannot be had."""
        loop = asyncio.get_running_loop()
        self.turn = Turn(loop)
        self._listener = await loop.create_server(
            lambda: Connection(self, loop), host, port, backlog=_BACKLOG, reuse_address=True
        )
        self._sweep()
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close(self, grace_s: float) -> None:
        """Accept nobody more, answer what is under way within ``grace_s``, and cut off the rest."""
        self.stopping = True
        if self._listener is not None:
            self._listener.close()
        for connection in list(self.connections):
            connection.stop()
        try:
            async with asyncio.timeout(grace_s):
                while (self.connections or self._tasks) and not self._hurried:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            _log.warning("requests_cut_off", requests=self._handled, connections=len(self.connections))
        finally:
            await self._cut_off()

    def hurry(self) -> None:
        """Let ``close`` wait no longer."""
        self._hurried = True
        self._changed.set()

    async def _cut_off(self) -> None:
        for connection in list(self.connections):
            connection.abort()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._sweeper is not None:
            self._sweeper.cancel()

    # What connections call.

    @property
    def busy(self) -> bool:
        """Whether one more request would be too many."""
        return self._handled >= self.limits.requests

    @property
    def flooded(self) -> bool:
        """Whether there are too many connections even to be told so."""
        return len(self.connections) >= self.limits.connections + _ANTECHAMBER

    def admit(self, connection: Connection) -> bool:
        """Take a connection in; False when it is one too many, and has to be told so."""
        self.connections.add(connection)
        return len(self.connections) <= self.limits.connections and not self.stopping

    def forget(self, connection: Connection) -> None:
        """A connection is gone."""
        self.connections.discard(connection)
        self._notice_end()

    def begun(self) -> None:
        """A connection has a request to handle, or several."""
        self._handled += 1

    def done(self) -> None:
        """It has answered them."""
        self._handled -= 1

    def start(self, serving: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Run a connection's work; it ends by calling ``finished``, or is awaited when the server closes."""
        task = asyncio.get_running_loop().create_task(serving)
        self._tasks.add(task)
        return task

    def finished(self, task: "asyncio.Task[None] | None") -> None:
        """A connection's task has ended."""
        if task is not None:
            self._tasks.discard(task)
        self._notice_end()

    def inspect(self, head: HttpRequest) -> OcpiError | None:
        """Ask whether to wait for a body."""
        return self.handler.inspect(head)

    def refuse(self, error: Exception, request: HttpRequest | None) -> Answer:
        """Have a refusal worded."""
        return self.handler.refuse(error, request)

    def _notice_end(self) -> None:
        if self.stopping and not self.connections and not self._tasks:
            self._changed.set()

    def _sweep(self) -> None:
        """Look at all deadlines; one timer for all connections costs nothing per request."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in [each for each in self.connections if each.deadline <= now]:
            connection.expire()
        self._sweeper = loop.call_later(self.limits.sweep_s, self._sweep)
