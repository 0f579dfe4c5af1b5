"""The chain's HTTP server: on loopback by default, on both of its addresses, for as long as it is wanted."""

import asyncio
import contextlib
import errno
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Collection, Generator
from typing import Final

import uvicorn

from ocn.chain.embedded.devnet import Devnet
from ocn.chain.embedded.errors import DevnetError
from ocn.chain.embedded.http_app import LOOPBACK_NAMES, JsonRpcApp

DEFAULT_PORT: Final = 8544
"""Where the existing registry client looks for a local chain."""
MAX_CONNECTIONS: Final = 512
IDLE_SECONDS: Final = 75
"""Longer than clients keep a connection that they do not use, so that none sends into one that closes."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to whoever owns the process; we stop when cancelled."""
        yield


def _listen(host: str, port: int) -> list[socket.socket]:
    """Sockets for ``host``, all on one port.

    ``localhost`` is both loopback addresses, whatever the machine's tables say: clients take either. A
    machine may lack IPv6, but another program behind the same name and port would be worse than an error.
    """
    sockets: list[socket.socket] = []
    try:
        for family, address in _addresses(host):
            chosen = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(_bind(family, (address, chosen)))
            except OSError as error:
                if not sockets or (port != 0 and error.errno == errno.EADDRINUSE):
                    raise
    except OSError as error:
        for listener in sockets:
            listener.close()
        raise DevnetError(
            f"the chain cannot listen on {host} port {port}: {error.strerror}",
            hint="Another chain may be running; choose another --port.",
        ) from error
    return sockets


def _addresses(host: str) -> list[tuple[int, str]]:
    if host == "localhost":
        return [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    family, _, _, _, address = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
    return [(family, str(address[0]))]


def _bind(family: int, address: tuple[str, int]) -> socket.socket:
    # Named as TCP, or asyncio does not switch off the delay of small packets (40 ms an answer).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(128)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.asynccontextmanager
async def serving(
    devnet: Devnet,
    host: str = "localhost",
    port: int = DEFAULT_PORT,
    *,
    allowed_hosts: Collection[str] = (),
) -> AsyncIterator[str]:
    """Serve while the block runs; the value is the URL, with the real port when 0 was asked for.

    ``allowed_hosts`` are names beside the loopback ones and ``host`` itself that may stand in ``Host``; ``*``
    is any.

    Raises:
        DevnetError: the port cannot be had.
    """
    sockets = _listen(host, port)
    written = f"[{host}]" if _is_ipv6(host) else host
    app = JsonRpcApp(devnet, {*LOOPBACK_NAMES, written.lower(), *allowed_hosts})
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets))
    try:
        listening = asyncio.create_task(server.listening.wait())
        await asyncio.wait({running, listening}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            listening.cancel()
            running.result()
            raise DevnetError("the chain's HTTP server ended before it began")
        yield f"http://{written}:{sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await asyncio.shield(running)
        for listener in sockets:
            listener.close()


async def serve(
    devnet: Devnet,
    host: str = "localhost",
    port: int = DEFAULT_PORT,
    *,
    allowed_hosts: Collection[str] = (),
    ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve until cancelled, as Ctrl-C under `asyncio.run` does; ``ready`` is told the URL once reachable."""
    async with serving(devnet, host, port, allowed_hosts=allowed_hosts) as url:
        ready(url)
        await asyncio.Event().wait()


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False
