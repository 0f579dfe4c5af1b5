"""A node that may not call inside does not, whoever names the address: a party, an answer, the registry."""

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.signing import PrivateKey

if TYPE_CHECKING:
    from tests.integration.node.conftest import Network, Party, Request, World
else:
    Network = Party = Request = World = object

LOCATIONS = "/ocpi/sender/2.2.1/locations"
START = "/ocpi/receiver/2.2.1/commands/START_SESSION"
PUBLIC_ONLY = {"allow_http": True, "allow_private_addresses": False}


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433", "0177.0.0.1"],
)
async def test_platform_whose_versions_are_inside_is_not_called(world: World, host: str) -> None:
    node = await world.node(network=PUBLIC_ONLY)
    party = await world.party(node, "DE", "CPO", register=False)
    answer = await party.register(await party.invited(), url=f"http://{host}:{party.backend.port}/versions")
    assert (answer.status, answer.code) == (200, 3001)
    assert party.backend.discoveries == 0


async def test_node_that_the_registry_lists_inside_is_not_called(world: World) -> None:
    """Whoever writes to the registry must not be able to make every node call its own network."""
    one, inside = await world.node(), await world.backend()
    msp = await world.party(one, "DE", "MSP")
    far = PartyId("NL", "FAR")
    for url in (
        "file:///etc/passwd",
        "gopher://127.0.0.1",
        f"http://169.254.169.254:{inside.port}",
        "http://[::",
        "",
    ):
        world.list(far, PrivateKey.generate(), PrivateKey.generate().address, url)
        answer = await msp.call(far, "GET", LOCATIONS)
        assert (answer.status, answer.code) == (200, 4003), url
        assert b"incident" not in answer.body
    assert inside.received == []


async def test_redirect_is_not_followed(network: Network, station: Party) -> None:
    inside = await network.world.backend()

    async def redirects(_request: Request, writer: asyncio.StreamWriter) -> None:
        location = f"location: {inside.url}/x\r\ncontent-length: 0\r\n\r\n"
        writer.write(f"HTTP/1.1 307 Elsewhere\r\n{location}".encode())

    station.backend.behave = redirects
    answer = await network.msp.call(station, "GET", LOCATIONS)
    assert (answer.status, answer.code) == (200, 4000)
    assert inside.received == []


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://0x7f000001/",
        "https://user@127.0.0.1/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/",
        "//127.0.0.1/",
        "/relative",
        "javascript:alert(1)",
    ],
)
async def test_response_url_that_no_node_calls_is_refused(network: Network, station: Party, url: str) -> None:
    answer = await network.msp.call(station, "POST", START, json.dumps({"response_url": url}).encode())
    assert (answer.status, answer.code) == (400, 2001)
    assert network.nothing_arrived()


async def test_token_of_the_receiver_goes_to_the_receiver_alone(network: Network, station: Party) -> None:
    """Neither a callback nor a page of its own makes a node show one party's token to another."""
    thief = network.cpo if station is network.cpx else network.cpx
    callback = json.dumps({"response_url": f"{thief.backend.url}/steal"}).encode()
    assert (await network.msp.call(station, "POST", START, callback)).code == 1000
    handed_out = json.loads(station.backend.received[-1].body)["response_url"]
    assert (await station.call(network.msp, "POST", handed_out, b"{}")).code == 1000
    (stolen,) = thief.backend.received
    assert stolen.target == "/steal"  # the eMSP may send its own results where it likes, with its own token
    assert station.token not in str(stolen)
    assert network.msp.token not in str(stolen)


async def test_slow_body_is_answered_408_and_reaches_nobody(world: World) -> None:
    node = await world.node(limits={"body_timeout_seconds": 0.2})
    msp, cpo = await world.party(node, "DE", "MSP"), await world.party(node, "DE", "CPO")
    headers = "".join(f"{name}: {value}\r\n" for name, value in msp.headers(cpo).items())
    start = f"PUT /ocpi/receiver/2.2.1/sessions/DE/MSP/1 HTTP/1.1\r\nhost: n\r\n{headers}"
    for rest in ("content-length: 10\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n1\r\n{\r\n"):
        answered = await node.raw(f"{start}{rest}".encode())
        assert answered.startswith(b"HTTP/1.1 408 ")
        assert b'"status_code":2001' in answered
    assert cpo.backend.received == []


async def test_many_bodies_of_strangers_at_once_are_not_kept(network: Network) -> None:
    import tracemalloc

    head = (
        b"PUT /ocpi/receiver/2.2.1/sessions/DE/MSP/1 HTTP/1.1\r\nhost: n\r\n"
        b"authorization: Token nobodys\r\ncontent-length: 10000000\r\n\r\n"
    )
    tracemalloc.start()
    writers = []
    for _ in range(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", network.one.port)
        writer.write(head + b"a" * 100_000)
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
        writers.append(writer)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    for writer in writers:
        writer.close()
    assert peak < 20_000_000
