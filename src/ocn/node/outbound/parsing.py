"""Pieces of one response, scanned by llhttp, whose framing is decided here. Pure: no socket, no clock."""

from typing import NoReturn

import httptools

from ocn.node.outbound.errors import ResponseInvalid
from ocn.node.outbound.framing import BODYLESS, framing
from ocn.node.outbound.limits import OutboundLimits
from ocn.node.outbound.message import OutboundResponse

_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09})


class ResponseParser:
    """Reads the responses of one connection: ``begin``, then ``feed`` until it returns one.

    Dropping it takes :meth:`close`, or llhttp keeps it alive in a cycle. ``names`` are those of the head as
    they were spelled.
    """

    __slots__ = (
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
        "_parser",
        "_quiet",
        "_trailers",
        "names",
        "reusable",
    )

    def __init__(self, limits: OutboundLimits) -> None:
        self._limits = limits
        self._parser = httptools.HttpResponseParser(self)
        self.begin(head_only=False)

    def begin(self, *, head_only: bool) -> None:
        """Expect the response to a request; ``head_only`` when it was a HEAD."""
        self._head_only = head_only
        self.names: list[bytes] = []
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
        self.reusable = False

    def feed(self, data: bytes) -> OutboundResponse | None:
        """Take what arrived; the response once it is complete, None before, ResponseInvalid if it is none."""
        self._quiet += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self._complete:
                raise self._failure or ResponseInvalid(f"the response is not HTTP/1.1: {error}") from error
            self.reusable = False  # whatever follows a complete response is dropped with its connection
        if self._complete:
            return self._response()
        self._check_head()
        if self._quiet > self._limits.max_response_head:
            raise ResponseInvalid("the response has an endless line in its head, chunk or trailer")
        return None

    def finish(self) -> OutboundResponse | None:
        """The peer has closed: the response if its end was to be marked so, None if it is cut off."""
        return self._response() if self._close_delimited and self._head_done else None

    def close(self) -> None:
        """Read no more."""
        del self._parser

    def _response(self) -> OutboundResponse:
        response = OutboundResponse(self._parser.get_status_code(), tuple(self._headers), bytes(self._body))
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
            self.names.append(name)
            self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        """Decide how the body ends, before a byte of it is taken."""
        self._quiet = 0
        self._check_head()
        status, version = self._parser.get_status_code(), self._parser.get_http_version()
        try:
            length, chunked = framing(self._headers)
        except ResponseInvalid as error:
            self._failure = error
            raise
        if version not in {"1.1", "1.0"} or not 100 <= status <= 599:
            self._fail(f"HTTP/{version} with status {status} is not a response we can read")
        if chunked and version == "1.0":
            self._fail("a transfer coding in an HTTP/1.0 response")
        if status < 200:
            self._on_interim(status, framed=chunked or length is not None)
            return
        self._head_done = True
        self.reusable = self._parser.should_keep_alive()
        if self._head_only or status in BODYLESS:
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

    def _on_interim(self, status: int, *, framed: bool) -> None:
        if status == 101 or framed:
            self._fail(f"an interim response {status} that changes the protocol or has a body")
        self._interim += 1
        if self._interim > self._limits.max_interim_responses:
            self._fail(f"more than {self._limits.max_interim_responses} interim responses")
        self.names, self._headers = [], []

    def _fail_size(self) -> NoReturn:
        self._fail(f"the response body has more than {self._limits.max_response_body} bytes")

    def _fail(self, message: str) -> NoReturn:
        """Stop the parser; it turns any exception of a callback into one of its own, so keep ours aside."""
        self._failure = ResponseInvalid(message)
        raise self._failure
