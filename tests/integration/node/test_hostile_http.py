"""Bytes that are no honest HTTP request, over real sockets: a clear error or a closed connection."""

import asyncio
import json
import tracemalloc
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.node.conftest import Answer, Network
else:
    Answer = Network = object

LOCATIONS = "/ocpi/sender/2.2.1/locations"
SESSION = "/ocpi/receiver/2.2.1/sessions/DE/MSP/S1"
START = "/ocpi/receiver/2.2.1/commands/START_SESSION"
CLOSED = 0
CHUNKED = b"transfer-encoding: chunked\r\n"


@dataclass(frozen=True)
class Case:
    """What is sent, and the HTTP status due; CLOSED where no answer is."""

    name: str
    status: int
    data: bytes


def head(
    network: Network,
    method: str = "GET",
    target: str = LOCATIONS,
    *,
    extra: bytes = b"",
    without: str = "",
    version: bytes = b"HTTP/1.1",
) -> bytes:
    """Write a request that would be relayed but for what is changed here."""
    headers = network.msp.headers(network.cpo)
    headers.pop(without, None)
    lines = [f"{method} {target} ".encode("latin-1") + version, b"host: node", b"connection: close"]
    lines += [f"{name}: {value}".encode("latin-1") for name, value in headers.items()]
    return b"\r\n".join(lines) + b"\r\n" + extra + b"\r\n"


def put(network: Network, extra: bytes, body: bytes, target: str = SESSION) -> bytes:
    return head(network, "PUT", target, extra=extra) + body


def length(body: bytes) -> bytes:
    return b"content-length: %d\r\n" % len(body)


