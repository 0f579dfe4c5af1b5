"""Receivers that are down, hang, lie or never stop: the hub says so, with HTTP 200 and the caller's ids."""

import asyncio
import gzip
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.node.conftest import Answer, Behaviour, Network, Party, Request, World
else:
    Answer = Behaviour = Network = Party = Request = World = object

LOCATIONS = "/ocpi/sender/2.2.1/locations"
ENVELOPE = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z","data":null}'


@pytest.fixture
async def network(world: World) -> Network:
    """As elsewhere, with little patience and small answers."""
    from tests.integration.node.conftest import Network as Made

    limits = {"forward_timeout_seconds": 0.4, "answer_bytes": 100_000}
    one, two = await world.node(limits=limits), await world.node(limits=limits)
    return Made(
        world,
        one,
        two,
        msp=await world.party(one, "DE", "MSP"),
        cpo=await world.party(one, "DE", "CPO"),
        cpx=await world.party(two, "NL", "CPX"),
    )


def head(status: str = "200 OK", *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def whole(body: bytes, status: str = "200 OK", *lines: str) -> bytes:
    return head(status, f"content-length: {len(body)}", *lines) + body


BYTES = {
    "nothing": (b"", 4000),
    "half a head": (b"HTTP/1.1 200 OK\r\ncontent-", 4000),
    "half a body": (head("200 OK", "content-length: 100") + b"{", 4000),
    "half a chunk": (head("200 OK", "transfer-encoding: chunked") + b"5\r\n{", 4000),
    "bad chunks": (head("200 OK", "transfer-encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n", 4000),
    "two lengths": (head("200 OK", "content-length: 2", "content-length: 3") + b"{} ", 4000),
    "length and chunks": (
        head("200 OK", "content-length: 2", "transfer-encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n",
        4000,
    ),
    "garbage": (b"\x00\x01\x02 no HTTP at all\r\n\r\n", 4000),
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n", 4000),
    "head without end": (b"HTTP/1.1 200 OK\r\nx: " + b"a" * 200_000, 4000),
    "too many headers": (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1_000 + b"\r\n", 4000),
    "too long by its length": (head("200 OK", "content-length: 99999999999"), 4000),
    "too long by its body": (whole(b'"' + b"a" * 200_000 + b'"'), 4000),
    "HTML": (whole(b"<html>It works!</html>"), 4000),
    "broken JSON": (whole(b'{"status_code":1000,'), 4000),
    "JSON, no envelope": (whole(b'{"result":"ok"}'), 4000),
    "status as text": (whole(b'{"status_code":"1000"}'), 4000),
    "a list": (whole(b"[1000]"), 4000),
    "deep": (whole(b'{"status_code":1000,"data":' + b"[" * 40_000 + b"]" * 40_000 + b"}"), 4000),
    "compressed": (whole(gzip.compress(ENVELOPE), "200 OK", "content-encoding: gzip"), 4000),
    "redirect": (whole(b"", "302 Found", "location: http://127.0.0.1:1/"), 4000),
    "redirect, permanent": (whole(ENVELOPE, "308 Permanent Redirect", "location: /x"), 4000),
    "unauthorised": (whole(ENVELOPE, "401 Unauthorized"), 4000),
    "forbidden": (whole(ENVELOPE, "403 Forbidden"), 4000),
    "internal error": (whole(ENVELOPE, "500 Oops"), 4000),
    "gateway": (whole(b"<html>", "502 Bad Gateway"), 4000),
    "switching": (head("101 Switching Protocols", "upgrade: x") + ENVELOPE, 4000),
    "interim for ever": (b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 4000),
    "signature of garbage": (whole(b'{"status_code":1000,"ocn_signature":"x"}'), 3000),
    "link of garbage": (whole(ENVELOPE, "200 OK", 'link: <http://[x>; rel="next"'), 4000),
    "link to nowhere": (whole(ENVELOPE, "200 OK", 'link: <file:///etc/passwd>; rel="next"'), 4000),
}


def says(data: bytes) -> Behaviour:
    async def behave(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return behave


def assert_hub_error(answer: Answer, code: int, name: str) -> None:
    assert (answer.status, answer.code) == (200, code), (name, answer.body)
    assert (answer.headers["x-request-id"], answer.headers["x-correlation-id"]) == ("req-1", "corr-1"), name
    assert (answer.headers["ocpi-to-party-id"], answer.headers["ocpi-from-country-code"]) != ("", ""), name
    assert b"incident" not in answer.body, name
    assert "link" not in answer.headers, name


async def test_receiver_that_answers_wrongly_is_reported_by_the_hub(network: Network, station: Party) -> None:
    for name, (data, code) in BYTES.items():
        station.backend.behave = says(data)
        assert_hub_error(await network.msp.call(station, "GET", LOCATIONS), code, name)
    station.backend.behave = None
    assert (await network.msp.call(station, "GET", LOCATIONS)).code == 1000


async def test_receiver_that_answers_nothing_or_without_end_is_timed_out(
    network: Network, station: Party
) -> None:
    async def hang(_request: Request, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", "content-length: 90000"))
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    async def stall(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", "content-length: 90000") + b"{")
        await asyncio.Event().wait()

    for behaviour in (hang, drip, stall):
        station.backend.behave = behaviour
        answer = await network.msp.call(station, "GET", LOCATIONS)
        assert_hub_error(answer, 4002, behaviour.__name__)


async def test_receiver_that_is_not_there_is_unreachable(network: Network, station: Party) -> None:
    assert (await network.msp.call(station, "GET", LOCATIONS)).code == 1000
    station.backend.port, kept = 1, station.backend.port
    assert (await station.register_again()).code == 3001
    station.backend.port = kept
    station.backend.endpoints = {"locations": "http://127.0.0.1:1/x"}
    assert (await station.register_again()).code == 1000
    assert_hub_error(await network.msp.call(station, "GET", LOCATIONS), 4003, "refused")
    assert b"token-b" not in (await network.msp.call(station, "GET", LOCATIONS)).body


async def test_name_that_leads_inside_is_refused_when_it_is_called(world: World) -> None:
    """The name is public by its looks; only its resolution shows where it leads."""
    from ocn.node.exits import Exit
    from ocn.node.outbound import AddressGuard, HttpClient, OutboundLimits
    from ocn.ocpi.errors import ReceiverUnreachable

    class Inside:
        async def lookup(self, host: str) -> tuple[str, ...]:
            return {"mixed.example.org": ("93.184.216.34", "127.0.0.1")}.get(host, ("::ffff:127.0.0.1",))

        def close(self) -> None:
            return None

    client = HttpClient(OutboundLimits(), AddressGuard(allow_http=True, resolver=Inside()))
    backend = await world.backend()
    for host in ("cpo.example.org", "mixed.example.org"):
        url = f"http://{host}:{backend.port}/x"
        with pytest.raises(ReceiverUnreachable, match="not public"):
            await Exit(client).request("GET", url, {"Authorization": "Token secret"}, b"", timeout_s=1)
    await client.close()
    assert backend.received == []


@pytest.mark.parametrize("spelling", ["http://localhost:{port}", "HTTP://127.0.0.1:{port}"])
async def test_endpoint_that_leads_back_to_the_node_is_refused_or_ends_at_the_second_visit(
    network: Network, spelling: str
) -> None:
    """A CPO names the node as its back end, and as its token that of the eMSP, which plays along."""
    base = spelling.format(port=network.one.port)
    network.cpo.backend.endpoints = {"locations": f"{base}{LOCATIONS}"}
    answer = await network.cpo.register_again(token=network.msp.token)
    if "localhost" not in spelling:
        assert answer.code == 3001
        return
    assert answer.code == 1000
    answer = await network.msp.call(network.cpo, "GET", LOCATIONS)
    assert_hub_error(answer, 4000, spelling)
    assert "has been here before" in answer.json["status_message"]


async def test_endpoints_that_lead_from_node_to_node_end_at_the_second_visit(
    network: Network, world: World
) -> None:
    """A CPO on both nodes names the other node as its back end, with the tokens of an eMSP on both."""

    async def on_both(country_code: str, party_id: str) -> tuple[Party, Party]:
        first = await world.party(network.one, country_code, party_id)
        second = await world.party(network.two, country_code, party_id)
        return first, second

    nodes = (network.one, network.two)
    emsps, cpos = await on_both("DE", "LOM"), await on_both("DE", "LOC")
    for here, there in ((0, 1), (1, 0)):
        cpo = cpos[here]
        cpo.backend.endpoints = {"locations": f"{cpos[there].node.url}{LOCATIONS}"}
        world.list(cpo.id, cpo.key, nodes[here].key.address, cpo.node.url)
        assert (await cpo.register_again(token=emsps[there].token)).code == 1000
    for here in (0, 1):
        answer = await emsps[here].call(cpos[here], "GET", LOCATIONS)
        assert_hub_error(answer, 4000, "loop")
        assert "has been here before" in answer.json["status_message"]
