"""Bytes of a connection into whole requests (RFC 9112), with nothing left to interpretation.

llhttp does the scanning; the framing is decided here, and where two readers could disagree about where a
request ends, it is refused: a length and a transfer coding together, two lengths (equal ones too), any
coding but ``chunked``, a coding in HTTP/1.0, no host or two. Pure: no socket, no clock.
"""

from collections import deque
from enum import Enum, auto
from typing import NoReturn

import httptools

from ocn.node.edge.server.limits import ServerLimits
from ocn.node.edge.server.message import (
    ExpectationFailed,
    HeadTooLarge,
    HttpRequest,
    RawHeaders,
    Refusal,
)
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, OcpiError, TooLarge

_SPECIAL = frozenset({b"host", b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
_VERSIONS = frozenset({"1.1", "1.0"})
_NO_REQUEST = HttpRequest("", "", "", [])


class Reading(Enum):
    """Where in a message the reader stands."""

    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()
    STOPPED = auto()
    """A request that ends the connection, or a refusal, has been read; the rest is ignored."""


class RequestReader:
    """Reads the requests of one connection into ``ready``; a :class:`Refusal` there is the last item.

    ``wants_continue`` is True while a client waits to be told to send its body.
    """

    __slots__ = (
        "_body",
        "_framing",
        "_head",
        "_head_size",
        "_headers",
        "_limits",
        "_parser",
        "_quiet",
        "_refusal",
        "_resumed",
        "_special",
        "_trailers",
        "_url",
        "ready",
        "state",
        "wants_continue",
    )

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)
        self._quiet = 0
        self._refusal: OcpiError | None = None
        self.ready: deque[HttpRequest | Refusal] = deque()
        self.state = Reading.BETWEEN
        self.wants_continue = False
        self._head = _NO_REQUEST
        self._resumed = False
        self._begin()

    def feed(self, data: bytes) -> None:
        """Take what arrived. Never raises: what is wrong with it becomes a refusal."""
        self._quiet += len(data)
        while data and self._parser is not None and not self._stopped():
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                self._ignore_upgrade()
                continue
            except httptools.HttpParserError as error:
                if not self._stopped():
                    self.refuse(self._refusal or InvalidParameters(f"the request is not HTTP/1.1: {error}"))
            break
        if self._quiet > self._limits.head_bytes and not self._stopped():
            self.refuse(HeadTooLarge("the request has an endless line in its head, chunks or trailers"))

    def refuse(self, error: OcpiError) -> None:
        """Read no more, and have the client told why once everything before is answered."""
        head = self.head
        self.state = Reading.STOPPED
        self.wants_continue = False
        self.ready.append(Refusal(error, head))

    @property
    def head(self) -> HttpRequest | None:
        """The head of the request whose body is being read."""
        return self._head if self.state is Reading.BODY else None

    def close(self) -> None:
        """Drop the parser, which otherwise keeps this object alive in a cycle."""
        self._parser = None
        self.state = Reading.STOPPED

    def _stopped(self) -> bool:
        return self.state is Reading.STOPPED

    def _ignore_upgrade(self) -> None:
        """Read on as if no other protocol had been offered (RFC 9110, 7.8), as some HTTP/2 clients do.

        llhttp has given up on the message, body included: another parser is told about its framing alone.
        """
        self._parser = httptools.HttpRequestParser(self)
        if self._resumed:
            self._resumed = False
            self._parser.feed_data(b"POST / HTTP/1.1\r\n%b: %b\r\n\r\n" % self._framing)

    def _begin(self) -> None:
        self._url = b""
        self._headers: RawHeaders = []
        self._special: RawHeaders = []
        self._head_size = 0
        self._trailers = 0
        self._head = _NO_REQUEST
        self._body: bytes | bytearray = b""
        self._framing = (b"content-length", b"0")
        self._resumed = False

    # What llhttp calls, in the order of the message.

    def on_message_begin(self) -> None:
        """The first byte of a request line."""
        if self.state is Reading.BODY:
            return  # told again by _ignore_upgrade
        if self.state is Reading.STOPPED:
            raise ValueError("nothing is read after the last request")
        if len(self.ready) >= self._limits.pipelined:
            self._fail(TooLarge(f"more than {self._limits.pipelined} requests wait on this connection"))
        self._begin()
        self.state = Reading.HEAD

    def on_url(self, piece: bytes) -> None:
        """The request target, or a piece of it."""
        self._url += piece
        if len(self._url) > self._limits.head_bytes:
            self._fail(HeadTooLarge("the request target is too long"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer once the head is done; trailers are counted and dropped."""
        self._quiet = 0
        self._head_size += len(name) + len(value) + 4
        if self.state is Reading.BODY:
            self._trailers += 1
            self._check_size()
            return
        if self._head_size > self._limits.head_bytes:
            self._check_size()
        name = name.lower()
        self._headers.append((name, value))
        if name in _SPECIAL:
            self._special.append((name, value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        """Decide how the body ends, before a byte of it is taken."""
        parser = self._parser
        if parser is None or self.state is Reading.BODY:
            return
        self._quiet = 0
        self._check_size()
        version = parser.get_http_version()
        method = parser.get_method().decode("ascii")
        if version not in _VERSIONS:
            self._fail(InvalidParameters(f"HTTP/{version} is not served here"))
        if method == "CONNECT":
            self._fail(MethodNotAllowed("this is no proxy"))
        old = version == "1.0"
        path, query = _target(self._url)
        self._head = HttpRequest(method, path, query, self._headers, b"", parser.should_keep_alive(), old)
        self.state = Reading.BODY
        framed = self._check_framing(old=old)
        self._resumed = framed and parser.should_upgrade()

    def on_body(self, data: bytes) -> None:
        """A piece of the body, unframed."""
        self._quiet = 0
        self.wants_continue = False
        if not self._body:
            self._body = data
        elif type(self._body) is bytearray:
            self._body += data
        else:
            self._body = bytearray(self._body)
            self._body += data
        if len(self._body) > self._limits.body_bytes:
            self._fail_size()

    def on_message_complete(self) -> None:
        """The end of a request."""
        if self._resumed:
            return
        self._quiet = 0
        self.wants_continue = False
        head = self._head
        self.ready.append(
            HttpRequest(
                head.method,
                head.path,
                head.query,
                head.headers,
                bytes(self._body),
                head.keep_alive,
                head.version_1_0,
            )
            if self._body
            else head
        )
        self.state = Reading.BETWEEN if head.keep_alive else Reading.STOPPED

    def _check_framing(self, *, old: bool) -> bool:
        """Refuse what is ambiguous; say whether there is a body."""
        hosts, length, chunked = 0, None, False
        for name, value in self._special:
            if name == b"host":
                hosts += 1
            elif name == b"content-length":
                if length is not None or chunked or not value.isdigit():
                    self._fail(InvalidParameters("the request's length is ambiguous or malformed"))
                length = int(value[:20])
                self._framing = (name, value)
            elif name == b"transfer-encoding":
                if length is not None or chunked or old or value.lower() != b"chunked":
                    self._fail(InvalidParameters("the transfer coding is ambiguous or not chunked"))
                chunked = True
                self._framing = (name, value)
            elif name == b"expect" and not old:
                self._expect(value)
        if hosts != 1 and not (old and not hosts):
            self._fail(InvalidParameters("the request must have one Host header"))
        if length is not None and length > self._limits.body_bytes:
            self._fail_size()
        framed = chunked or bool(length)
        self.wants_continue = self.wants_continue and framed
        return framed

    def _expect(self, value: bytes) -> None:
        if value.lower() != b"100-continue":
            self._fail(ExpectationFailed("of Expect, only 100-continue is understood"))
        self.wants_continue = True

    def _check_size(self) -> None:
        if self._head_size + len(self._url) > self._limits.head_bytes:
            self._fail(HeadTooLarge(f"the head has more than {self._limits.head_bytes} bytes"))
        if len(self._headers) + self._trailers > self._limits.headers:
            self._fail(HeadTooLarge(f"the request has more than {self._limits.headers} headers"))

    def _fail_size(self) -> NoReturn:
        self._fail(TooLarge(f"the body is larger than {self._limits.body_bytes} bytes"))

    def _fail(self, error: OcpiError) -> NoReturn:
        """Stop the parser; it turns any exception of a callback into one of its own, so keep ours aside."""
        self._refusal = error
        raise error


def _target(url: bytes) -> tuple[str, str]:
    """Path and query; of a target in absolute form (RFC 9112, 3.2.2) too."""
    text = url.decode("latin-1")
    if not text.startswith("/"):
        _, scheme, rest = text.partition("://")
        text = "/" + rest.partition("/")[2] if scheme else text
    path, _, query = text.partition("?")
    return path, query
