"""Where a response ends (RFC 9112, 6): decided here, and refused where two readers could disagree."""

from collections.abc import Iterable

from ocn.node.outbound.errors import ResponseInvalid

BODYLESS = frozenset({204, 304})


def framing(headers: Iterable[tuple[str, str]]) -> tuple[int | None, bool]:
    """Return the declared length, and whether the body is chunked; never both, never twice.

    Raises:
        ResponseInvalid: it is ambiguous or malformed.
    """
    length: int | None = None
    chunked = False
    for name, value in headers:
        if name == "content-length":
            if length is not None or chunked or not (value.isascii() and value.isdigit()):
                raise ResponseInvalid("the response's length is ambiguous or malformed")
            length = int(value[:20])
        elif name == "transfer-encoding":
            if length is not None or chunked or value.lower() != "chunked":
                raise ResponseInvalid("the response's transfer coding is ambiguous or not chunked")
            chunked = True
    return length, chunked


def keep_alive_timeout(value: str) -> float | None:
    """``Keep-Alive: timeout=5, max=100`` into 5.0; None for anything unusual."""
    for part in value.split(","):
        name, _, number = part.strip().partition("=")
        if name.lower() == "timeout" and number.isascii() and number.isdigit() and len(number) < 7:
            return float(number)
    return None
