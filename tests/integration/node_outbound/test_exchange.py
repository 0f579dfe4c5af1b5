"""Whole exchanges with a scripted server: what the peer may do to us, and what comes of it."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

import pytest

from ocn.node.outbound import (
    AddressRefused,
    ConnectFailed,
    ConnectionLost,
    HttpClient,
    OutboundRequest,
    RequestInvalid,
    ResponseInvalid,
    TimedOut,
)

Serve = Callable[..., Awaitable[int]]
ClientWith = Callable[..., HttpClient]
ReadRequest = Callable[[asyncio.StreamReader], Awaitable[bytes]]
OK = b"HTTP/1.1 200 OK\r\n"


def to(
    port: int, method: str = "GET", body: bytes = b"", timeout_s: float = 20.0, path: str = "/a"
) -> OutboundRequest:
    return OutboundRequest(method, f"http://127.0.0.1:{port}{path}", [("X-Request-ID", "1")], body, timeout_s)


async def test_send_puts_the_request_on_the_wire_and_returns_the_response(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    seen: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(b"HTTP/1.1 201 Created\r\nLocation: /b\r\nContent-Length: 2\r\n\r\nhi")

    port = await serve(handler)
    response = await client_with().send(to(port, "POST", b"{}", path="/ocpi?x=1"))
    assert (response.status, response.header("location"), response.body) == (201, "/b", b"hi")
    assert seen == [
        f"POST /ocpi?x=1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: identity\r\n"
        "X-Request-ID: 1\r\nContent-Length: 2\r\n\r\n{}".encode()
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 401, 407, 500])
async def test_send_returns_any_status_and_follows_nothing(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest, status: int
) -> None:
    seen = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        while await read_request(reader):
            seen += 1
            writer.write(b"HTTP/1.1 %d X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n" % status)

    response = await client_with().send(to(await serve(handler)))
    assert (response.status, seen) == (status, 1)


CLOSED_EARLY = {
    "nothing": b"",
    "half a status line": b"HTTP/1.1 2",
    "half a head": OK + b"Content-Length: 5\r\n",
    "half a body": OK + b"Content-Length: 5\r\n\r\nhel",
    "half a chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
    "no last chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "only an interim response": b"HTTP/1.1 100 Continue\r\n\r\n",
}


@pytest.mark.parametrize("name", CLOSED_EARLY)
async def test_send_to_a_peer_that_closes_early_loses_the_connection(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest, name: str
) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(CLOSED_EARLY[name])

    with pytest.raises(ConnectionLost) as lost:
        await client_with().send(to(await serve(handler)))
    assert lost.value.answered is (name != "nothing")


async def test_send_to_a_peer_that_resets_loses_the_connection(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(OK + b"\r\nnot all of")
        await writer.drain()
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close by reset
        writer.transport.abort()

    with pytest.raises(ConnectionLost):
        await client_with().send(to(await serve(handler)))


async def test_send_to_a_peer_that_ends_the_body_by_closing_returns_it(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(OK + b"\r\nhel")
        await writer.drain()
        writer.write(b"lo")

    response = await client_with().send(to(await serve(handler)))
    assert response.body == b"hello"


async def test_send_answered_byte_by_byte_returns_the_response(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    stream = (
        b"HTTP/1.1 100 Continue\r\n\r\n"
        + OK
        + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: x\r\n\r\n"
    )

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for value in stream:
            writer.write(bytes([value]))
            await writer.drain()
            await asyncio.sleep(0)

    assert (await client_with().send(to(await serve(handler)))).body == b"hello"


@pytest.mark.parametrize(
    "stream",
    [
        b"SSH-2.0-x\r\n",
        OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        OK + b"X: " + b"a" * 100_000,
        OK + b"Content-Length: 2000\r\n\r\n",
        OK + b"\r\n" + b"a" * 2_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
        b"HTTP/1.1 101 X\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n",
    ],
    ids=lambda stream: repr(stream[:24]),
)
async def test_send_answered_with_what_is_no_response_refuses_it_without_waiting_for_the_rest(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest, stream: bytes
) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(stream)
        await reader.read()  # stay open until the client leaves

    with pytest.raises(ResponseInvalid) as invalid:
        await client_with(max_response_body=1_000).send(to(await serve(handler)))
    assert not isinstance(invalid.value, ConnectionLost)


async def test_send_of_a_large_body_both_ways_carries_every_byte(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    body = bytes(range(256)) * 20_000

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            received = (await read_request(reader)).split(b"\r\n\r\n", 1)[1]
            writer.write(OK + b"Content-Length: %d\r\n\r\n" % len(received))
            writer.write(received)
            await writer.drain()

    client, port = client_with(), await serve(handler)
    for _ in range(2):
        response = await client.send(to(port, "PUT", body))
        assert response.body == body


async def test_send_answered_before_the_body_is_taken_returns_the_answer_and_leaves_the_connection(
    serve: Serve, client_with: ClientWith
) -> None:
    connections = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await asyncio.Event().wait()  # reads no more of the body, and does not close

    client, port = client_with(), await serve(handler)
    for _ in range(2):
        assert (await client.send(to(port, "POST", b"a" * 16_000_000))).status == 413
    assert connections == 2


async def test_send_of_a_large_body_to_a_peer_that_closes_loses_the_connection(
    serve: Serve, client_with: ClientWith
) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    with pytest.raises(ConnectionLost):
        await client_with().send(to(await serve(handler), "PUT", b"a" * 16_000_000))


@pytest.mark.parametrize("body", [b"", b"a" * 16_000_000], ids=["small", "large"])
async def test_send_to_a_peer_that_never_answers_times_out_and_leaves_the_connection(
    serve: Serve, client_with: ClientWith, body: bytes
) -> None:
    left = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if not body:
            await reader.read()
            left.set()
        await asyncio.Event().wait()

    with pytest.raises(TimedOut):
        await client_with().send(to(await serve(handler), "POST", body, timeout_s=0.05))
    if not body:
        await left.wait()


async def test_send_to_a_peer_that_trickles_for_ever_times_out(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\na\r\n")
            await writer.drain()
            await asyncio.sleep(0.001)

    with pytest.raises(TimedOut):
        await client_with().send(to(await serve(handler), timeout_s=0.05))


async def test_cancelling_a_send_closes_its_connection_and_harms_no_other(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest
) -> None:
    arrived, left = asyncio.Event(), asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if b"/slow" in await read_request(reader):
            arrived.set()
            await reader.read()
            left.set()
        else:
            writer.write(OK + b"Content-Length: 0\r\n\r\n")

    client, port = client_with(), await serve(handler)
    sending = asyncio.ensure_future(client.send(to(port, path="/slow")))
    await arrived.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await left.wait()
    assert (await client.send(to(port))).status == 200


async def test_send_where_nobody_listens_fails_to_connect(client_with: ClientWith) -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(ConnectFailed):
        await client_with().send(to(port))


async def test_send_of_what_must_not_be_sent_reaches_nobody(serve: Serve, client_with: ClientWith) -> None:
    connections = 0

    async def handler(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1

    client, port = client_with(), await serve(handler)
    url = f"http://127.0.0.1:{port}/"
    with pytest.raises(RequestInvalid):
        await client.send(OutboundRequest("GET", url, [("X", "a\r\nHost: b")]))
    with pytest.raises(AddressRefused):
        await client.send(OutboundRequest("GET", f"http://u@127.0.0.1:{port}/"))
    assert connections == 0


async def test_close_fails_what_is_under_way_and_what_comes_after(
    serve: Serve, client_with: ClientWith
) -> None:
    arrived = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await reader.read()

    client, port = client_with(), await serve(handler)
    sending = asyncio.ensure_future(client.send(to(port)))
    await arrived.wait()
    await client.close()
    with pytest.raises(ConnectFailed):
        await sending
    with pytest.raises(ConnectFailed):
        await client.send(to(port))
