"""From an origin to an open connection: guard, TCP, TLS."""

import asyncio
import ssl

from ocn.node.outbound.by_shape import new_shapes
from ocn.node.outbound.connection import Connection
from ocn.node.outbound.errors import ConnectFailed, TimedOut
from ocn.node.outbound.guard import AddressGuard
from ocn.node.outbound.limits import OutboundLimits
from ocn.node.outbound.url import Origin
from ocn.node.turn import Turn


class Connector:
    """Opens connections to addresses the guard has checked, and to nothing else."""

    def __init__(self, limits: OutboundLimits, guard: AddressGuard, tls: ssl.SSLContext) -> None:
        self._limits = limits
        self._guard = guard
        self._tls = tls
        self._shapes = new_shapes()
        self._turn: Turn | None = None

    async def connect(self, origin: Origin, deadline: float) -> Connection:
        """The first address that answers; each gets a fair share of the time that is left."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + self._limits.connect_timeout_s
        try:
            async with asyncio.timeout_at(min(deadline, latest)):
                addresses = await self._guard.resolve(origin)
                return await self._first(origin, addresses, min(deadline, latest))
        except TimeoutError as error:
            if deadline <= latest:
                raise TimedOut(f"the deadline passed while connecting to {origin.key}") from error
            raise ConnectFailed(
                f"no connection to {origin.key} in {self._limits.connect_timeout_s:g} s"
            ) from error

    async def _first(self, origin: Origin, addresses: tuple[str, ...], until: float) -> Connection:
        loop = asyncio.get_running_loop()
        for position, address in enumerate(addresses[:-1]):
            share = (until - loop.time()) / (len(addresses) - position)
            try:
                async with asyncio.timeout(share):
                    return await self._open(origin, address)
            except (ConnectFailed, TimeoutError):
                continue
        return await self._open(origin, addresses[-1])

    async def _open(self, origin: Origin, address: str) -> Connection:
        loop = asyncio.get_running_loop()
        turn = self._turn = self._turn or Turn(loop)
        secure = origin.scheme == "https"
        try:
            transport, connection = await loop.create_connection(
                lambda: Connection(origin.key, self._limits, loop, turn, self._shapes),
                address,
                origin.port,
                ssl=self._tls if secure else None,
                server_hostname=origin.host if secure else None,
            )
        except ssl.SSLCertVerificationError as error:
            raise ConnectFailed(
                f"{origin.key} shows a certificate we do not trust: {error.verify_message}"
            ) from error
        except OSError as error:
            raise ConnectFailed(
                f"no connection to {origin.key}: {error.strerror or type(error).__name__}"
            ) from error
        tls = transport.get_extra_info("ssl_object")
        if tls is not None and tls.selected_alpn_protocol() not in {None, "http/1.1"}:
            transport.abort()
            raise ConnectFailed(f"{origin.key} insists on a protocol other than HTTP/1.1")
        return connection
