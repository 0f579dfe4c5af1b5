"""Serving an ASGI app on a socket that was bound before anybody was told its address."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn

from ocn.errors import ConfigurationError
from ocn.party.receiving.asgi import Receive, Scope, Send

App = Callable[[Scope, Receive, Send], Awaitable[None]]
_IDLE_S = 75
"""Longer than clients keep a connection that they do not use, so that none sends into one that closes."""


def bind(host: str, port: int) -> socket.socket:
    """Take a port; 0 takes a free one.

    Raises:
        ConfigurationError: it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named as TCP: asyncio turns Nagle's delay off only on sockets that say so
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise ConfigurationError(
            f"{host}:{port} cannot be listened on: {error.strerror}",
            hint="The same party may be running already. Or choose another address or port.",
        ) from error
    return bound


class _Quiet(uvicorn.Server):
    """Leaves the process's signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class Serving:
    """An app being served; start, then stop."""

    def __init__(self, app: App, bound: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_IDLE_S,
            timeout_graceful_shutdown=2,
        )
        self._server = _Quiet(config)
        self._socket = bound
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return once connections are accepted."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="server")
        while not self._server.started:
            if self._task.done():
                await self._task
                raise ConfigurationError("the server ended before it started")
            await asyncio.sleep(0.005)  # uvicorn has no event for this

    async def stop(self) -> None:
        """Finish what is being answered, then close."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._socket.close()
