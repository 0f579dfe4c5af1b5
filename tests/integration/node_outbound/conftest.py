"""A server that says exactly what a test scripts, and a client to talk to it, on both event loops."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest
import uvloop

from ocn.node.outbound import AddressGuard, HttpClient, OutboundLimits
from ocn.node.outbound.resolver import Resolver

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[int]]]:
    """Start a server running one handler per connection; gives its port on 127.0.0.1."""
    servers: list[asyncio.Server] = []
    running: set[asyncio.Task[Any]] = set()

    async def start(handler: Handler, *, tls: ssl.SSLContext | None = None) -> int:
        async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            running.add(task)
            try:
                await handler(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()
                running.discard(task)

        server = await asyncio.start_server(run, "127.0.0.1", 0, ssl=tls, backlog=2_000)
        servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    yield start
    for server in servers:
        server.close()
    remaining = list(running)
    for task in remaining:
        task.cancel()
    await asyncio.gather(*remaining, return_exceptions=True)
    for _ in range(3):
        await asyncio.sleep(0)  # transports close in the next turns of the loop


@pytest.fixture
async def client_with() -> AsyncIterator[Callable[..., HttpClient]]:
    """Make a client with these limits, allowed to talk to this machine."""
    clients: list[HttpClient] = []

    def make(
        *, tls: ssl.SSLContext | None = None, resolver: Resolver | None = None, **limits: Any
    ) -> HttpClient:
        guard = AddressGuard(allow_private=True, allow_http=True, resolver=resolver)
        clients.append(HttpClient(OutboundLimits(**limits), guard, tls=tls))
        return clients[-1]

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
def read_request() -> Callable[[asyncio.StreamReader], Awaitable[bytes]]:
    """Read one request, head and body, as its bytes."""

    async def read(reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            if line.startswith(b"Content-Length: "):
                return head + await reader.readexactly(int(line[16:]))
        return head

    return read
