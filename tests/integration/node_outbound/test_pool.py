"""Which connection carries which request: reuse, limits, waiting, and the one retry there is."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ocn.node.outbound import (
    ConnectionLost,
    HttpClient,
    OutboundRequest,
    OutboundResponse,
    PoolExhausted,
    TimedOut,
)

Serve = Callable[..., Awaitable[int]]
ClientWith = Callable[..., HttpClient]
ReadRequest = Callable[[asyncio.StreamReader], Awaitable[bytes]]
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def to(port: int, method: str = "GET", timeout_s: float = 20.0, path: str = "/") -> OutboundRequest:
    return OutboundRequest(method, f"http://127.0.0.1:{port}{path}", (), b"", timeout_s)


class Receiver:
    """Answers ``script`` per request of a connection, and closes the connection after the last."""

    def __init__(self, read_request: ReadRequest, *script: bytes) -> None:
        self._read_request = read_request
        self._script = script
        self.connections = 0
        self.requests: list[tuple[int, str]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.arrived = asyncio.Semaphore(0)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        for answer in self._script or [EMPTY] * 10_000:
            request = await self._read_request(reader)
            self.requests.append((number, request.split(b" ")[1].decode()))
            self.arrived.release()
            await self.may_answer.wait()
            writer.write(answer)


async def test_send_one_after_the_other_uses_one_connection(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    receiver = Receiver(read_request)
    client, port = client_with(), await serve(receiver)
    for method in ("GET", "POST", "PUT", "DELETE"):
        await client.send(to(port, method))
    assert (receiver.connections, len(receiver.requests)) == (1, 4)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc",
        EMPTY + EMPTY,
        EMPTY + b"garbage",
    ],
    ids=repr,
)
async def test_send_after_an_answer_that_ends_or_taints_the_connection_opens_another(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest, answer: bytes
) -> None:
    receiver = Receiver(read_request, answer, EMPTY)
    client, port = client_with(), await serve(receiver)
    assert (await client.send(to(port, "POST"))).body == b""
    assert (await client.send(to(port, "POST"))).body == b""
    assert receiver.connections == 2


async def test_send_after_the_peer_spoke_unasked_opens_another_connection(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    noticed, connections = asyncio.Event(), 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % connections)
        if connections == 1:
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned")
            await reader.read()
            noticed.set()

    client, port = client_with(), await serve(handler)
    assert (await client.send(to(port))).body == b"1"
    await noticed.wait()
    assert (await client.send(to(port))).body == b"2"


@pytest.mark.parametrize(
    "limits", [{"max_age_s": 0.001}, {"idle_timeout_s": 0.001}, {"max_idle": 0}], ids=repr
)
async def test_send_past_age_or_idleness_opens_another_connection(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest, limits: dict[str, float]
) -> None:
    receiver = Receiver(read_request)
    client, port = client_with(**limits), await serve(receiver)
    for _ in range(2):
        await client.send(to(port))
        await asyncio.sleep(0.01)  # past either limit
    assert receiver.connections == 2


async def test_idle_connections_beyond_the_limit_are_closed_longest_idle_first(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    receivers = [Receiver(read_request) for _ in range(3)]
    ports = [await serve(receiver) for receiver in receivers]
    client = client_with(max_idle=2)
    for port in (*ports, ports[2], ports[1], ports[0]):
        await client.send(to(port))
    assert [receiver.connections for receiver in receivers] == [2, 1, 1]


async def test_send_at_the_limit_of_an_origin_waits_in_order(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    receiver = Receiver(read_request)
    receiver.may_answer.clear()
    client, port = client_with(max_connections_per_origin=2), await serve(receiver)
    sending = [asyncio.ensure_future(client.send(to(port, path=f"/{number}"))) for number in range(6)]
    for _ in range(2):
        await receiver.arrived.acquire()
    assert len(receiver.requests) == 2
    receiver.may_answer.set()
    await asyncio.gather(*sending)
    assert receiver.connections == 2
    assert sorted(path for _, path in receiver.requests) == [f"/{number}" for number in range(6)]


async def test_send_at_the_limit_after_failures_still_gets_through(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    receiver = Receiver(read_request, closing)
    client, port = client_with(max_connections_per_origin=1), await serve(receiver)
    answers = await asyncio.gather(*(client.send(to(port, "POST")) for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    assert receiver.connections == 5


async def test_send_beyond_the_waiting_limit_is_refused_and_waiting_ends_with_the_deadline(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    receiver = Receiver(read_request)
    receiver.may_answer.clear()
    client = client_with(max_connections_per_origin=1, max_waiting_per_origin=1)
    port = await serve(receiver)
    first = asyncio.ensure_future(client.send(to(port)))
    await receiver.arrived.acquire()
    waiting = asyncio.ensure_future(client.send(to(port, timeout_s=0.05)))
    await asyncio.sleep(0)
    with pytest.raises(PoolExhausted):
        await client.send(to(port))
    with pytest.raises(TimedOut):
        await waiting
    receiver.may_answer.set()
    assert (await first).status == 200
    assert (await client.send(to(port))).status == 200


async def test_cancelling_those_who_wait_leaves_the_slot_to_the_next(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    receiver = Receiver(read_request)
    receiver.may_answer.clear()
    client, port = client_with(max_connections_per_origin=1), await serve(receiver)
    first = asyncio.ensure_future(client.send(to(port)))
    await receiver.arrived.acquire()
    waiting = [asyncio.ensure_future(client.send(to(port))) for _ in range(10)]
    await asyncio.sleep(0)

    def cancel_most(_done: object) -> None:
        for task in waiting[:9]:
            task.cancel()

    first.add_done_callback(cancel_most)
    receiver.may_answer.set()
    results = await asyncio.gather(first, *waiting, return_exceptions=True)
    assert isinstance(results[-1], OutboundResponse)
    assert (await client.send(to(port))).status == 200


# The retry rule: method, whether the connection had served before, and what the peer did to the request.
RETRY = [
    ("GET", True, b"", True),
    ("HEAD", True, b"", True),
    ("PUT", True, b"", True),
    ("DELETE", True, b"", True),
    ("OPTIONS", True, b"", True),
    ("POST", True, b"", False),
    ("PATCH", True, b"", False),
    ("GET", True, b"H", False),
    ("GET", True, b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", False),
    ("GET", False, b"", False),
    ("PUT", False, b"", False),
    ("POST", False, b"", False),
]


@pytest.mark.parametrize(("method", "reused", "partial", "retried"), RETRY)
async def test_send_is_repeated_only_when_that_cannot_do_anything_twice(
    serve: Serve,
    client_with: ClientWith,
    read_request: ReadRequest,
    method: str,
    reused: bool,
    partial: bytes,
    retried: bool,
) -> None:
    connections, seen = 0, 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections, seen
        connections += 1
        if connections == 1 and reused:
            await read_request(reader)
            writer.write(EMPTY)
        await read_request(reader)
        seen += 1
        writer.write(partial if connections == 1 else EMPTY)

    client, port = client_with(), await serve(handler)
    if reused:
        await client.send(to(port))
    if retried:
        assert (await client.send(to(port, method))).status == 200
    else:
        with pytest.raises(ConnectionLost):
            await client.send(to(port, method))
    assert (connections, seen) == (1 + retried, 1 + retried)


async def test_send_is_repeated_once_and_no_more(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    seen = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        await read_request(reader)
        seen += 1
        if seen == 1:
            writer.write(EMPTY)
            await read_request(reader)
            seen += 1

    client, port = client_with(), await serve(handler)
    await client.send(to(port))
    with pytest.raises(ConnectionLost):
        await client.send(to(port))
    assert seen == 3


async def test_send_of_a_post_after_the_peer_closed_the_idle_connection_opens_another(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    receiver = Receiver(read_request, EMPTY)
    client, port = client_with(), await serve(receiver)
    await client.send(to(port, "POST"))
    await asyncio.sleep(0.02)  # the close of the peer arrives while nothing is under way
    assert (await client.send(to(port, "POST"))).status == 200
    assert receiver.connections == 2


async def test_send_of_a_thousand_at_once_to_a_slow_receiver_answers_each_its_own(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    arrived, answer = asyncio.Semaphore(0), asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            path = (await read_request(reader)).split(b" ")[1]
            arrived.release()
            await answer.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(path), path))

    client, port = client_with(max_connections_per_origin=400), await serve(handler)
    sending = [asyncio.ensure_future(client.send(to(port, path=f"/{number}"))) for number in range(1_000)]
    for _ in range(400):
        await arrived.acquire()
    answer.set()
    answers = await asyncio.gather(*sending)
    assert [response.body for response in answers] == [b"/%d" % number for number in range(1_000)]
