"""Send one request, get one response."""

import asyncio
import ssl

from ocn.node.outbound.connector import Connector
from ocn.node.outbound.errors import ConnectionLost
from ocn.node.outbound.guard import AddressGuard
from ocn.node.outbound.limits import OutboundLimits
from ocn.node.outbound.message import OutboundRequest, OutboundResponse
from ocn.node.outbound.pool import ConnectionPool
from ocn.node.outbound.request import IDEMPOTENT, RequestEncoder
from ocn.node.outbound.tls import client_context


class HttpClient:
    """A pooled HTTP/1.1 client that sends to what its guard allows.

    It follows no redirect, keeps no cookie, reads no proxy variable and asks for no compression. ``tls``
    defaults to ``client_context()``. Use from one event loop; ``close`` when done; it closes the guard's
    resolver too.
    """

    def __init__(
        self, limits: OutboundLimits, guard: AddressGuard, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._guard = guard
        self._encoder = RequestEncoder(limits.max_request_head)
        self._pool = ConnectionPool(limits, Connector(limits, guard, tls or client_context()))

    async def send(self, request: OutboundRequest) -> OutboundResponse:
        """The response, whatever its status; OutboundError when there is none.

        A request is repeated at most once, without the caller knowing, and only if that cannot do anything
        twice: its connection had served before, was closed by the peer before any byte of a response, and
        the method is idempotent or nothing had been written (RFC 9112 section 9.3.1).
        """
        url = self._guard.check_url(request.url)
        head = self._encoder.head(request, url)
        head_only = request.method == "HEAD"
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()  # asks the system which process this is, each time
        now = loop.time()
        deadline = now + request.timeout_s
        pool = self._pool
        connection = pool.take(url.origin, now) or await pool.open(url.origin, deadline)
        try:
            return await connection.exchange(head, request.body, head_only=head_only, deadline=deadline)
        except ConnectionLost as lost:
            repeatable = request.method in IDEMPOTENT or not lost.written
            if not connection.served or lost.answered or not repeatable:
                raise
        finally:
            pool.release(connection, loop.time())
        connection = await pool.open(url.origin, deadline)
        try:
            return await connection.exchange(head, request.body, head_only=head_only, deadline=deadline)
        finally:
            pool.release(connection, loop.time())

    async def close(self) -> None:
        """End all connections and wait until they are gone; requests under way fail."""
        await self._pool.close()
        self._guard.close()
