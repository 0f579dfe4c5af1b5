"""What goes over one connection: framing, order, refusals that arrive."""

import asyncio
import json
import random
from typing import TYPE_CHECKING

import pytest

from ocn.node.edge.server import HttpRequest
from ocn.node.stages import Answer

if TYPE_CHECKING:
    from tests.integration.node_edge.conftest import Serving
else:
    Serving = object

GET = b"GET /%d HTTP/1.1\r\nhost: a\r\n\r\n"
PUT = b"PUT /p HTTP/1.1\r\nhost: a\r\n"


async def test_requests_in_one_piece_are_answered_in_order_however_long_each_takes(edge: Serving) -> None:
    first = asyncio.Event()

    async def behave(request: HttpRequest) -> Answer:
        if request.path == "/0":
            await first.wait()
        return Answer(200, {"x-path": request.path}, b"{}")

    edge.handler.behave = behave
    client = await edge.connect()
    client.send(b"".join(GET % number for number in range(20)))
    client.send(b"".join(GET % number for number in range(20, 40)))
    while not edge.handler.received:
        await asyncio.sleep(0)
    first.set()
    assert [(await client.answer())[1]["x-path"] for _ in range(40)] == [f"/{n}" for n in range(40)]


async def test_more_waiting_requests_than_allowed_are_refused_after_the_allowed_ones(edge: Serving) -> None:
    client = await edge.connect()
    client.send(b"".join(GET % number for number in range(200)))
    statuses = [part[:3] for part in (await client.rest()).split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200"] * 64 + [b"413"]


async def test_chunked_body_byte_by_byte_arrives_whole(edge: Serving) -> None:
    client = await edge.connect()
    for byte in (
        PUT + b"transfer-encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nx-trailer: a\r\n\r\n"
    ):
        client.send(bytes([byte]))
        await client.writer.drain()
        await asyncio.sleep(0)
    assert await client.answer() == (
        200,
        {"x-path": "/p", "content-type": "application/json", "content-length": "5"},
        b"abcde",
    )
    assert "x-trailer" not in edge.handler.received[0].headers


async def test_body_is_asked_for_when_the_client_waits_to_be_asked(edge: Serving) -> None:
    client = await edge.connect()
    client.send(PUT + b"expect: 100-continue\r\ncontent-length: 5\r\n\r\n")
    assert await client.reader.readexactly(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.send(b"hello")
    assert (await client.answer())[2] == b"hello"


async def test_answer_comes_before_what_the_next_request_is_told(edge: Serving) -> None:
    client = await edge.connect()
    client.send(GET % 1 + PUT + b"expect: 100-continue\r\ncontent-length: 5\r\n\r\n")
    assert (await client.answer())[1]["x-path"] == "/1"
    assert await client.reader.readexactly(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.close()
    refused = await edge.connect()
    refused.send(GET % 2 + b"GET /3 HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n")
    answered = await refused.rest()
    assert answered.startswith(b"HTTP/1.1 200 ")
    assert answered.count(b"HTTP/1.1 4") == 1


async def test_body_that_would_be_refused_is_not_asked_for(edge: Serving) -> None:
    for head in (
        b"PUT /stranger HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n",
        PUT + b"expect: 100-continue\r\ncontent-length: 1000001\r\n\r\n",
    ):
        client = await edge.connect()
        client.send(head)
        answered = await client.rest()
        assert answered.startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 413 "))
    assert not edge.handler.received


async def test_head_gets_the_length_and_no_body(edge: Serving) -> None:
    client = await edge.connect()
    client.send(b"HEAD /h HTTP/1.1\r\nhost: a\r\n\r\n" + GET % 1)
    status, headers, _ = await client.answer(head_only=True)
    assert (status, headers["content-length"]) == (200, "2")
    assert (await client.answer())[1]["x-path"] == "/1"


async def test_answer_that_may_have_no_body_is_framed_without_one(edge: Serving) -> None:
    async def behave(request: HttpRequest) -> Answer:
        return Answer(204, {}, b"that must not be there")

    edge.handler.behave = behave
    client = await edge.connect()
    client.send(GET % 1 + b"GET /2 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    answered = await client.rest()
    assert answered.count(b"HTTP/1.1 204 ") == 2
    assert b"content-length" not in answered
    assert b"that must" not in answered


async def test_answer_with_a_line_break_in_a_header_becomes_a_failure(edge: Serving) -> None:
    async def behave(request: HttpRequest) -> Answer:
        return Answer(200, {"x": "a\r\nset-cookie: b"}, b"{}")

    edge.handler.behave = behave
    client = await edge.connect()
    client.send(GET % 1)
    status, headers, _ = await client.answer()
    assert status == 500
    assert "set-cookie" not in headers


async def test_handler_that_raises_leaves_the_connection_usable(edge: Serving) -> None:
    async def behave(request: HttpRequest) -> Answer:
        if request.path == "/1":
            raise RuntimeError
        return Answer(200, {}, b"{}")

    edge.handler.behave = behave
    client = await edge.connect()
    client.send(GET % 1 + GET % 2)
    assert [(await client.answer())[0] for _ in range(2)] == [500, 200]


@pytest.mark.parametrize(
    ("request_line", "extra", "stays"),
    [
        (b"GET / HTTP/1.1", b"", True),
        (b"GET / HTTP/1.1", b"connection: close\r\n", False),
        (b"GET / HTTP/1.0", b"", False),
        (b"GET / HTTP/1.0", b"connection: keep-alive\r\n", True),
        (b"GET / HTTP/1.1", b"connection: upgrade\r\nupgrade: h2c\r\n", True),
    ],
)
async def test_connection_stays_open_when_both_sides_can_know_it(
    edge: Serving, request_line: bytes, extra: bytes, stays: bool
) -> None:
    client = await edge.connect()
    client.send(request_line + b"\r\nhost: a\r\n" + extra + b"\r\n")
    _, headers, _ = await client.answer()
    if stays:
        assert headers.get("connection") == ("keep-alive" if b"1.0" in request_line else None)
        client.send(GET % 2)
        assert (await client.answer())[1]["x-path"] == "/2"
    else:
        assert headers["connection"] == "close"
        assert await client.rest() == b""


async def test_body_offered_with_an_upgrade_is_the_body_and_not_the_next_request(edge: Serving) -> None:
    smuggled = GET % 666
    client = await edge.connect()
    client.send(PUT + b"connection: upgrade\r\nupgrade: h2c\r\ncontent-length: %d\r\n\r\n" % len(smuggled))
    client.send(smuggled + GET % 2)
    assert (await client.answer())[2] == smuggled
    assert (await client.answer())[1]["x-path"] == "/2"
    assert [request.path for request in edge.handler.received] == ["/p", "/2"]


async def test_refusal_arrives_though_the_client_is_still_sending(edge: Serving) -> None:
    client = await edge.connect()
    client.send(PUT + b"content-length: 1000001\r\n\r\n" + b"a" * 500_000)
    status, headers, body = await client.answer()
    assert (status, headers["x-path"], headers["connection"]) == (413, "/p", "close")
    assert json.loads(body)["status_message"] == "the body is larger than 1000000 bytes"
    client.send(b"a" * 100_000)
    await client.lost()
    assert not edge.handler.received


async def test_any_bytes_end_in_answers_in_the_envelope_or_a_closed_connection(edge: Serving) -> None:
    draw = random.Random(20_260_101)
    parts = [
        b"GET / HTTP/1.1\r\n", b"PUT /a HTTP/1.1\r\n", b"host: a\r\n", b"content-length: 4\r\n", b"\r\n",
        b"transfer-encoding: chunked\r\n", b"4\r\nabcd\r\n", b"0\r\n\r\n", b"abcd", b"\x00",
        b"connection: upgrade\r\nupgrade: a\r\n", b"\r", b"\n", b":", b" ", b"x: y\r\n", bytes(range(256)),
        b"expect: 100-continue\r\n",
    ]  # fmt: skip
    for _ in range(150):
        client = await edge.connect()
        for _ in range(draw.randrange(1, 4)):
            client.send(b"".join(draw.choice(parts) for _ in range(draw.randrange(1, 12))))
            await asyncio.sleep(0)
        client.writer.write_eof()
        answered = (await client.rest()).replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"")
        client.close()
        assert not answered or answered.startswith(b"HTTP/1.1 ")
        for part in answered.split(b"HTTP/1.1 ")[1:]:
            head, _, body = part.partition(b"\r\n\r\n")
            assert b"content-length: %d" % len(body) in head
