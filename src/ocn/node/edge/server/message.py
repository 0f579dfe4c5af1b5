"""A whole request, and what stands in its place when it was refused."""

from collections.abc import Mapping

import msgspec

from ocn.ocpi.errors import MethodNotAllowed, OcpiError, ServerFault, TooLarge


class HttpRequest(msgspec.Struct, frozen=True, gc=False):
    """One request as it came: names of headers in lower case, nothing unescaped, the body unframed."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """The values of a header given more than once are joined by a comma."""
    doubled: frozenset[str] = frozenset()
    """Which headers were given more than once."""
    body: bytes = b""
    keep_alive: bool = True
    version_1_0: bool = False


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """The last thing read from a connection: why nothing more is."""

    error: OcpiError
    request: HttpRequest | None
    """The head of the request, if it was read that far."""


class HeadTooLarge(TooLarge):
    """More bytes or headers than a head may have."""

    http_status = 431


class ExpectationFailed(MethodNotAllowed):
    """An ``Expect`` other than 100-continue."""

    http_status = 417


class Overloaded(ServerFault):
    """As many requests or connections as the node takes."""

    http_status = 503
