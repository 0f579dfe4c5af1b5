"""Bytes of a connection into one whole response (RFC 9112), with nothing left to interpretation.

llhttp does the scanning; the framing is decided here, and where two readers could disagree about where a
response ends, it is refused: a length and a transfer coding together, two lengths, a coding other than
``chunked``, a body where none may be. Pure: no socket, no clock.
"""

from ocn.node.head_shapes import HeadShape, HeadShapes
from ocn.node.outbound.by_shape import is_whole, new_shapes, read_as
from ocn.node.outbound.errors import ResponseInvalid
from ocn.node.outbound.framing import keep_alive_timeout
from ocn.node.outbound.limits import OutboundLimits
from ocn.node.outbound.message import OutboundResponse
from ocn.node.outbound.parsing import ResponseParser

_FIRST_BYTE = ord("H")


class ResponseReader:
    """Reads the responses of one connection, one at a time.

    ``begin`` before each request; then ``feed`` what arrives until it returns the response. ``reusable``
    tells whether the connection may carry another request; ``answered`` whether a byte has arrived.
    """

    __slots__ = (
        "_aligned",
        "_head_only",
        "_limits",
        "_parser",
        "_shape",
        "_shapes",
        "_whole",
        "answered",
        "keep_alive_s",
        "reusable",
    )

    _parser: ResponseParser | None

    def __init__(self, limits: OutboundLimits, shapes: HeadShapes | None = None) -> None:
        """With the ``shapes`` of a client, what one of its readers has learned all others know."""
        self._limits = limits
        self._shapes = shapes or new_shapes()
        self._shape: HeadShape | None = None
        self._aligned = True
        self._parser = None
        self._head_only = self._whole = self.answered = self.reusable = False
        self.keep_alive_s: float | None = None

    def begin(self, *, head_only: bool) -> None:
        """Expect the response to a request; ``head_only`` when it was a HEAD."""
        if self._parser is None:
            self._parser = ResponseParser(self._limits)
        self._head_only = head_only
        self._whole = self.answered = self.reusable = False

    def feed(self, data: bytes) -> OutboundResponse | None:
        """Take what arrived; the response once it is complete, None before, ResponseInvalid if it is none."""
        parser = self._parser
        if parser is None:
            raise ResponseInvalid("a response arrived that nobody asked for")
        fresh = False
        if not self.answered:
            self.answered = True
            fresh = self._aligned
            if fresh and self._shape is not None and not self._head_only:
                response = read_as(self._shape, data, self._limits)
                if response is not None:
                    self._whole = self.reusable = True
                    if "keep-alive" in self._shape.names:
                        self._note_patience(response)
                    return response
            if data[0] != _FIRST_BYTE:  # llhttp skips empty lines, which a client has no reason to
                raise ResponseInvalid("the response is not HTTP/1.1")
            parser.begin(head_only=self._head_only)
        elif self._whole:  # nothing may follow it before the next request
            self.reusable = False
            return None
        self._aligned = False
        response = parser.feed(data)
        if response is not None:
            self._whole, self.reusable = True, parser.reusable
            self._note_patience(response)
            if fresh and self.reusable:
                self._learn(parser, response, data)
        return response

    def finish(self) -> OutboundResponse | None:
        """The peer has closed: the response if its end was to be marked so, None if it is cut off."""
        if self._parser is None or self._whole or not self.answered:
            return None
        return self._parser.finish()

    def close(self) -> None:
        """Drop the parser, which otherwise is kept alive by a cycle."""
        if self._parser is not None:
            self._parser.close()
            self._parser = None

    def _learn(self, parser: ResponseParser, response: OutboundResponse, data: bytes) -> None:
        """See whether one whole response was all that came; then the next one may be read by its shape.

        Else llhttp may have begun to read another, and must read on.
        """
        if not is_whole(response, data):
            return
        self._aligned = True
        shape = self._shapes.seen(parser.names)
        if shape is not None and read_as(shape, data, self._limits) == response:
            self._shape = shape

    def _note_patience(self, response: OutboundResponse) -> None:
        value = response.header("keep-alive")
        if value is not None:
            self.keep_alive_s = keep_alive_timeout(value)
