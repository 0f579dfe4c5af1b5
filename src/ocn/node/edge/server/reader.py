"""Bytes of a connection into whole requests (RFC 9112), with nothing left to interpretation.

llhttp does the scanning; the framing is decided here, and where two readers could disagree about where a
request ends, it is refused: a length and a transfer coding together, two lengths (equal ones too), any
coding but ``chunked``, a coding in HTTP/1.0, no host or two. Pure: no socket, no clock.
"""

from collections import deque
from collections.abc import Mapping
from enum import Enum, auto
from typing import NoReturn

import httptools
import msgspec

from ocn.node.edge.server.limits import ServerLimits
from ocn.node.edge.server.message import (
    ExpectationFailed,
    HeadTooLarge,
    HttpRequest,
    Refusal,
)
from ocn.ocpi import headers as names
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, OcpiError, TooLarge

_ONCE = frozenset({"host", "content-length", "transfer-encoding", "expect"})
_NAMES = {
    spelling.encode(): name
    for name in (*names.DISPLAY_NAME, "host", "content-length", "content-type", "accept", "user-agent")
    for spelling in (name, name.title(), names.DISPLAY_NAME.get(name, name))
}
"""Names as they are usually spelled, to save most of the work of lower-casing them."""
_NO_REQUEST = HttpRequest("", "", "", {})
_NONE: frozenset[str] = frozenset()


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
        "_head",
        "_headers",
        "_limits",
        "_parser",
        "_refusal",
        "_resumed",
        "_unproductive",
        "_url",
        "ready",
        "state",
        "wants_continue",
    )

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)
        self._unproductive = 0
        self._refusal: OcpiError | None = None
        self.ready: deque[HttpRequest | Refusal] = deque()
        self.state = Reading.BETWEEN
        self.wants_continue = False
        self._head = _NO_REQUEST
        self._resumed = False
        self._begin()

    def feed(self, data: bytes) -> None:
        """Take what arrived. Never raises: what is wrong with it becomes a refusal."""
        self._unproductive += len(data)
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
        if self._unproductive > self._limits.head_bytes and not self._stopped():
            self.refuse(HeadTooLarge("the head, the trailers or a line between chunks is too large"))

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
            name = "transfer-encoding" if "transfer-encoding" in self._head.headers else "content-length"
            framing = f"POST / HTTP/1.1\r\n{name}: {self._head.headers[name]}\r\n\r\n"
            self._parser.feed_data(framing.encode("ascii"))

    def _begin(self) -> None:
        self._url = b""
        self._headers: list[tuple[str, str]] = []
        self._head = _NO_REQUEST
        self._body: bytes | bytearray = b""
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
        """A header; or a trailer, which nobody would look for, and which is dropped."""
        if self.state is Reading.HEAD:
            lower = _NAMES.get(name) or name.decode("latin-1").lower()
            self._headers.append((lower, value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        """Decide how the body ends, before a byte of it is taken."""
        parser = self._parser
        if parser is None or self.state is Reading.BODY:
            return
        self._check_size()
        old = parser.get_http_version() == "1.0"
        method = parser.get_method().decode("ascii")
        path, query = _target(self._url)
        headers, doubled = _gathered(self._headers)
        keep_alive = parser.should_keep_alive()
        self._head = HttpRequest(method, path, query, headers, doubled, b"", keep_alive, old)
        self.state = Reading.BODY
        self._unproductive = 0
        if not old and parser.get_http_version() != "1.1":
            self._fail(InvalidParameters(f"HTTP/{parser.get_http_version()} is not served here"))
        if method == "CONNECT":
            self._fail(MethodNotAllowed("this is no proxy"))
        framed = self._check_framing(self._head)
        self._resumed = framed and "upgrade" in headers and parser.should_upgrade()

    def on_body(self, data: bytes) -> None:
        """A piece of the body, unframed."""
        self._unproductive = 0
        self.wants_continue = False
        if not self._body:
            self._body = data
        elif type(self._body) is bytearray:
            self._body += data
        else:  # a list of pieces would take twenty times the memory of a body sent in the smallest chunks
            self._body = bytearray(self._body) + data
        if len(self._body) > self._limits.body_bytes:
            self._fail_size()

    def on_message_complete(self) -> None:
        """The end of a request."""
        if self._resumed:
            return
        self._unproductive = 0
        self.wants_continue = False
        head = self._head
        self.ready.append(msgspec.structs.replace(head, body=bytes(self._body)) if self._body else head)
        self.state = Reading.BETWEEN if head.keep_alive else Reading.STOPPED

    def _check_framing(self, head: HttpRequest) -> bool:
        """Refuse what is ambiguous; say whether there is a body."""
        headers, old = head.headers, head.version_1_0
        if "host" not in headers and not old:
            self._fail(InvalidParameters("the request has no Host header"))
        for name in head.doubled & _ONCE:
            self._fail(InvalidParameters(f"the request has more than one {name} header"))
        framed = self._has_body(headers, old=old)
        if not old and (expectation := headers.get("expect")) is not None:
            if expectation.lower() != "100-continue":
                self._fail(ExpectationFailed("of Expect, only 100-continue is understood"))
            self.wants_continue = framed
        return framed

    def _has_body(self, headers: Mapping[str, str], *, old: bool) -> bool:
        length, coding = headers.get("content-length"), headers.get("transfer-encoding")
        if coding is not None:
            if length is not None or old or coding.lower() != "chunked":
                self._fail(InvalidParameters("the transfer coding is ambiguous or not chunked"))
            return True
        if length is None:
            return False
        if not (length.isascii() and length.isdigit()):
            self._fail(InvalidParameters("the request's length is malformed"))
        if int(length[:20]) > self._limits.body_bytes:
            self._fail_size()
        return bool(length.strip("0"))

    def _check_size(self) -> None:
        if len(self._headers) > self._limits.headers:
            self._fail(HeadTooLarge(f"the request has more than {self._limits.headers} headers"))
        if self._unproductive > self._limits.head_bytes:  # what came with it may belong to the body
            size = len(self._url) + sum(len(name) + len(value) + 4 for name, value in self._headers)
            if size > self._limits.head_bytes:
                self._fail(HeadTooLarge(f"the head has more than {self._limits.head_bytes} bytes"))

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


def _gathered(headers: list[tuple[str, str]]) -> tuple[dict[str, str], frozenset[str]]:
    """Headers by name, the values of one that is there more than once joined, and which those are."""
    found = dict(headers)
    if len(found) == len(headers):
        return found, _NONE
    found.clear()
    doubled: set[str] = set()
    for name, value in headers:
        if name in found:
            doubled.add(name)
            found[name] = f"{found[name]}, {value}"
        else:
            found[name] = value
    return found, frozenset(doubled)
