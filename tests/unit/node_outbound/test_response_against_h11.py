"""The same streams through another parser: what we accept, h11 accepts, and reads alike."""

from dataclasses import dataclass
from itertools import pairwise

import h11
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ocn.node.outbound import OutboundLimits, ResponseInvalid
from ocn.node.outbound.response import ResponseReader


@dataclass(frozen=True, slots=True)
class Reading:
    """What a parser made of a stream; ``invalid`` beats the rest."""

    invalid: bool
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def ours(stream: bytes, cuts: list[int], *, head_only: bool) -> Reading:
    reader = ResponseReader(OutboundLimits())
    reader.begin(head_only=head_only)
    edges = [0, *sorted({min(cut, len(stream)) for cut in cuts}), len(stream)]
    try:
        for start, end in pairwise(edges):
            response = reader.feed(stream[start:end]) if start < end else None
            if response is not None:
                return Reading(False, response.status, response.headers, response.body)
        response = reader.finish()
    except ResponseInvalid:
        return Reading(True)
    return Reading(False, response.status, response.headers, response.body) if response else Reading(True)


def theirs(stream: bytes, *, head_only: bool) -> Reading:
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="HEAD" if head_only else "GET", target="/", headers=[("Host", "a")]))
    client.send(h11.EndOfMessage())
    client.receive_data(stream)
    client.receive_data(b"")
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body = b""
    try:
        while True:
            event = client.next_event()
            if isinstance(event, h11.Response):
                status = event.status_code
                headers = tuple((name.decode(), value.decode("latin-1")) for name, value in event.headers)
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return Reading(False, status, headers, body)
            elif not isinstance(event, h11.InformationalResponse):
                return Reading(True)
    except h11.RemoteProtocolError:
        return Reading(True)


def plain(reading: Reading) -> list[tuple[str, str]]:
    """Without the framing headers, whose values h11 rewrites."""
    return [pair for pair in reading.headers if pair[0] not in {"content-length", "transfer-encoding"}]


lines = st.sampled_from(
    [
        b"Content-Length: 5",
        b"Content-Length: 3",
        b"Content-Length: 0",
        b"content-length:  5 ",
        b"Content-Length: 5, 5",
        b"Content-Length: +5",
        b"Content-Length : 5",
        b"Transfer-Encoding: chunked",
        b"transfer-encoding: CHUNKED",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding:\tchunked",
        b"Transfer-Encoding: \x0bchunked",
        b"Connection: close",
        b"Connection: keep-alive",
        b"Connection: upgrade",
        b"Upgrade: h2c",
        b'Link: <https://a/b?offset=2>; rel="next"',
        b"X-Empty:",
        b" folded",
        b"X-\xe9: a",
        b"X: \xe9",
        b"X: a\x00",
        b"X: a\rb",
        b"nonsense",
        b"",
    ]
)
ends = st.sampled_from([b"\r\n"] * 12 + [b"\n", b"\r", b"\r\r\n"])
starts = st.sampled_from(
    [b"HTTP/1.1 200 OK"] * 6
    + [
        b"HTTP/1.1 204 No Content",
        b"HTTP/1.1 304 X",
        b"HTTP/1.0 200 OK",
        b"HTTP/1.1 100 Continue",
        b"HTTP/1.1 200",
    ]
    + [
        b"HTTP/1.1 103 X",
        b"HTTP/1.1 101 X",
        b"HTTP/2.0 200 OK",
        b"HTTP/1.1  200 OK",
        b"HTTP/1.1 2000 OK",
        b"http/1.1 200 OK",
    ]
)
bodies = st.sampled_from(
    [
        b"hello",
        b"",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"5;x=y\r\nhello\r\n0\r\nX: a\r\n\r\n",
        b"5 \r\nhello\r\n0\r\n\r\n",
        b"5\nhello\n0\n\n",
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"05\r\nhello\r\n00\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"hellohello",
    ]
)


@st.composite
def responses(draw: st.DrawFn) -> bytes:
    parts = [draw(starts), draw(ends)]
    for line in draw(st.lists(lines, max_size=4)):
        parts += [line, draw(ends)]
    return b"".join([*parts, draw(ends), draw(bodies)])


streams = st.lists(responses(), min_size=1, max_size=2).map(b"".join)


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


cuts = st.lists(st.integers(0, 200), max_size=6)


PATIENT = settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@PATIENT
@given(damaged() | streams, cuts, st.booleans())
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [], False)
def test_feed_accepts_only_what_h11_accepts_and_reads_it_alike(
    stream: bytes, cuts: list[int], head_only: bool
) -> None:
    mine = ours(stream, cuts, head_only=head_only)
    if not mine.invalid:
        other = theirs(stream, head_only=head_only)
        assert (mine.status, mine.body) == (other.status, other.body)
        assert not other.invalid
        assert plain(mine) == plain(other)


@PATIENT
@given(streams, cuts, st.booleans())
def test_feed_in_pieces_reads_what_it_reads_at_once(stream: bytes, cuts: list[int], head_only: bool) -> None:
    assert ours(stream, cuts, head_only=head_only) == ours(stream, [], head_only=head_only)


@given(st.binary(max_size=300), cuts)
def test_feed_of_any_bytes_ends_in_a_reading_or_a_refusal(stream: bytes, cuts: list[int]) -> None:
    ours(stream, cuts, head_only=False)
    ours(b"HTTP/1.1 200 OK\r\n" + stream, cuts, head_only=False)
    ours(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + stream, cuts, head_only=True)
