"""Everything that can go wrong between the node and a receiver.

::

    OutboundError
    ├── RequestInvalid      cannot be put on the wire safely; nothing was sent
    ├── AddressRefused      the guard does not let us talk to this URL; nothing was sent
    ├── ConnectFailed       DNS, TCP or TLS; nothing was sent
    │   └── PoolExhausted   too many requests already wait for this origin; nothing was sent
    ├── TimedOut            the request's own deadline passed; it may have been processed
    └── ResponseInvalid     framing, size or protocol; it may have been processed
        └── ConnectionLost  the peer closed before its response was complete

Messages name the origin, never path, query, header or body: those carry tokens and personal data. They
do not name resolved addresses either, because whoever registers a URL may be told the message.
"""

from ocn.errors import OcnError


class OutboundError(OcnError):
    """A message could not be exchanged with another server."""


class RequestInvalid(OutboundError):
    """A method, header or size that must not reach the wire; a bug or an attack upstream."""


class AddressRefused(OutboundError):
    """The URL, or an address its host resolves to, is not one this node may talk to."""


class ConnectFailed(OutboundError):
    """No connection: the name, the network or the certificate. The request was not sent."""


class PoolExhausted(ConnectFailed):
    """The queue of requests waiting for a connection to this origin is full."""


class TimedOut(OutboundError):
    """The deadline of the request passed before the response was complete."""


class ResponseInvalid(OutboundError):
    """What came back is not one unambiguous HTTP/1.1 response within the limits."""


class ConnectionLost(ResponseInvalid):
    """The connection ended before the response was complete.

    ``answered`` tells whether a byte of a response had arrived, ``written`` whether a byte of the request
    had been handed to the network; the retry rule of the client reads both.
    """

    def __init__(self, message: str, *, answered: bool, written: bool) -> None:
        super().__init__(message)
        self.answered = answered
        self.written = written
