"""What the client takes and what it gives."""

from collections.abc import Sequence

import msgspec


class OutboundRequest(msgspec.Struct, frozen=True, gc=False):
    """One request to one URL.

    ``headers`` are (name, value) pairs of text or bytes, sent in their order and spelling. Host,
    Accept-Encoding and whatever concerns the connection or the framing belong to the client: a request
    naming one is refused. ``timeout_s`` bounds everything from the wait for a connection to the last
    byte of the response, a retry included.
    """

    method: str
    url: str
    headers: Sequence[tuple[str | bytes, str | bytes]] = ()
    body: bytes = b""
    timeout_s: float = 30.0

    def __repr__(self) -> str:
        return f"OutboundRequest({self.method!r}, {len(self.headers)} headers, {len(self.body)} bytes)"


class OutboundResponse(msgspec.Struct, frozen=True, gc=False):
    """One whole response: final status, headers with lower-case names, and the body unframed.

    Header values are the bytes of the wire read as latin-1. Trailers are dropped.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, its name in any case; several of one name are joined by a comma."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key == wanted]
        return ", ".join(values) if values else None

    def __repr__(self) -> str:
        return f"OutboundResponse({self.status}, {len(self.headers)} headers, {len(self.body)} bytes)"
