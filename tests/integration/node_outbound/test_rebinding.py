"""The address that was checked is the address that is called, whatever the name server says next."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ocn.node.outbound import AddressGuard, AddressRefused, HttpClient, OutboundLimits, OutboundRequest

Serve = Callable[..., Awaitable[int]]


class Rebinding:
    """Answers the first question with an opened address, every later one with an inner one."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self._answers = list(answers)

    async def lookup(self, host: str) -> tuple[str, ...]:
        return self._answers.pop(0)

    def close(self) -> None:
        pass


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    address = str(writer.get_extra_info("sockname")[0]).encode()
    writer.write(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(address), address)
    )


async def test_send_after_rebinding_is_refused_and_before_it_goes_to_the_checked_address(
    serve: Serve,
) -> None:
    resolver = Rebinding(("127.0.0.1",), ("127.0.0.2",), ("127.0.0.1", "127.0.0.2"))
    guard = AddressGuard(allow_private=["127.0.0.1/32"], allow_http=True, resolver=resolver)
    client = HttpClient(OutboundLimits(), guard)
    request = OutboundRequest("GET", f"http://receiver.example:{await serve(answer)}/")
    assert (await client.send(request)).body == b"127.0.0.1"
    for _ in range(2):
        with pytest.raises(AddressRefused):
            await client.send(request)
    await client.close()


async def test_send_to_a_name_with_a_dead_address_uses_the_next(serve: Serve) -> None:
    guard = AddressGuard(allow_private=True, allow_http=True, resolver=Rebinding(("127.0.0.9", "127.0.0.1")))
    client = HttpClient(OutboundLimits(), guard)
    response = await client.send(OutboundRequest("GET", f"http://receiver.example:{await serve(answer)}/"))
    assert response.body == b"127.0.0.1"
    await client.close()
