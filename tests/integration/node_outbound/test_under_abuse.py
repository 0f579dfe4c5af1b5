"""Peers and callers at their worst: whatever happens, every send ends, and the pool keeps its books."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from ocn.node.outbound import HttpClient, OutboundError, OutboundRequest, OutboundResponse

Serve = Callable[..., Awaitable[int]]
ClientWith = Callable[..., HttpClient]
ReadRequest = Callable[[asyncio.StreamReader], Awaitable[bytes]]
OK = b"HTTP/1.1 200 OK\r\n"
ANSWERS = [
    OK + b"Content-Length: 5\r\n\r\nhello",
    OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Connection: close\r\n\r\nhello",
    b"HTTP/1.1 204 No Content\r\n\r\n",
]


def damage(stream: bytes, chance: random.Random) -> bytes:
    """Change, drop, double or append a few bytes; or leave all as it is."""
    damaged = bytearray(stream)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(damaged) + 1)
        damaged[at : at + chance.randrange(3)] = chance.choice(
            [b"", b"\r\n", b"\x00", b"9", b":", chance.randbytes(4)]
        )
    return bytes(damaged) + chance.choice(
        [b"", b"", b"\r\n", b"HTTP/1.1 200 OK\r\n\r\n", chance.randbytes(9)]
    )


@pytest.mark.parametrize("seed", range(4))
async def test_send_to_a_peer_that_says_anything_ends_in_a_response_or_an_outbound_error(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest, seed: int
) -> None:
    chance = random.Random(seed)

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            stream = damage(chance.choice(ANSWERS), chance)
            cut = chance.randrange(len(stream) + 1)
            writer.write(stream[:cut])
            await writer.drain()
            await asyncio.sleep(0)
            writer.write(stream[cut:])
            if chance.random() < 0.5:
                return

    client, port = client_with(max_connections_per_origin=8), await serve(handler)
    requests = [
        OutboundRequest(chance.choice(["GET", "POST", "HEAD"]), f"http://127.0.0.1:{port}/", (), b"", 0.2)
        for _ in range(120)
    ]
    results = await asyncio.gather(*(client.send(request) for request in requests), return_exceptions=True)
    assert {type(result) for result in results if not isinstance(result, OutboundError)} <= {OutboundResponse}
    assert any(isinstance(result, OutboundResponse) for result in results)


@pytest.mark.parametrize("seed", range(4))
async def test_pool_after_cancelled_late_and_broken_sends_has_every_slot_back(
    serve: Serve, client_with: ClientWith, read_request: ReadRequest, seed: int
) -> None:
    chance = random.Random(seed)

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while b"/calm" in await read_request(reader) or chance.random() < 0.7:
            await asyncio.sleep(chance.choice([0, 0, 0.002]))
            writer.write(ANSWERS[0])

    client, port = client_with(max_connections_per_origin=3, max_idle=2), await serve(handler)

    async def send(path: str, timeout_s: float) -> OutboundResponse:
        return await client.send(OutboundRequest("GET", f"http://127.0.0.1:{port}{path}", (), b"", timeout_s))

    sending = [asyncio.ensure_future(send("/wild", chance.choice([0.001, 0.005, 5.0]))) for _ in range(150)]
    for task in chance.sample(sending, 50):
        asyncio.get_running_loop().call_later(chance.random() * 0.02, task.cancel)
    for result in await asyncio.gather(*sending, return_exceptions=True):
        assert isinstance(result, OutboundResponse | OutboundError | asyncio.CancelledError)
    answers = await asyncio.gather(*(send("/calm", 20.0) for _ in range(30)))
    assert [answer.body for answer in answers] == [b"hello"] * 30
    pool = client._pool
    slots = sum(place.slots for place in pool._places.values())
    assert (slots, len(pool._open)) == (len(pool._idle), len(pool._idle))
    await client.close()
    assert (len(pool._places), len(pool._open), len(pool._idle)) == (0, 0, 0)
