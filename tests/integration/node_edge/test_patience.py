"""Clients that are slow, silent, gone or too many; and a server that is told to stop."""

import asyncio
import struct
from socket import SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING

import pytest

from ocn.node.edge.server import HttpRequest
from ocn.node.stages import Answer

if TYPE_CHECKING:
    from tests.integration.node_edge.conftest import Serving
else:
    Serving = object

GET = b"GET /%d HTTP/1.1\r\nhost: a\r\n\r\n"
LARGE = b"a" * 20_000_000


async def until(edge: Serving, received: int) -> None:
    """Wait for the handler to have been given so many requests."""
    async with asyncio.timeout(20):
        while len(edge.handler.received) < received:
            await asyncio.sleep(0.001)


class Gate:
    """A handler that answers when let."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def __call__(self, request: HttpRequest) -> Answer:
        await self.open.wait()
        return Answer(200, {"x-path": request.path}, b"{}")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"G", 408),
        (b"GET / HTTP/1.1\r\nhost: a\r\n", 408),
        (b"PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhe", 408),
        (b"PUT / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe", 408),
    ],
)
async def test_request_that_does_not_go_on_is_answered_and_closed(
    edge: Serving, sent: bytes, status: int
) -> None:
    client = await edge.connect()
    client.send(sent)
    assert (await client.answer())[0] == status
    await client.lost()
    assert not edge.handler.received


async def test_drops_of_a_head_do_not_buy_more_time(edge: Serving) -> None:
    client = await edge.connect()
    client.send(b"GET / HTTP/1.1\r\n")
    answer = asyncio.create_task(client.answer())
    while not answer.done():
        client.send(b"x: y\r\n")
        await asyncio.sleep(0.02)
    assert (await answer)[0] == 408


@pytest.mark.parametrize("before", [b"", GET % 1])
async def test_silent_connection_is_closed_without_a_word(edge: Serving, before: bytes) -> None:
    client = await edge.connect()
    if before:
        client.send(before)
        await client.answer()
    assert await client.rest() == b""


async def test_client_that_does_not_read_is_cut_off_and_its_next_requests_wait(edge: Serving) -> None:
    async def behave(request: HttpRequest) -> Answer:
        return Answer(200, {}, LARGE)

    edge.handler.behave = behave
    client = await edge.connect()
    client.send(GET % 1 + GET % 2)
    await until(edge, 1)
    async with asyncio.timeout(20):
        while edge.server.connections:
            await asyncio.sleep(0.01)
    assert len(edge.handler.received) == 1


async def test_client_that_reads_slowly_but_reads_gets_everything(edge_that_lets_read: Serving) -> None:
    async def behave(request: HttpRequest) -> Answer:
        return Answer(200, {}, LARGE)

    edge_that_lets_read.handler.behave = behave
    client = await edge_that_lets_read.connect()
    client.send(GET % 1 + GET % 2)
    for _ in range(2):
        assert len((await client.answer())[2]) == len(LARGE)


async def test_client_that_has_said_all_it_will_still_gets_its_answers(edge: Serving) -> None:
    edge.handler.behave = gate = Gate()
    client = await edge.connect()
    client.send(GET % 1 + GET % 2)
    client.writer.write_eof()
    await until(edge, 1)
    gate.open.set()
    assert (await client.rest()).count(b"HTTP/1.1 200 ") == 2


async def test_client_that_ends_in_the_middle_is_told_so(edge: Serving) -> None:
    client = await edge.connect()
    client.send(b"PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhe")
    client.writer.write_eof()
    assert (await client.rest()).startswith(b"HTTP/1.1 400 ")
    assert not edge.handler.received


async def test_request_whose_client_has_gone_is_handled_to_its_end(edge: Serving) -> None:
    edge.handler.behave = gate = Gate()
    client = await edge.connect()
    client.send(GET % 1)
    await until(edge, 1)
    client.writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    client.writer.transport.abort()
    async with asyncio.timeout(20):
        while edge.server.connections:
            await asyncio.sleep(0.001)
    gate.open.set()
    async with asyncio.timeout(20):
        while not edge.handler.finished:
            await asyncio.sleep(0.001)


async def test_more_requests_than_the_server_takes_are_told_to_come_again(edge: Serving) -> None:
    edge.handler.behave = gate = Gate()
    taken = [await edge.connect() for _ in range(3)]
    for client in taken:
        client.send(GET % 1)
    await until(edge, 3)
    late = await edge.connect()
    late.send(GET % 2)
    assert (await late.answer())[0] == 503
    gate.open.set()
    assert [(await client.answer())[0] for client in taken] == [200] * 3


async def test_more_connections_than_the_server_takes_are_told_to_come_again(edge: Serving) -> None:
    kept = [await edge.connect() for _ in range(8)]
    for client in kept:
        client.send(GET % 1)
        await client.answer()
    assert (await (await edge.connect()).answer())[0] == 503
    kept[0].send(GET % 2)
    assert (await kept[0].answer())[0] == 200


async def test_stopping_answers_what_is_under_way_and_accepts_nobody_more(edge: Serving) -> None:
    edge.handler.behave = gate = Gate()
    idle, busy, coming = [await edge.connect() for _ in range(3)]
    busy.send(GET % 1)
    coming.send(b"GET /2 HTTP/1.1\r\n")
    await until(edge, 1)
    closing = asyncio.create_task(edge.server.close(grace_s=20))
    assert await idle.rest() == b""
    with pytest.raises(ConnectionError):
        await edge.connect()
    coming.send(b"host: a\r\n\r\n")
    await until(edge, 2)
    gate.open.set()
    for client in (busy, coming):
        status, headers, _ = await client.answer()
        assert (status, headers["connection"]) == (200, "close")
    await closing
    assert not edge.server.connections


async def test_stopping_cuts_off_what_outlasts_the_grace(edge: Serving) -> None:
    edge.handler.behave = Gate()
    client = await edge.connect()
    client.send(GET % 1)
    await until(edge, 1)
    await edge.server.close(grace_s=0.05)
    await client.lost()
    assert not edge.server.connections
    assert edge.handler.finished == 0


async def test_stopping_in_a_hurry_waits_for_nothing(edge: Serving) -> None:
    edge.handler.behave = Gate()
    client = await edge.connect()
    client.send(GET % 1)
    await until(edge, 1)
    closing = asyncio.create_task(edge.server.close(grace_s=600))
    await asyncio.sleep(0)
    edge.server.hurry()
    await closing
    await client.lost()
