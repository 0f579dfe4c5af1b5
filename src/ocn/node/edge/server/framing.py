"""Where a request ends (RFC 9112, 6): decided here, and refused where two readers could disagree."""

from typing import Final

from ocn.node.edge.server.message import ExpectationFailed, HttpRequest
from ocn.ocpi.errors import InvalidParameters, TooLarge

_ONCE: Final = frozenset({"host", "content-length", "transfer-encoding", "expect"})


def has_body(head: HttpRequest, most: int) -> bool:
    """Say whether a body of at most ``most`` bytes follows.

    Raises:
        InvalidParameters: the framing is ambiguous or malformed.
        TooLarge: the length that is told is over ``most``.
    """
    headers, old = head.headers, head.version_1_0
    if "host" not in headers and not old:
        raise InvalidParameters("the request has no Host header")
    if head.doubled and (repeated := head.doubled & _ONCE):
        raise InvalidParameters(f"the request has more than one {min(repeated)} header")
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if coding is not None:
        if length is not None or old or coding.lower() != "chunked":
            raise InvalidParameters("the transfer coding is ambiguous or not chunked")
        return True
    return length is not None and _says_bytes(length, most)


def awaits_continue(head: HttpRequest) -> bool:
    """Say whether the client sends its body only when told to (RFC 9110, 10.1.1).

    Raises:
        ExpectationFailed: it expects something else.
    """
    expectation = head.headers.get("expect")
    if expectation is None or head.version_1_0:
        return False
    if expectation.lower() != "100-continue":
        raise ExpectationFailed("of Expect, only 100-continue is understood")
    return True


def too_large(most: int) -> TooLarge:
    """Return the refusal of a body over ``most`` bytes."""
    return TooLarge(f"the body is larger than {most} bytes")


def _says_bytes(length: str, most: int) -> bool:
    if not (length.isascii() and length.isdigit()):
        raise InvalidParameters("the request's length is malformed")
    if int(length[:20]) > most:
        raise too_large(most)
    return bool(length.strip("0"))
