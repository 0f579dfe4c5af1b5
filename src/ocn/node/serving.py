"""Run a node: serve until told to stop; requests under way are answered first."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from ocn.errors import ConfigurationError, cause_of
from ocn.node.config import NodeConfig
from ocn.node.edge.application import Application
from ocn.node.edge.server import HttpServer, ServerLimits
from ocn.node.opening import opened

_IDLE_CONNECTIONS: Final = 5_000
"""Clients may keep so many open beyond the requests being served."""


async def serve(config: NodeConfig, *, on_started: Callable[[str], None] | None = None) -> None:
    """Run a node until cancelled or signalled; requests under way are answered first.

    ``on_started`` is called once with the address it listens on. A second signal cuts off what is under way.

    Raises:
        ConfigurationError, StorageError, ChainError: it cannot start, and nothing is left open.
    """
    async with opened(config) as application, listening(application, config) as server:
        if on_started is not None:
            on_started(f"http://{config.listen.host}:{server.port}")
        await _signal(server)


@asynccontextmanager
async def listening(application: Application, config: NodeConfig) -> AsyncIterator[HttpServer]:
    """Serve an application where the settings say; at the end answer what is under way, then close.

    Raises:
        ConfigurationError: the address cannot be had.
    """
    limits = config.limits
    server = HttpServer(
        application,
        ServerLimits(
            requests=limits.concurrent_requests,
            connections=limits.concurrent_requests + _IDLE_CONNECTIONS,
            body_bytes=limits.body_bytes,
            body_timeout_s=limits.body_timeout_seconds,
        ),
    )
    try:
        await server.listen(config.listen.host, config.listen.port)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {config.listen.host}:{config.listen.port}: {cause_of(error)}",
            hint="Another node may be running; choose another listen.port (OCN_NODE_LISTEN__PORT).",
        ) from error
    try:
        yield server
    finally:
        await server.close(grace_s=limits.forward_timeout_seconds + 1)


async def _signal(server: HttpServer) -> None:
    """Return at the first Ctrl-C or SIGTERM; from the second on, nothing is waited for."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: server.hurry() if stop.is_set() else stop.set())
    await stop.wait()