def request_line_cases(network: Network) -> list[Case]:
    def get(target: str) -> bytes:
        return head(network, target=target)

    return [
        Case("HTTP/0.9", 400, b"GET /ocpi/versions\r\n\r\n"),
        Case("HTTP/2", 400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Case("version 9.9", 400, head(network, version=b"HTTP/9.9")),
        Case("no version", 400, head(network, version=b"")),
        Case("TLS", 400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9),
        Case("empty lines and nonsense", 400, b"\r\n\r\n\x00\x01\x02\r\n\r\n"),
        Case("//ocpi", 404, get("//ocpi/sender/2.2.1/locations")),
        Case("escaped slash in the route", 404, get("/ocpi%2Fsender/2.2.1/locations")),
        Case("dots to admin", 404, get("/ocpi/../admin/platforms")),
        Case("dots to admin, deep", 404, get("/ocpi/sender/2.2.1/locations/../../../../admin/platforms")),
        Case("escaped dots", 404, get("/ocpi/sender/2.2.1/locations/%2e%2e/%2E./x")),
        Case("dots with parameters", 404, get("/ocpi/custom/sender/x-custom/..;/x")),
        Case("NUL", 400, get("/ocpi/sender/2.2.1/locations/\0")),
        Case("escaped NUL", 404, get("/ocpi/sender/2.2.1/locations/%00")),
        Case("escaped line break", 404, get("/ocpi/sender/2.2.1/locations/%0d%0ax:y")),
        Case("not ASCII", 400, get("/ocpi/sender/2.2.1/locations/\xe9")),
        Case("query not ASCII", 400, get(f"{LOCATIONS}?a=\xe9")),
        Case("query with backslash", 400, get(f"{LOCATIONS}?a=\\")),
        Case("query too long", 400, get(f"{LOCATIONS}?{'a' * 5000}")),
        Case("path too long", 404, get(f"{LOCATIONS}/{'a' * 5000}")),
        Case("asterisk", 404, head(network, "OPTIONS", "*")),
        Case("CONNECT elsewhere", 405, head(network, "CONNECT", "evil.test:443")),
        *(
            Case(f"{method} here", 405, head(network, method))
            for method in ("CONNECT", "TRACE", "OPTIONS", "HEAD", "PROPFIND", "PUT")
        ),
        Case("method in lower case", 400, head(network, "get")),
        Case("unknown method", 400, head(network, "FETCH")),
        *(
            Case(f"junk: {target}", 404, get(target))
            for target in (
                "/",
                "/ocpi",
                "/ocpi/",
                "/ocpi/9.9",
                "/ocpi/versions/x",
                "/ocpi/versions;x",
                "/ocpi/versions%2F",
                "/ocpi/2.2.1/credentials/x",
                "/ocpi/2.2.1/credentials;x",
                "/ocpi/2.2.1/hubclientinfo/x/y",
                "/ocpi/receiver/2.2.1/ocnrules/whitelist/x",
                "/ocpi/sender/2.2.1/nothing",
                "/ocpi/sender/2.2.1/locations/page/AAAAAAAAAAAAAAAAAAAAAA",
                "/admin/../admin/node",
                "/admin//node",
            )
        ),
    ]


def header_cases(network: Network) -> list[Case]:
    def get(extra: bytes, without: str = "") -> bytes:
        return head(network, extra=extra, without=without)

    return [
        *(
            Case(f"without {name}", 401 if name == "Authorization" else 400, get(b"", without=name))
            for name in ("Authorization", "OCPI-from-country-code", "OCPI-from-party-id", "OCPI-to-party-id")
        ),
        *(
            Case(f"twice {name.decode()}", 400, get(name + b": CPO\r\n"))
            for name in (b"authorization", b"OCPI-FROM-party-id", b"ocpi-to-country-code", b"x-request-id")
        ),
        *(
            Case(f"party id {value!r}", 400, get(b"ocpi-from-party-id: %b\r\n" % value, "OCPI-from-party-id"))
            for value in (b"", b"MS", b"MSPX", b"M P", b"\xc3\xa9MS", b"MSP, CPO", b"M\tP")
        ),
        Case("id not ASCII", 400, get(b"x-request-id: \xe9\r\n", "X-Request-ID")),
        Case("id too long", 400, get(b"x-request-id: %b\r\n" % (b"a" * 129), "X-Request-ID")),
        Case("NUL in a value", 400, get(b"x-a: b\x00c\r\n")),
        Case("line break in a value", 400, get(b"x-a: b\rc: d\r\n")),
        Case("folded", 400, get(b"x-a: b\r\n c\r\n")),
        Case("space before colon", 400, get(b"ocpi-from-party-id : CPO\r\n")),
        Case("bare line feeds", 400, head(network).replace(b"\r\n", b"\n")),
        Case("two hundred", 431, get(b"a: b\r\n" * 200)),
        Case("signature of garbage", 400, get(b"ocn-signature: " + b"A" * 60_000 + b"\r\n")),
        Case("token of another kind", 401, get(b"authorization: Bearer x\r\n", "Authorization")),
        Case("token too long", 401, get(b"authorization: Token %b\r\n" % (b"a" * 500), "Authorization")),
    ]


def body_cases(network: Network) -> list[Case]:
    def command(body: bytes) -> bytes:
        return head(network, "POST", START, extra=length(body)) + body

    deep = b'{"response_url":"http://127.0.0.1:1/","x":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    return [
        Case("negative length", 400, put(network, b"content-length: -1\r\n", b"")),
        Case("signed length", 400, put(network, b"content-length: +2\r\n", b"{}")),
        Case("endless length", 400, put(network, b"content-length: %b\r\n" % (b"9" * 30), b"")),
        Case("length over the limit", 413, put(network, b"content-length: 10485761\r\n", b"")),
        Case("two lengths", 400, put(network, b"content-length: 2\r\ncontent-length: 3\r\n", b"{} ")),
        Case("length and chunked", 400, put(network, length(b"{}") + CHUNKED, b"2\r\n{}\r\n0\r\n\r\n")),
        Case("another coding", 400, put(network, b"transfer-encoding: xchunked\r\n", b"{}")),
        Case(
            "coded and chunked",
            400,
            put(network, b"transfer-encoding: gzip, chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
        ),
        Case("compressed", 400, put(network, length(b"{}") + b"content-encoding: gzip\r\n", b"{}")),
        Case("chunk size no number", 400, put(network, CHUNKED, b"zz\r\n{}\r\n0\r\n\r\n")),
        Case("chunk size negative", 400, put(network, CHUNKED, b"-2\r\n{}\r\n0\r\n\r\n")),
        Case("chunk size endless", 400, put(network, CHUNKED, b"f" * 30 + b"\r\n{}")),
        Case("chunk longer than said", 400, put(network, CHUNKED, b"2\r\n{}xx\r\n0\r\n\r\n")),
        Case("more than its length", 405, put(network, b"content-length: 0\r\n", b"", START) + b"X"),
        *(
            Case(f"command {body[:40]!r}", 400, command(body))
            for body in (
                b"{",
                b"[]",
                b"\xef\xbb\xbf" + b'{"response_url":"http://127.0.0.1:1/"}',
                '{"response_url":"http://127.0.0.1:1/"}'.encode("utf-16"),
                b'{"response_url":"http://127.0.0.1:1/","response_\\u0075rl":"http://evil.test/"}',
                b'{"response_url":1}',
                deep,
            )
        ),
    ]


async def outcome(network: Network, case: Case) -> tuple[int, bytes]:
    """Send a case and return status and body of what comes back, until the node closes."""
    answered = await network.one.raw(case.data)
    if not answered:
        return CLOSED, b""
    top, _, body = answered.partition(b"\r\n\r\n")
    return int(top.split(b" ")[1]), body


async def test_hostile_requests_are_refused_clearly_and_reach_nobody(network: Network) -> None:
    stored, links = await network.one.store.revision(), len(network.one.links._links)
    for case in [*request_line_cases(network), *header_cases(network), *body_cases(network)]:
        status, body = await outcome(network, case)
        assert status == case.status, (case.name, status, body)
        if body:
            assert json.loads(body)["status_code"] >= 2000, case.name
            assert b"incident" not in body, case.name
        else:
            assert case.name.startswith("HEAD"), case.name
        assert network.nothing_arrived(), case.name
    assert await network.one.store.revision() == stored
    assert len(network.one.links._links) == links
    assert (await network.msp.call(network.cpo, "GET", LOCATIONS)).code == 1000


async def test_tokens_and_routing_headers_in_trailers_count_for_nothing(network: Network) -> None:
    token = b"authorization: Token " + network.msp.token.encode() + b"\r\n"
    data = head(network, "PUT", SESSION, extra=CHUNKED, without="Authorization")
    answered = await network.one.raw(data + b"2\r\n{}\r\n0\r\n" + token + b"\r\n")
    assert answered.startswith(b"HTTP/1.1 401 ")
    assert network.nothing_arrived()
    trailer = b"ocpi-to-party-id: XXX\r\n"
    answered = await network.one.raw(put(network, CHUNKED, b"2\r\n{}\r\n0\r\n" + trailer + b"\r\n"))
    assert answered.startswith(b"HTTP/1.1 200 ")


async def test_requests_before_nonsense_on_one_connection_get_their_answers_first(network: Network) -> None:
    one = head(network).replace(b"connection: close\r\n", b"")
    answered = await network.one.raw(one + one + b"nonsense\r\n\r\n")
    statuses = [part[:3] for part in answered.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"200", b"400"]
    assert len(network.cpo.backend.received) == 2


async def test_pipelined_requests_are_answered_in_order(network: Network) -> None:
    one = head(network).replace(b"connection: close\r\n", b"")
    numbered = [one.replace(b"req-1", b"req-%d" % n) for n in range(20)]
    answered = await network.one.raw(b"".join(numbered) + head(network, "TRACE"))
    ids = [part.split(b"\r\n")[0] for part in answered.split(b"x-request-id: ")[1:]]
    assert ids == [b"req-%d" % n for n in range(20)] + [b"req-1"]


async def test_upgrade_is_declined_by_answering_in_http_1(network: Network) -> None:
    for protocol in (b"websocket", b"h2c"):
        reader, writer = await asyncio.open_connection("127.0.0.1", network.one.port)
        extra = b"upgrade: %b\r\nsec-websocket-key: a\r\nhttp2-settings: a\r\n" % protocol
        writer.write(head(network, extra=extra).replace(b"connection: close", b"connection: upgrade"))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        writer.close()


async def send_without_end(network: Network, start: bytes, piece: bytes, at_most: int) -> tuple[int, bytes]:
    """Send pieces until the node closes; return how many bytes it took and what it said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", network.one.port)
    writer.write(start)
    sent = 0
    try:
        while sent < at_most:
            writer.write(piece)
            sent += len(piece)
            await writer.drain()
    except ConnectionError:
        pass
    try:
        answered = await reader.read()
    except ConnectionError:
        answered = b""
    writer.close()
    return sent, answered


async def test_heads_and_trailers_without_end_are_cut_off_and_take_no_memory(network: Network) -> None:
    piece, much = b"a" * 65_536, 64 * 1024 * 1024
    starts = {
        "request line": b"GET /",
        "header value": b"GET /ocpi/versions HTTP/1.1\r\nx: ",
        "header name": b"GET /ocpi/versions HTTP/1.1\r\n",
        "trailer": put(network, CHUNKED, b"2\r\n{}\r\n0\r\nx: "),
        "chunk extension": put(network, CHUNKED, b"2;x="),
    }
    for name, start in starts.items():
        tracemalloc.start()
        sent, _ = await send_without_end(network, start, piece, much)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert sent < much, name
        assert peak < 16 * 1024 * 1024, name
        assert network.nothing_arrived(), name


async def test_head_just_over_the_limit_is_answered_431(network: Network) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", network.one.port)
    writer.write(b"GET /ocpi/versions HTTP/1.1\r\n")
    answered = b""
    while not answered:
        writer.write(b"x: " + b"a" * 30_000 + b"\r\n")
        try:
            async with asyncio.timeout(0.05):
                answered = await reader.read(20)
        except TimeoutError:
            continue
    assert answered.startswith(b"HTTP/1.1 431 ")
    writer.close()


async def test_body_over_the_limit_is_refused_while_it_comes(network: Network) -> None:
    chunk = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", network.one.port)
    writer.write(put(network, CHUNKED, b""))
    answer = asyncio.create_task(reader.read(12))
    sent = 0
    while not answer.done():
        writer.write(chunk)
        sent += len(chunk)
        try:
            await writer.drain()
        except ConnectionError:
            break
        assert sent < 64 * 1024 * 1024
    assert await answer == b"HTTP/1.1 413"
    writer.close()
    assert network.nothing_arrived()


async def test_body_of_exactly_the_limit_is_relayed(network: Network) -> None:
    body = b'"' + b"a" * (10 * 1024 * 1024 - 2) + b'"'
    answer = await network.msp.call(network.cpo, "PUT", SESSION, body)
    assert answer.code == 1000
    assert network.cpo.backend.received[0].body == body


async def test_body_of_a_stranger_is_not_waited_for(network: Network) -> None:
    for target in (SESSION, "/ocpi/2.2.1/credentials"):
        data = head(network, "PUT", target, extra=b"content-length: 10000000\r\n", without="Authorization")
        reader, writer = await asyncio.open_connection("127.0.0.1", network.one.port)
        writer.write(data)
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
        writer.close()


async def test_large_body_for_neither_door_is_not_waited_for(network: Network) -> None:
    start = b"POST /admin/generate-registration-token HTTP/1.1\r\nhost: n\r\n"
    for extra in (b"content-length: 65537\r\n", CHUNKED):
        reader, writer = await asyncio.open_connection("127.0.0.1", network.one.port)
        writer.write(start + extra + b"\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
        writer.close()


async def test_connection_cut_in_the_middle_of_a_body_reaches_nobody(network: Network) -> None:
    for extra, body in ((b"content-length: 20\r\n", b"{}"), (CHUNKED, b"2\r\n{}\r\n")):
        await network.one.raw(put(network, extra, body), eof=True)
    assert (await network.msp.call(network.cpo, "GET", LOCATIONS)).code == 1000
    assert [request.method for request in network.cpo.backend.received] == ["GET"]
