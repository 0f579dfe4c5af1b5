"""Bytes of a connection into whole requests (RFC 9112), with nothing left to interpretation.

llhttp does the scanning; the framing is decided here, and where two readers could disagree about where a
request ends, it is refused: a length and a transfer coding together, two lengths (equal ones too), any
coding but ``chunked``, a coding in HTTP/1.0, no host or two. Pure: no socket, no clock.
"""

from collections import deque
from collections.abc import Callable
from enum import IntEnum, auto
from typing import NoReturn

import httptools

from ocn.node.edge.server.by_shape import is_whole, new_shapes, read_as
from ocn.node.edge.server.fields import gathered, target
from ocn.node.edge.server.framing import awaits_continue, has_body, too_large
from ocn.node.edge.server.limits import ServerLimits
from ocn.node.edge.server.message import HeadTooLarge, HttpRequest, Refusal
from ocn.node.head_shapes import HeadShape, HeadShapes
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, OcpiError, TooLarge

_METHODS = {method.encode(): method for method in ("GET", "POST", "PUT", "PATCH", "DELETE")}
_NO_REQUEST = HttpRequest("", "", "", {})
_VERSIONS = frozenset({"1.0", "1.1"})


class Reading(IntEnum):
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
        "_aligned",
        "_body",
        "_head",
        "_limits",
        "_names",
        "_parser",
        "_refusal",
        "_resumed",
        "_shape",
        "_shapes",
        "_unproductive",
        "_url",
        "_values",
        "on_header",
        "ready",
        "state",
        "wants_continue",
    )

    def __init__(self, limits: ServerLimits, shapes: HeadShapes | None = None) -> None:
        """With the ``shapes`` of a server, what one of its readers has learned all others know."""
        self._limits = limits
        self._shapes = shapes or new_shapes()
        self._shape: HeadShape | None = None
        self._aligned = True
        self._names: list[bytes] = []
        self._values: list[bytes] = []
        self.on_header = _collector(self._names, self._values)
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)
        self._unproductive = 0
        self._refusal: OcpiError | None = None
        self.ready: deque[HttpRequest | Refusal] = deque()
        self.state = Reading.BETWEEN
        self.wants_continue = False
        self._resumed = False
        self._begin()

    def feed(self, data: bytes) -> None:
        """Take what arrived. Never raises: what is wrong with it becomes a refusal."""
        parser = self._parser
        if parser is None or self.state is Reading.STOPPED:
            return
        if self._shape is not None and not self.ready:
            request = read_as(self._shape, data, self._limits)
            if request is not None:
                self.ready.append(request)
                return
        aligned, self._aligned, self._shape = self._aligned, False, None
        self._unproductive += len(data)
        try:
            parser.feed_data(data)
        except (httptools.HttpParserUpgrade, httptools.HttpParserError) as error:
            self._interrupted(error, data)
        if self._unproductive > self._limits.head_bytes and not self._stopped():
            self.refuse(HeadTooLarge("the head, the trailers or a line between chunks is too large"))
        if aligned and self.state is Reading.BETWEEN and len(self.ready) == 1:
            self._learn(data)

    def _learn(self, data: bytes) -> None:
        """See whether one whole request was all that came; then the next one may be read by its shape.

        Else llhttp may have begun to read another, and must read on.
        """
        request = self.ready[0]
        if isinstance(request, HttpRequest) and is_whole(request, data):
            self._aligned = True
            shape = self._shapes.seen(self._names)
            if shape is not None and read_as(shape, data, self._limits) == request:
                self._shape = shape

    def _interrupted(self, error: Exception, data: bytes) -> None:
        """Go on after what is no error, and refuse after what is one."""
        while isinstance(error, httptools.HttpParserUpgrade):
            data = data[error.args[0] :]
            self._ignore_upgrade()
            if not data or self._parser is None or self._stopped():
                return
            try:
                self._parser.feed_data(data)
            except (httptools.HttpParserUpgrade, httptools.HttpParserError) as another:
                error = another
            else:
                return
        if not self._stopped():
            self.refuse(self._refusal or InvalidParameters(f"the request is not HTTP/1.1: {error}"))

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
        self._names.clear()
        self._values.clear()
        self._head = _NO_REQUEST
        self._body: bytes | bytearray = b""
        self._resumed = False

    # What llhttp calls, in the order of the message; ``on_header`` too, also for trailers, which are dropped.

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

    def on_headers_complete(self) -> None:
        """Decide how the body ends, before a byte of it is taken."""
        parser = self._parser
        if parser is None or self.state is Reading.BODY:
            return
        self._check_size()
        version, method = parser.get_http_version(), parser.get_method()
        path, query = target(self._url)
        headers, doubled = gathered(self._names, self._values)
        self._head = head = HttpRequest(
            _METHODS.get(method) or method.decode("ascii"),
            path,
            query,
            headers,
            doubled,
            b"",
            parser.should_keep_alive(),
            version == "1.0",
        )
        self.state = Reading.BODY
        self._unproductive = 0
        if version not in _VERSIONS:
            self._fail(InvalidParameters(f"HTTP/{version} is not served here"))
        if method == b"CONNECT":
            self._fail(MethodNotAllowed("this is no proxy"))
        try:
            framed = has_body(head, self._limits.body_bytes)
            self.wants_continue = awaits_continue(head) and framed
        except OcpiError as error:
            self._fail(error)
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
            self._fail(too_large(self._limits.body_bytes))

    def on_message_complete(self) -> None:
        """The end of a request."""
        if self._resumed:
            return
        self._unproductive = 0
        self.wants_continue = False
        head = self._head
        self.ready.append(_with_body(head, bytes(self._body)) if self._body else head)
        self.state = Reading.BETWEEN if head.keep_alive else Reading.STOPPED

    def _check_size(self) -> None:
        if len(self._names) > self._limits.headers:
            self._fail(HeadTooLarge(f"the request has more than {self._limits.headers} headers"))
        if self._unproductive > self._limits.head_bytes:  # what came with it may belong to the body
            size = len(self._url) + 4 * len(self._names)
            size += sum(map(len, self._names)) + sum(map(len, self._values))
            if size > self._limits.head_bytes:
                self._fail(HeadTooLarge(f"the head has more than {self._limits.head_bytes} bytes"))

    def _fail(self, error: OcpiError) -> NoReturn:
        """Stop the parser; it turns any exception of a callback into one of its own, so keep ours aside."""
        self._refusal = error
        raise error


def _collector(names: list[bytes], values: list[bytes]) -> Callable[[bytes, bytes], None]:
    """Return what llhttp calls for each header: called most often of all, so it does nothing else."""
    add_name, add_value = names.append, values.append

    def on_header(name: bytes, value: bytes) -> None:
        add_name(name)
        add_value(value)

    return on_header


def _with_body(head: HttpRequest, body: bytes) -> HttpRequest:
    return HttpRequest(
        head.method,
        head.path,
        head.query,
        head.headers,
        head.doubled,
        body,
        head.keep_alive,
        head.version_1_0,
    )
