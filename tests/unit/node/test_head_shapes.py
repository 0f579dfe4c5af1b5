"""Heads of a known shape: read as llhttp reads them, or left to it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.node.edge.server import HttpRequest, ServerLimits
from ocn.node.edge.server import by_shape as requests
from ocn.node.edge.server.message import Refusal
from ocn.node.edge.server.reader import RequestReader
from ocn.node.head_shapes import REQUEST_LINE, HeadShape, HeadShapes
from ocn.node.outbound import OutboundLimits, ResponseInvalid
from ocn.node.outbound import by_shape as responses
from ocn.node.outbound.response import ResponseReader

PUT = (
    b"PUT /ocpi/2.2.1/S1?a=b HTTP/1.1\r\nHost: node\r\nX-Request-ID: 1 2\r\nconnection: keep-alive\r\n"
    b"Content-Length: 5\r\n\r\nhello"
)
GET = b"GET /a HTTP/1.1\r\nhost: node\r\nOCPI-from-party-id: CPO\r\n\r\n"
OK = (
    b"HTTP/1.1 200 OK\r\nServer: s\r\nDate: today\r\nContent-Length: 5\r\nConnection: keep-alive\r\n"
    b"Keep-Alive: timeout=7\r\n\r\nhello"
)
LIMITS = ServerLimits(head_bytes=1_000, body_bytes=60)
OUTBOUND = OutboundLimits(max_response_head=1_000, max_response_body=60)
OFTEN = 100

BYTES = [
    b"\r\n",
    b"\n",
    b" ",
    b"\t",
    b":",
    b": ",
    b"\x00",
    b"\xe9",
    b"#",
    b"%",
    b"0",
    b"7",
    b"-1",
    b"1.0",
    b"/",
]
LINES = [b"Content-Length: 5", b"Transfer-Encoding: chunked", b"Connection: close", b"Host: b", b"X: y", b""]
WORDS = [b"close", b"100", b"204", b"304", b"\r\n\r\n", b"more", b"x" * 70, b"x" * 1_000]
pieces = st.binary(max_size=3) | st.sampled_from([*BYTES, *(line + b"\r\n" for line in LINES), *WORDS])


@st.composite
def changed(draw: st.DrawFn, message: bytes) -> bytes:
    start = draw(st.integers(0, len(message)))
    end = draw(st.integers(start, min(len(message), start + draw(st.sampled_from([0, 1, 4, 20])))))
    return message[:start] + draw(pieces) + message[end:]


def taken(reader: RequestReader, data: bytes) -> list[HttpRequest | str]:
    reader.feed(data)
    found = [item if isinstance(item, HttpRequest) else str(item.error) for item in reader.ready]
    assert not any(isinstance(item, Refusal) for item in list(reader.ready)[:-1])
    reader.ready.clear()
    return found


def learned_requests(message: bytes) -> HeadShapes:
    shapes = requests.new_shapes()
    reader = RequestReader(LIMITS, shapes)
    for _ in range(OFTEN):
        assert len(taken(reader, message)) == 1
    return shapes


KNOWN = {message: learned_requests(message) for message in (PUT, GET)}


@given(st.sampled_from([PUT, GET]), st.data())
def test_request_that_differs_from_a_learned_one_is_read_as_by_a_reader_that_learned_nothing(
    message: bytes, data: st.DataObject
) -> None:
    other = data.draw(changed(message))
    cut = data.draw(st.none() | st.integers(0, len(other)))
    stream = [message, *([other] if cut is None else [other[:cut], other[cut:]]), message, message]
    learned, fresh = RequestReader(LIMITS, KNOWN[message]), RequestReader(LIMITS)
    for part in stream:
        assert taken(learned, part) == taken(fresh, part)
        assert learned.state is fresh.state
        assert learned.head == fresh.head


def answered(reader: ResponseReader, parts: list[bytes], *, head_only: bool) -> list[object]:
    reader.begin(head_only=head_only)
    found: list[object] = []
    try:
        found += [reader.feed(part) for part in parts if part]
    except ResponseInvalid as error:
        found.append(error.message)
    return [*found, reader.reusable, reader.answered, reader.keep_alive_s]


def learned_responses() -> HeadShapes:
    shapes = responses.new_shapes()
    reader = ResponseReader(OUTBOUND, shapes)
    for _ in range(OFTEN):
        assert answered(reader, [OK], head_only=False)[1:] == [True, True, 7.0]
    return shapes


KNOWN_RESPONSES = learned_responses()


@given(st.data())
def test_response_that_differs_from_a_learned_one_is_read_as_by_a_reader_that_learned_nothing(
    data: st.DataObject,
) -> None:
    other, head_only = data.draw(changed(OK)), data.draw(st.sampled_from([False, False, True]))
    cut = data.draw(st.none() | st.integers(0, len(other)))
    parts = [other] if cut is None else [other[:cut], other[cut:]]
    learned, fresh = ResponseReader(OUTBOUND, KNOWN_RESPONSES), ResponseReader(OUTBOUND)
    assert answered(learned, [OK], head_only=False) == answered(fresh, [OK], head_only=False)
    found = answered(learned, parts, head_only=head_only)
    assert found == answered(fresh, parts, head_only=head_only)
    if fresh.reusable:
        assert answered(learned, [OK], head_only=False) == answered(fresh, [OK], head_only=False)


def test_bytes_after_a_request_are_kept_for_the_next() -> None:
    for rest in (b"\r\n", b"\r", b"P", b"PUT /x"):
        reader = RequestReader(LIMITS, KNOWN[PUT])
        assert len(taken(reader, PUT)) == 1
        assert len(taken(reader, PUT + rest)) == 1
        fresh = RequestReader(LIMITS)
        taken(fresh, PUT + rest)
        assert taken(reader, PUT) == taken(fresh, PUT)


def shape(names: list[bytes], often: int = OFTEN) -> HeadShape | None:
    shapes = HeadShapes(REQUEST_LINE, needed="host")
    found = None
    for _ in range(often):
        found = shapes.seen(names)
    return found


def test_names_seen_often_have_a_shape_and_seen_once_none() -> None:
    assert shape([b"Host", b"X-A"], 1) is None
    found = shape([b"Host", b"X-A"])
    assert found is not None
    assert found.names == ("host", "x-a")
    assert found.values(b"GET /a HTTP/1.1\r\nHost: h\r\nX-A: b c\r\n") == ("GET", "/a", "h", "b c")


@pytest.mark.parametrize(
    "names",
    [
        [b"X-A"],
        [b"Host", b"host"],
        [b"Host", b"Transfer-Encoding"],
        [b"Host", b"Expect"],
        [b"Host", b"Upgrade"],
        [b"Host"] + [b"X-%d" % number for number in range(60)],
        [b"Host", b"x" * 2_000],
    ],
    ids=["without host", "two hosts", "coding", "expectation", "upgrade", "many names", "long names"],
)
def test_head_that_llhttp_must_judge_has_no_shape(names: list[bytes]) -> None:
    assert shape(names) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda head: head.replace(b"b c", b"b\tc"),
        lambda head: head.replace(b"b c", b"b\x00c"),
        lambda head: head.replace(b"b c", b" b"),
        lambda head: head.replace(b"b c", b"b "),
        lambda head: head.replace(b"b c", b""),
        lambda head: head.replace(b"b c", b"b\nc"),
        lambda head: head.replace(b"X-A", b"x-a"),
        lambda head: head.replace(b"/a", b"/a#b"),
        lambda head: head.replace(b"/a", b"a"),
        lambda head: head.replace(b"/a", b"/\xe9"),
        lambda head: head.replace(b"1.1", b"1.0"),
        lambda head: head.replace(b"GET", b"get"),
        lambda head: head.replace(b"\r\n", b"\n"),
        lambda head: head + b"X-B: c\r\n",
    ],
)
def test_head_in_any_other_form_is_left_to_llhttp(change: Callable[[bytes], bytes]) -> None:
    found = shape([b"Host", b"X-A"])
    assert found is not None
    assert found.values(change(b"GET /a HTTP/1.1\r\nHost: h\r\nX-A: b c\r\n")) is None
