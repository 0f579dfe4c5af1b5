"""Framing: what is one response, what is none, and what may follow on the same connection."""

import pytest

from ocn.node.outbound import OutboundLimits, OutboundResponse, ResponseInvalid
from ocn.node.outbound.response import ResponseReader

LIMITS = OutboundLimits(
    max_response_head=512, max_response_headers=8, max_response_body=64, max_interim_responses=2
)
OK = b"HTTP/1.1 200 OK\r\n"

# name: stream, request was HEAD, status, body, connection reusable
ACCEPTED = {
    "length": (OK + b"Content-Length: 5\r\n\r\nhello", False, 200, b"hello", True),
    "length zero": (OK + b"content-length: 0\r\n\r\n", False, 200, b"", True),
    "length with leading zeros": (OK + b"Content-Length: 0005\r\n\r\nhello", False, 200, b"hello", True),
    "length with white space": (OK + b"Content-Length: \t 5 \t\r\n\r\nhello", False, 200, b"hello", True),
    "no reason phrase": (b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", False, 200, b"", True),
    "chunked": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
        False,
        200,
        b"hello!",
        True,
    ),
    "chunked with trailers": (
        OK + b"Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Other: 9\r\n\r\n",
        False,
        200,
        b"hello",
        True,
    ),
    "chunk extension": (
        OK + b'Transfer-Encoding: chunked\r\n\r\n5;a=b;c="d"\r\nhello\r\n0;x\r\n\r\n',
        False,
        200,
        b"hello",
        True,
    ),
    "chunk size in upper case": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n00A\r\n0123456789\r\n000\r\n\r\n",
        False,
        200,
        b"0123456789",
        True,
    ),
    "connection: close": (OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi", False, 200, b"hi", False),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", False, 200, b"hi", False),
    "HTTP/1.0 keep-alive": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi",
        False,
        200,
        b"hi",
        True,
    ),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", False, 204, b"", True),
    "204 with length zero": (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", False, 204, b"", True),
    "204 with a length": (
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
        False,
        204,
        b"",
        False,
    ),
    "204 chunked": (
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        False,
        204,
        b"",
        False,
    ),
    "304 with a length": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", False, 304, b"", False),
    "HEAD": (OK + b"Content-Length: 5\r\n\r\n", True, 200, b"", False),
    "HEAD with length zero": (OK + b"Content-Length: 0\r\n\r\n", True, 200, b"", True),
    "HEAD without length": (OK + b"\r\n", True, 200, b"", False),
    "HEAD chunked": (OK + b"Transfer-Encoding: chunked\r\n\r\n", True, 200, b"", False),
    "HEAD answered with a body": (OK + b"Content-Length: 5\r\n\r\nhello", True, 200, b"", False),
    "100 before": (
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi",
        False,
        200,
        b"hi",
        True,
    ),
    "103 before": (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi",
        False,
        200,
        b"hi",
        True,
    ),
    "two interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 199 X\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi",
        False,
        200,
        b"hi",
        True,
    ),
    "unknown status": (b"HTTP/1.1 599 Odd\r\nContent-Length: 2\r\n\r\nhi", False, 599, b"hi", True),
    "an upgrade offered and not done": (
        OK + b"Upgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nhi",
        False,
        200,
        b"hi",
        True,
    ),
}

CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
REFUSED = {
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "HTTP/0.9": b"<html></html>",
    "HTTP/0.9 claimed": b"HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/2": b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n",
    "a request": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "status 099": b"HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n",
    "status 600": b"HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n",
    "a NUL in the reason": b"HTTP/1.1 200 O\x00K\r\nContent-Length: 0\r\n\r\n",
    "status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "length and chunked": OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked and length": OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "two equal lengths": OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "a list of lengths": OK + b"Content-Length: 5, 5\r\n\r\nhello",
    "negative length": OK + b"Content-Length: -1\r\n\r\n",
    "signed length": OK + b"Content-Length: +5\r\n\r\nhello",
    "hexadecimal length": OK + b"Content-Length: 0x5\r\n\r\nhello",
    "fractional length": OK + b"Content-Length: 5.0\r\n\r\nhello",
    "empty length": OK + b"Content-Length: \r\n\r\n",
    "length with a gap": OK + b"Content-Length: 1 2\r\n\r\nhello world!",
    "length beyond 64 bits": OK + b"Content-Length: 18446744073709551617\r\n\r\nh",
    "length beyond the limit": OK + b"Content-Length: 65\r\n\r\n",
    "chunked twice": OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked, chunked": OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "gzip, chunked": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked, identity": OK + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "identity": OK + b"Transfer-Encoding: identity\r\n\r\n",
    "a coding nearly chunked": OK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "an empty coding": OK + b"Transfer-Encoding: \r\nContent-Length: 0\r\n\r\n",
    "chunked in HTTP/1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": OK + b"Content-Length : 5\r\n\r\nhello",
    "a space in a name": OK + b"Content Length: 5\r\n\r\nhello",
    "a nameless header": OK + b": 5\r\n\r\n",
    "a folded header": OK + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "a folded coding": OK + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a bare CR in a value": OK + b"X: a\rContent-Length: 5\r\n\r\nhello",
    "a NUL in a value": OK + b"X: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "a bare LF after a header": OK + b"Content-Length: 5\n\nhello",
    "chunk size negative": CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "chunk size prefixed": CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n",
    "chunk size with a space": CHUNKED + b" 5\r\nhello\r\n0\r\n\r\n",
    "chunk size and a space": CHUNKED + b"5 \r\nhello\r\n0\r\n\r\n",
    "chunk size empty": CHUNKED + b"\r\nhello\r\n0\r\n\r\n",
    "chunk size beyond 64 bits": CHUNKED + b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "chunk shorter than said": CHUNKED + b"6\r\nhello\r\n0\r\n\r\n",
    "chunk longer than said": CHUNKED + b"4\r\nhello\r\n0\r\n\r\n",
    "chunk ended by a bare LF": CHUNKED + b"5\nhello\n0\n\n",
    "chunks beyond the limit": CHUNKED + b"40\r\n" + b"a" * 64 + b"\r\n1\r\na\r\n0\r\n\r\n",
    "a length in the trailer": CHUNKED + b"0\r\nContent-Length: 9\r\n\r\n",
    "101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "100 with a length": b"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nhello" + OK + b"\r\n",
    "102 chunked": b"HTTP/1.1 102 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + OK + b"\r\n",
    "too many interim": b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + OK + b"Content-Length: 0\r\n\r\n",
    "too many headers": OK + b"X: a\r\n" * 9 + b"\r\n",
    "too many trailers": CHUNKED + b"0\r\n" + b"X: a\r\n" * 60,
    "too long a header": OK + b"X: " + b"a" * 600 + b"\r\n\r\n",
    "an endless status line": b"HTTP/1.1 200 " + b"a" * 2_000,
    "an endless name": OK + b"a" * 2_000,
    "an endless value": OK + b"X: " + b"a" * 2_000,
    "an endless chunk extension": CHUNKED + b"1;" + b"a" * 2_000,
    "an endless trailer": CHUNKED + b"0\r\nX: " + b"a" * 2_000,
    "endless empty lines": b"\r\n" * 1_000,
}


def read(
    stream: bytes, size: int, *, head_only: bool = False
) -> tuple[OutboundResponse | None, ResponseReader]:
    reader = ResponseReader(LIMITS)
    reader.begin(head_only=head_only)
    for start in range(0, len(stream), size):
        response = reader.feed(stream[start : start + size])
        if response is not None:
            return response, reader
    return None, reader


@pytest.mark.parametrize("name", ACCEPTED)
def test_feed_of_a_response_in_pieces_of_any_size_gives_it(name: str) -> None:
    stream, head_only, status, body, reusable = ACCEPTED[name]
    for size in range(1, len(stream) + 1):
        response, reader = read(stream, size, head_only=head_only)
        assert response is not None, size
        assert (response.status, response.body, reader.reusable) == (status, body, reusable), size


