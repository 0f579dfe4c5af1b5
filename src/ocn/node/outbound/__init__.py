"""The node's only HTTP client: a small pooled keep-alive HTTP/1.1 client for the relay.

What lives here: URL and address checks (``guard``), the request on the wire (``request``), the response
off the wire (``response``), one connection (``connection``), the pool and the client. What enters: an
``OutboundRequest``, its URL from outside and never trusted. What leaves: a whole ``OutboundResponse``, or
an error of ``errors``. It must not know OCPI, tokens, signatures or storage: it carries bytes.
"""

from ocn.node.outbound.client import HttpClient
from ocn.node.outbound.errors import (
    AddressRefused,
    ConnectFailed,
    ConnectionLost,
    OutboundError,
    PoolExhausted,
    RequestInvalid,
    ResponseInvalid,
    TimedOut,
)
from ocn.node.outbound.guard import AddressGuard
from ocn.node.outbound.limits import OutboundLimits
from ocn.node.outbound.message import OutboundRequest, OutboundResponse
from ocn.node.outbound.url import Origin, ParsedUrl

__all__ = [
    "AddressGuard",
    "AddressRefused",
    "ConnectFailed",
    "ConnectionLost",
    "HttpClient",
    "Origin",
    "OutboundError",
    "OutboundLimits",
    "OutboundRequest",
    "OutboundResponse",
    "ParsedUrl",
    "PoolExhausted",
    "RequestInvalid",
    "ResponseInvalid",
    "TimedOut",
]
