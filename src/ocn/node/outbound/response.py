"""Bytes of a connection into one whole response (RFC 9112), with nothing left to interpretation.

llhttp does the scanning; the framing is decided here, and where two readers could disagree about where a
response ends, it is refused: a length and a transfer coding together, two lengths, a coding other than
``chunked``, a body where none may be. Pure: no socket, no clock.
"""

from typing import NoReturn

import httptools

from ocn.node.head_shapes import STATUS_LINE, HeadShape, HeadShapes
from ocn.node.outbound.errors import ResponseInvalid
from ocn.node.outbound.limits import OutboundLimits
from ocn.node.outbound.message import OutboundResponse

_FIRST_BYTE = ord("H")
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09})
_BODYLESS = frozenset({204, 304})


class ResponseReader:
    """Reads the responses of one connection, one at a time.

    ``begin`` before each request; then ``feed`` what arrives until it returns the response. ``reusable``
    tells whether the connection may carry another request; ``answered`` whether a byte has arrived.
    """

    __slots__ = (
        "_aligned",
        "_body",
        "_close_delimited",
        "_complete",
        "_failure",
        "_head_done",
        "_head_only",
        "_head_size",
        "_headers",
        "_interim",
        "_limits",
        "_names",
        "_parser",
        "_quiet",
        "_shape",
        "_shapes",
        "_trailers",
        "answered",
        "keep_alive_s",
        "reusable",
    )

    _parser: httptools.HttpResponseParser | None

    def __init__(self, limits: OutboundLimits, shapes: HeadShapes | None = None) -> None:
        """With the ``shapes`` of a client, what one of its readers has learned all others know."""
        self._limits = limits
        self._shapes = shapes or new_shapes()
        self._shape: HeadShape | None = None
        self._aligned = True
        self._parser = None
        self.keep_alive_s: float | None = None
        self._reset(head_only=False)

    def begin(self, *, head_only: bool) -> None:
        """Expect the response to a request; ``head_only`` when it was a HEAD."""
        if self._parser is None:
            self._parser = httptools.HttpResponseParser(self)
        self._reset(head_only=head_only)

    def _reset(self, *, head_only: bool) -> None:
        self._head_only = head_only
        self._names: list[bytes] = []
        self._headers: list[tuple[str, str]] = []
        self._body: bytes | bytearray = b""
        self._head_size = 0
        self._trailers = 0
        self._quiet = 0
        self._interim = 0
        self._head_done = False
        self._complete = False
        self._close_delimited = False
        self._failure: ResponseInvalid | None = None
        self.answered = False
        self.reusable = False

    def feed(self, data: bytes) -> OutboundResponse | None:
        """Take what arrived; the response once it is complete, None before, ResponseInvalid if it is none."""
        parser = self._parser
        if parser is None:
            raise ResponseInvalid("a response arrived that nobody asked for")
        fresh = self._aligned and not self.answered
        if fresh and self._shape is not None and not self._head_only:
            response = self._read_as(self._shape, data)
            if response is not None:
                return response
        self._aligned = False
        response = self._read(parser, data)
        if response is not None and fresh and self.reusable:
            self._learn(response, data)
        return response

    def _read(self, parser: httptools.HttpResponseParser, data: bytes) -> OutboundResponse | None:
        if not self.answered:
            self.answered = True
            if data[0] != _FIRST_BYTE:  # llhttp skips empty lines, which a client has no reason to
                raise ResponseInvalid("the response is not HTTP/1.1")
        self._quiet += len(data)
        try:
            parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self._complete:
                raise self._failure or ResponseInvalid(f"the response is not HTTP/1.1: {error}") from error
            self.reusable = False  # whatever follows a complete response is dropped with its connection
        if self._complete:
            return self._response(parser)
        self._check_head()
        if self._quiet > self._limits.max_response_head:
            raise ResponseInvalid("the response has an endless line in its head, chunk or trailer")
        return None

    def finish(self) -> OutboundResponse | None:
        """The peer has closed: the response if its end was to be marked so, None if it is cut off."""
        if self._close_delimited and self._head_done and self._parser is not None:
            return self._response(self._parser)
        return None

    def close(self) -> None:
        """Drop the parser, which otherwise keeps this object alive in a cycle."""
        self._parser = None

    def _learn(self, response: OutboundResponse, data: bytes) -> None:
        """See whether one whole response was all that came; then the next one may be read by its shape.

        Else llhttp may have begun to read another, and must read on.
        """
        length = response.header("content-length") or ""
        whole = data.find(b"\r\n\r\n") + 4 + (int(length) if length.isdigit() else 0) == len(data)
        if not whole or response.header("transfer-encoding") is not None:
            return
        self._aligned = True
        shape = self._shapes.seen(self._names)
        patience = self.keep_alive_s
        if shape is not None and self._read_as(shape, data) == response and self.keep_alive_s == patience:
            self._shape = shape

    def _read_as(self, shape: HeadShape, data: bytes) -> OutboundResponse | None:
        """Read one whole response; None when it is not one of that shape within the limits."""
        limits = self._limits
        end = data.find(b"\r\n\r\n") + 2
        if not 2 <= end <= limits.max_response_head:
            return None
        values = shape.values(data[:end])
        if values is None or values[0] == "204" or values[0] == "304":
            return None
        headers = tuple(zip(shape.names, values[1:], strict=True))
        body = data[end + 2 :]
        if len(body) != int(values[shape.names.index("content-length") + 1]):
            return None
        if len(body) > limits.max_response_body:
            return None
        if "keep-alive" in shape.names:
            self.keep_alive_s = _keep_alive_timeout(values[shape.names.index("keep-alive") + 1])
        self.answered = self.reusable = self._complete = True
        return OutboundResponse(int(values[0]), headers, body)

    def _response(self, parser: httptools.HttpResponseParser) -> OutboundResponse:
        response = OutboundResponse(parser.get_status_code(), tuple(self._headers), bytes(self._body))
        self._headers, self._body = [], b""
        return response

    # What llhttp calls, in the order of the message.

    def on_message_begin(self) -> None:
        """Nothing may follow a complete response before the next request."""
        if self._complete:
            self._fail("more than one response to one request")

    def on_status(self, reason: bytes) -> None:
        """A reason phrase, or a piece of one: nobody reads it, but it must be text."""
        if len(reason.translate(None, _CONTROLS)) != len(reason):
            self._fail("the reason phrase has a control character")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer once the head is done; trailers are counted and dropped."""
        self._quiet = 0
        self._head_size += len(name) + len(value) + 4
        if self._head_done:
            self._trailers += 1
        else:
            self._names.append(name)
            self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        """Decide how the body ends, before a byte of it is taken."""
        self._quiet = 0
        parser = self._parser
        if parser is None:  # pragma: no cover - the parser calls only while it exists
            return
        self._check_head()
        status = parser.get_status_code()
        version = parser.get_http_version()
        length, chunked = self._framing()
        if version not in {"1.1", "1.0"} or not 100 <= status <= 599:
            self._fail(f"HTTP/{version} with status {status} is not a response we can read")
        if chunked and version == "1.0":
            self._fail("a transfer coding in an HTTP/1.0 response")
        if status < 200:
            self._on_interim(status, framed=chunked or length is not None)
            return
        self._head_done = True
        self.reusable = parser.should_keep_alive()
        if self._head_only or status in _BODYLESS:
            # A length here announces nothing, yet servers differ about it: believe it ends, reuse nothing.
            self.reusable = self.reusable and not length and not chunked
            self._complete = True
        elif length is None and not chunked:
            self._close_delimited = True
            self.reusable = False
        elif length is not None and length > self._limits.max_response_body:
            self._fail_size()

    def on_body(self, data: bytes) -> None:
        """A piece of the body, unframed."""
        if self._complete:
            return  # a body that must not be there; its connection is not reused
        self._quiet = 0
        if not self._body:
            self._body = data
        elif type(self._body) is bytearray:
            self._body += data
        else:  # a list of pieces would take twenty times the memory of a body sent in the smallest chunks
            self._body = bytearray(self._body) + data
        if len(self._body) > self._limits.max_response_body:
            self._fail_size()

    def on_message_complete(self) -> None:
        """The end; of an interim response, just the end of that."""
        if self._head_done:
            self._complete = True

    def _check_head(self) -> None:
        """Bound headers and trailers; called often enough that one read of the socket is the excess."""
        if self._head_size > self._limits.max_response_head:
            self._fail(f"the response head has more than {self._limits.max_response_head} bytes")
        if len(self._headers) + self._trailers > self._limits.max_response_headers:
            self._fail(f"the response has more than {self._limits.max_response_headers} headers")

    def _framing(self) -> tuple[int | None, bool]:
        """The declared length, and whether the body is chunked; never both, never twice."""
        length: int | None = None
        chunked = False
        for name, value in self._headers:
            if name == "content-length":
                if length is not None or chunked or not (value.isascii() and value.isdigit()):
                    self._fail("the response's length is ambiguous or malformed")
                length = int(value[:20])
            elif name == "transfer-encoding":
                if length is not None or chunked or value.lower() != "chunked":
                    self._fail("the response's transfer coding is ambiguous or not chunked")
                chunked = True
            elif name == "keep-alive":
                self.keep_alive_s = _keep_alive_timeout(value)
        return length, chunked

    def _on_interim(self, status: int, *, framed: bool) -> None:
        if status == 101 or framed:
            self._fail(f"an interim response {status} that changes the protocol or has a body")
        self._interim += 1
        if self._interim > self._limits.max_interim_responses:
            self._fail(f"more than {self._limits.max_interim_responses} interim responses")
        self._names, self._headers = [], []

    def _fail_size(self) -> NoReturn:
        self._fail(f"the response body has more than {self._limits.max_response_body} bytes")

    def _fail(self, message: str) -> NoReturn:
        """Stop the parser; it turns any exception of a callback into one of its own, so keep ours aside."""
        self._failure = ResponseInvalid(message)
        raise self._failure


def new_shapes() -> HeadShapes:
    """Return an empty memory for the heads of responses."""
    return HeadShapes(STATUS_LINE, needed="content-length")


def _keep_alive_timeout(value: str) -> float | None:
    """``Keep-Alive: timeout=5, max=100`` into 5.0; None for anything unusual."""
    for part in value.split(","):
        name, _, number = part.strip().partition("=")
        if name.lower() == "timeout" and number.isascii() and number.isdigit() and len(number) < 7:
            return float(number)
    return None
