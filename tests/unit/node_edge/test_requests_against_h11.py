"""The same streams through another parser: what we accept, h11 accepts, and reads alike."""

import re
from itertools import pairwise

import h11
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ocn.node.edge.server import HttpRequest, ServerLimits
from ocn.node.edge.server.message import Refusal
from ocn.node.edge.server.reader import RequestReader

Read = tuple[str, str, dict[str, str], bytes]

FRAMING = {"content-length", "transfer-encoding"}
"""h11 rewrites their values; that both read the same body shows that they were understood alike."""

SPACED = re.compile(rb"[A-Z]  |  HTTP/1")
"""llhttp takes several blanks in the request line for one (RFC 9112, 3 allows it), h11 does not."""


def ours(stream: bytes, cuts: list[int]) -> tuple[list[Read], bool]:
    """The requests read, and whether what follows them was refused."""
    reader = RequestReader(ServerLimits())
    edges = [0, *sorted({min(cut, len(stream)) for cut in cuts}), len(stream)]
    for start, end in pairwise(edges):
        reader.feed(stream[start:end])
    found = list(reader.ready)
    assert not any(isinstance(item, Refusal) for item in found[:-1])
    return [read(item) for item in found if isinstance(item, HttpRequest)], any(
        isinstance(item, Refusal) for item in found
    )


def read(request: HttpRequest) -> Read:
    target = f"{request.path}?{request.query}" if request.query else request.path
    headers = {name: value for name, value in request.headers.items() if name not in FRAMING}
    return request.method, target, headers, request.body


def theirs(stream: bytes) -> list[Read]:
    """Read one request after the other, without the empty lines before them (RFC 9112, 2.2)."""
    found: list[Read] = []
    while stream := stream.lstrip(b"\r\n"):
        connection = h11.Connection(h11.SERVER)
        connection.receive_data(stream)
        try:
            head = connection.next_event()
            body = b""
            while isinstance(head, h11.Request):
                event = connection.next_event()
                if isinstance(event, h11.EndOfMessage):
                    break
                if not isinstance(event, h11.Data):
                    return found
                body += event.data
            else:
                return found
            found.append(their_reading(head, body))
            connection.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is h11.MUST_CLOSE:
                return found
        except h11.RemoteProtocolError:
            return found
        stream = connection.trailing_data[0]
    return found


def their_reading(head: h11.Request, body: bytes) -> Read:
    headers: dict[str, str] = {}
    for raw_name, raw_value in head.headers:
        name, value = raw_name.decode(), raw_value.decode("latin-1")
        if name not in FRAMING:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    target = head.target.decode("latin-1")
    return head.method.decode(), target.removesuffix("?"), headers, bytes(body)


lines = st.sampled_from(
    [
        b"Content-Length: 5",
        b"Content-Length: 3",
        b"Content-Length: 0",
        b"content-length:  5 ",
        b"Content-Length: 5, 5",
        b"Content-Length: +5",
        b"Content-Length: 0x5",
        b"Content-Length: 5_0",
        b"Content-Length: \xb2",
        b"Content-Length:",
        b"Content-Length : 5",
        b"Transfer-Encoding: chunked",
        b"transfer-encoding: CHUNKED",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: chunked, chunked",
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding:\tchunked",
        b"Transfer-Encoding: \x0bchunked",
        b"Transfer_Encoding: chunked",
        b"Connection: close",
        b"Connection: keep-alive",
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c",
        b"Expect: 100-continue",
        b"Host: other",
        b"OCPI-from-party-id: CPO",
        b"X-Empty:",
        b" folded",
        b"\tfolded",
        b"X-\xe9: a",
        b"X: \xe9",
        b"X: a\x00",
        b"X: a\rb",
        b"nonsense",
        b": nameless",
        b"",
    ]
)
ends = st.sampled_from([b"\r\n"] * 12 + [b"\n", b"\r", b"\r\r\n"])
starts = st.sampled_from(
    [b"PUT /a HTTP/1.1"] * 8
    + [
        b"GET /a?b=c HTTP/1.1",
        b"POST /a HTTP/1.0",
        b"HEAD /a HTTP/1.1",
        b"GET /a",
        b"GET\t/a HTTP/1.1",
        b"GET /a HTTP/1.1 ",
        b"GET /a HTTP/2.0",
        b"GET /a HTTP/1.2",
        b"GET /a http/1.1",
        b"get /a HTTP/1.1",
        b"GET a HTTP/1.1",
        b"GET /a#b HTTP/1.1",
        b"GET /\xe9 HTTP/1.1",
        b"\r\nGET /a HTTP/1.1",
    ]
)
bodies = st.sampled_from(
    [
        b"hello",
        b"",
        b"",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"5;x=y\r\nhello\r\n0\r\nX: a\r\n\r\n",
        b"5 \r\nhello\r\n0\r\n\r\n",
        b"5\nhello\n0\n\n",
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"05\r\nhello\r\n00\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        b"ffffffffffffffff5\r\nhello\r\n0\r\n\r\n",
    ]
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    parts = [draw(starts), draw(ends)]
    if draw(st.integers(0, 9)):
        parts += [b"Host: a", draw(ends)]
    for line in draw(st.lists(lines, max_size=4)):
        parts += [line, draw(ends)]
    return b"".join([*parts, draw(ends), draw(bodies)])


streams = st.lists(requests(), min_size=1, max_size=3).map(b"".join)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A stream with a few bytes changed, removed or doubled."""
    stream = bytearray(draw(streams))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(len(stream) - 1, 0)))
        stream[at : at + draw(st.integers(0, 2))] = draw(
            st.sampled_from([b"", b" ", b"\r", b"\n", b"\x00", b":", b"5", b"\xff"])
        )
    return bytes(stream)


cuts = st.lists(st.integers(0, 300), max_size=6)
PATIENT = settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@PATIENT
@given(damaged() | streams, cuts)
@example(
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []
)
@example(
    b"PUT /a HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello", []
)
def test_feed_accepts_only_what_h11_accepts_and_reads_it_alike(stream: bytes, cuts: list[int]) -> None:
    assume(SPACED.search(stream) is None)
    mine, _ = ours(stream, cuts)
    other = theirs(stream)
    assert mine == other[: len(mine)]


@PATIENT
@given(streams, cuts)
def test_feed_in_pieces_reads_what_it_reads_at_once(stream: bytes, cuts: list[int]) -> None:
    assert ours(stream, cuts) == ours(stream, [])


@given(st.binary(max_size=300), cuts)
def test_feed_of_any_bytes_ends_in_requests_and_at_most_one_refusal(stream: bytes, cuts: list[int]) -> None:
    ours(stream, cuts)
    ours(b"GET / HTTP/1.1\r\n" + stream, cuts)
    ours(b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + stream, cuts)
    ours(
        b"PUT / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: a\r\nContent-Length: 9\r\n\r\n"
        + stream,
        cuts,
    )