@pytest.mark.parametrize("name", REFUSED)
def test_feed_of_what_is_no_response_in_pieces_of_any_size_refuses(name: str) -> None:
    stream = REFUSED[name]
    for size in {1, 2, 3, 5, 7, 16, 64, 512, len(stream)} - ({len(stream)} if "endless" in name else set()):
        with pytest.raises(ResponseInvalid):
            read(stream, size)


@pytest.mark.parametrize("name", [name for name, case in ACCEPTED.items() if case[4]])
def test_feed_of_one_response_after_the_other_gives_each(name: str) -> None:
    stream, head_only, status, body, _ = ACCEPTED[name]
    reader = ResponseReader(LIMITS)
    for _ in range(3):
        reader.begin(head_only=head_only)
        response = reader.feed(stream)
        assert response is not None
        assert (response.status, response.body, reader.reusable) == (status, body, True)


@pytest.mark.parametrize("name", ACCEPTED)
@pytest.mark.parametrize("more", [OK + b"Content-Length: 0\r\n\r\n", b"garbage", b"\x00"])
def test_feed_of_more_than_one_response_gives_the_first_and_no_reuse(name: str, more: bytes) -> None:
    stream, head_only, status, body, _ = ACCEPTED[name]
    response, reader = read(stream + more, len(stream + more), head_only=head_only)
    assert response is not None
    assert (response.status, response.body, reader.reusable) == (status, body, False)


def test_finish_of_a_body_without_length_ends_it() -> None:
    response, reader = read(OK + b"X: a\r\n\r\nhello", 3)
    assert response is None
    response = reader.finish()
    assert response is not None
    assert (response.body, reader.reusable) == (b"hello", False)


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        OK,
        OK + b"Content-Length: 5\r\n\r\nhell",
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"5\r\nhello\r\n0\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_finish_of_a_response_cut_off_gives_none(stream: bytes) -> None:
    response, reader = read(stream, 4)
    assert response is None
    assert reader.finish() is None


def test_headers_have_lower_case_names_trimmed_values_and_keep_their_order() -> None:
    head = b"X-A: 1\r\nLINK: <a>\r\nx-empty:\r\nX-B:  b\t\r\nLink: <b>\r\nX-C: \xe9\r\n"
    stream = OK + head + b"Content-Length: 0\r\n\r\n"
    for size in range(1, len(stream) + 1):
        response, _ = read(stream, size)
        assert response is not None
        assert response.headers == (
            ("x-a", "1"),
            ("link", "<a>"),
            ("x-empty", ""),
            ("x-b", "b"),
            ("link", "<b>"),
            ("x-c", "\xe9"),
            ("content-length", "0"),
        )
        assert response.header("Link") == "<a>, <b>"
        assert response.header("X-Empty") == ""
        assert response.header("absent") is None


def test_interim_headers_are_not_those_of_the_response() -> None:
    response, _ = read(b"HTTP/1.1 103 X\r\nA: 1\r\n\r\n" + OK + b"B: 2\r\nContent-Length: 0\r\n\r\n", 1_000)
    assert response is not None
    assert [name for name, _ in response.headers] == ["b", "content-length"]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"timeout=5", 5.0),
        (b"max=9, Timeout=7", 7.0),
        (b"timeout=-1", None),
        (b"x", None),
        (b"timeout=99999999", None),
    ],
)
def test_keep_alive_of_the_peer_is_read(value: bytes, seconds: float | None) -> None:
    _, reader = read(OK + b"Keep-Alive: " + value + b"\r\nContent-Length: 0\r\n\r\n", 1_000)
    assert reader.keep_alive_s == seconds


def test_feed_without_a_request_is_refused() -> None:
    with pytest.raises(ResponseInvalid):
        ResponseReader(LIMITS).feed(OK)
