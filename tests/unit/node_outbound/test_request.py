"""Nothing a caller gives can change what the receiver reads as one request."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.node.outbound import AddressGuard, OutboundRequest, RequestInvalid
from ocn.node.outbound.request import RequestEncoder

URL = "https://receiver.example:8443/ocpi/2.2.1/cdrs?limit=5"
Headers = list[tuple[str | bytes, str | bytes]]


def encode(method: str = "GET", headers: Headers | None = None, body: bytes = b"", url: str = URL) -> bytes:
    request = OutboundRequest(method, url, headers or [], body, 1.0)
    return RequestEncoder(65_536).head(request, AddressGuard().check_url(url))


def test_head_of_a_request_is_exactly_this() -> None:
    head = encode("POST", [("X-Request-ID", "1"), (b"OCPI-to-party-id", b"MSP"), ("Empty", "")], b"{}")
    assert head == (
        b"POST /ocpi/2.2.1/cdrs?limit=5 HTTP/1.1\r\n"
        b"Host: receiver.example:8443\r\nAccept-Encoding: identity\r\n"
        b"X-Request-ID: 1\r\nOCPI-to-party-id: MSP\r\nEmpty: \r\nContent-Length: 2\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://receiver.example/", b"receiver.example"),
        ("https://RECEIVER.example:443/", b"receiver.example"),
        ("https://[2606:4700:4700::1111]:8443/", b"[2606:4700:4700::1111]:8443"),
    ],
)
def test_head_names_the_host_of_the_url(url: str, host: bytes) -> None:
    assert b"\r\nHost: " + host + b"\r\n" in encode(url=url)


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [
        ("POST", b"", b"0"),
        ("PUT", b"", b"0"),
        ("PATCH", b"", b"0"),
        ("GET", b"", None),
        ("HEAD", b"", None),
        ("DELETE", b"", None),
        ("GET", b"12", b"2"),
        ("DELETE", b"123", b"3"),
        ("M-SEARCH", b"", None),
    ],
)
def test_head_gives_the_length_where_a_body_is_or_is_expected(
    method: str, body: bytes, length: bytes | None
) -> None:
    head = encode(method, body=body)
    assert head.count(b"Content-Length") == (length is not None)
    assert length is None or head.endswith(b"\r\nContent-Length: " + length + b"\r\n\r\n")


@pytest.mark.parametrize(
    "method",
    [
        "",
        "get",
        "GET ",
        " GET",
        "GET / HTTP/1.1\r\nX: y\r\n\r\nGET",
        "G\x00T",
        "GET\n",
        "CONNECT",
        "TRACE",
        "GÉT",
        "A" * 33,
    ],
    ids=ascii,
)
def test_head_with_a_method_that_is_none_is_refused(method: str) -> None:
    with pytest.raises(RequestInvalid):
        encode(method)


@pytest.mark.parametrize(
    "name", ["", "a b", "a:", "a\r\nb", "a\n", "\x00", "ä", "a(b)", "X: y", " a", "a\t", "a" * 257], ids=ascii
)
def test_head_with_a_header_name_that_is_no_token_is_refused(name: str) -> None:
    for given_name in (name, name.encode("utf-8")):
        with pytest.raises(RequestInvalid):
            encode(headers=[(given_name, "value")])


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "CONNECTION",
        "Upgrade",
        "TE",
        "Trailer",
        "Expect",
        "Keep-Alive",
    ],
)
def test_head_with_a_framing_header_of_the_caller_is_refused(name: str) -> None:
    for given_name in (name, name.encode()):
        with pytest.raises(RequestInvalid):
            encode(headers=[(given_name, "1")])


@pytest.mark.parametrize(
    "value",
    [
        "a\r\nX: y",
        "a\nb",
        "a\rb",
        "\r\n",
        "\n",
        "a\x00",
        "\x01",
        "\x7f",
        "\x0b",
        "\x0c",
        "a\r\n\r\nGET / HTTP/1.1",
    ],
    ids=ascii,
)
def test_head_with_a_control_character_in_a_value_is_refused(value: str) -> None:
    for given_value in (value, value.encode()):
        with pytest.raises(RequestInvalid):
            encode(headers=[("A", "b"), ("X", given_value), ("C", "d")])


def test_head_with_a_value_outside_latin_1_is_refused() -> None:
    with pytest.raises(RequestInvalid):
        encode(headers=[("X", "\u0141")])


def test_head_with_tabs_and_latin_1_keeps_them() -> None:
    assert b"\r\nX: a\tb\xe9\r\n" in encode(headers=[("X", "a\tb\u00e9")])


def test_head_beyond_the_limit_is_refused() -> None:
    with pytest.raises(RequestInvalid):
        encode(headers=[("X", "a" * 65_536)])


texts = st.text(st.sampled_from("aZ0-:_ \t\r\n\x00\u00e9\x7f"), max_size=8)
names = texts | st.sampled_from(["X-A", "Host", "Content-Length", "Transfer-Encoding", "OCPI-to-party-id"])


@given(
    st.lists(st.tuples(names, texts)),
    st.binary(max_size=20),
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
)
def test_head_of_any_headers_reads_back_as_the_one_request_given_or_is_refused(
    headers: list[tuple[str, str]], body: bytes, method: str
) -> None:
    try:
        head = encode(method, [*headers], body)
    except RequestInvalid:
        return
    server = h11.Connection(h11.SERVER)
    server.receive_data(head + body)
    request = server.next_event()
    assert isinstance(request, h11.Request)
    assert (request.method.decode(), request.target) == (method, b"/ocpi/2.2.1/cdrs?limit=5")
    ours = (b"host", b"accept-encoding", b"content-length")
    theirs = [(name.lower().encode(), value.strip(" \t").encode("latin-1")) for name, value in headers]
    assert [pair for pair in request.headers if pair[0] not in ours] == theirs
    received = b""
    while isinstance(event := server.next_event(), h11.Data):
        received += event.data
    assert isinstance(event, h11.EndOfMessage)
    assert received == body
    assert server.trailing_data == (b"", False)
