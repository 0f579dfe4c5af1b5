"""uvicorn's HTTP protocol with limits it lacks: the size and count of headers, and how long they may take."""

import asyncio
import time
from collections.abc import Collection

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ocn.ocpi.statuses import Status

HEADER_BYTES = 64 * 1024
"""For the request line and all headers. A party signature over a 20 kB body takes 4 kB, over 45 kB 8 kB."""

FRAMING_PER_BYTE = 9
"""Bytes received for a byte of body, at most on average; a chunk of one byte takes six."""

HEADER_COUNT = 100
HEADER_SECONDS = 10.0

_REASONS = {400: b"Bad Request", 408: b"Request Timeout", 431: b"Request Header Fields Too Large"}


class _TooManyHeaders(Exception):
    """Leaves a callback of the parser, which makes a parser error of it: the request is refused with 400."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Refuses heads that are too large or too slow; whatever it refuses is answered in the envelope."""

    _reading_head = True
    _head_bytes = 0
    _framing_bytes = 0
    _begun = 0.0
    """When the message that is being read began, or 0 between two."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Start the clock for the first head."""
        super().connection_made(transport)
        self._begun = time.monotonic()

    def data_received(self, data: bytes) -> None:
        """Count what arrives before the headers are complete."""
        if self._reading_head:
            if self._begun == 0.0:
                self._begun = time.monotonic()
            self._head_bytes += len(data)
            if self._head_bytes > HEADER_BYTES + len(data):
                self._refuse(431, "the headers are too large")
                return
        else:
            self._framing_bytes += len(data)
            if self._framing_bytes > HEADER_BYTES + len(data):
                self._refuse(431, "the trailers, or what frames the body, are too large")
                return
        if self.parser is not None:
            super().data_received(data)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body; as framing goes what is in proportion to it."""
        self._framing_bytes -= FRAMING_PER_BYTE * len(body)
        super().on_body(body)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header, within the limits, and no trailer: nobody would look for one."""
        if not self._reading_head:
            return
        super().on_header(name, value)
        if len(self.headers) > HEADER_COUNT:
            raise _TooManyHeaders

    def on_headers_complete(self) -> None:
        """Stop counting and hand the request to the application."""
        self._reading_head = False
        self._head_bytes = 0
        self._framing_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Expect another head."""
        super().on_message_complete()
        self._reading_head = True
        self._begun = 0.0

    def refuse_if_slow(self, now: float, body_seconds: float) -> None:
        """Close a connection whose message is not whole in the time allowed."""
        if self._begun == 0.0:
            return
        if self._reading_head and now - self._begun > HEADER_SECONDS:
            self._refuse(408, "the headers did not arrive in time")
        elif now - self._begun > HEADER_SECONDS + body_seconds:
            self._refuse(408, "the body did not arrive in time")

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, in the envelope."""
        self._refuse(400, msg.rstrip("."))

    def _refuse(self, status: int, message: str) -> None:
        if self.transport.is_closing():
            return
        earlier = self.cycle
        if earlier is not None and not earlier.response_complete and not earlier.more_body:
            earlier.keep_alive = False  # a whole request came before this: it gets its answer, then we close
            return
        body = msgspec.json.encode(
            {
                "status_code": int(Status.INVALID_PARAMETERS),
                "status_message": message,
                "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            }
        )
        head = b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
        close = b"connection: close\r\n\r\n"
        self.transport.write(head % (status, _REASONS[status], len(body)) + close + body)
        self.transport.close()


async def close_slow_connections(connections: Collection[object], body_seconds: float) -> None:
    """Look after the connections of a server until cancelled."""
    while True:
        await asyncio.sleep(HEADER_SECONDS / 4)
        now = time.monotonic()
        for connection in list(connections):
            if isinstance(connection, BoundedHttpProtocol):
                connection.refuse_if_slow(now, body_seconds)
