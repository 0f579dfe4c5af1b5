"""The node's HTTP server on a real socket, its handler told what to do by the test."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
import uvloop

from ocn.node.edge.server import HttpRequest, HttpServer, ServerLimits
from ocn.node.stages import Answer
from ocn.ocpi.errors import OcpiError, Unauthorized


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop}


async def echo(request: HttpRequest) -> Answer:
    return Answer(200, {"x-path": request.path}, request.body or b"{}")


@dataclass
class Handler:
    """Notes what it is given; paths that begin with /stranger are nobody's whose body it would wait for."""

    behave: Callable[[HttpRequest], Awaitable[Answer]] = echo
    received: list[HttpRequest] = field(default_factory=list)
    finished: int = 0

    async def handle(self, request: HttpRequest) -> Answer:
        self.received.append(request)
        answer = await self.behave(request)
        self.finished += 1
        return answer

    def inspect(self, head: HttpRequest) -> OcpiError | None:
        return Unauthorized("who are you?") if head.path.startswith("/stranger") else None

    def refuse(self, error: Exception, request: HttpRequest | None) -> Answer:
        status = error.http_status if isinstance(error, OcpiError) else 500
        told = {"x-path": request.path} if request else {}
        return Answer(status, told, json.dumps({"status_code": 2000, "status_message": str(error)}).encode())


class Client:
    """One connection, used byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self, *, head_only: bool = False) -> tuple[int, dict[str, str], bytes]:
        async with asyncio.timeout(20):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:-2])
            length = 0 if head_only else int(headers.get("content-length", "0"))
            return int(head[0].split()[1]), headers, await self.reader.readexactly(length)

    async def rest(self) -> bytes:
        """Everything until the server closes."""
        async with asyncio.timeout(20):
            return await self.reader.read()

    async def lost(self) -> None:
        """Return when the connection is gone, however."""
        async with asyncio.timeout(20):
            try:
                while await self.reader.read(65_536):
                    pass
            except ConnectionError:
                return

    def close(self) -> None:
        self.writer.close()


@dataclass
class Serving:
    handler: Handler
    server: HttpServer
    clients: list[Client] = field(default_factory=list)

    async def connect(self) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self.server.port))
        self.clients.append(client)
        return client


@asynccontextmanager
async def serving(handler: Handler, limits: ServerLimits) -> AsyncIterator[Serving]:
    server = HttpServer(handler, limits)
    await server.listen("127.0.0.1", 0)
    here = Serving(handler, server)
    try:
        yield here
    finally:
        for client in here.clients:
            client.close()
        server.hurry()
        await server.close(grace_s=5)


_IMPATIENT = ServerLimits(
    requests=3,
    connections=8,
    body_bytes=1_000_000,
    head_timeout_s=0.3,
    body_timeout_s=0.3,
    idle_timeout_s=0.6,
    write_timeout_s=0.3,
    linger_s=0.3,
    sweep_s=0.02,
)


@pytest.fixture
async def edge() -> AsyncIterator[Serving]:
    """A server that is quick to lose its patience, and an echoing handler."""
    async with serving(Handler(), _IMPATIENT) as here:
        yield here


@pytest.fixture
async def edge_that_lets_read() -> AsyncIterator[Serving]:
    """The same, but a client has time to take a large answer, however busy the machine is."""
    async with serving(Handler(), replace(_IMPATIENT, write_timeout_s=60.0)) as here:
        yield here
