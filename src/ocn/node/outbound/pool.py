"""Connections kept for the next request, per origin, within bounds."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from ocn.node.outbound.connection import Connection
from ocn.node.outbound.connector import Connector
from ocn.node.outbound.errors import ConnectFailed, PoolExhausted, TimedOut
from ocn.node.outbound.limits import OutboundLimits
from ocn.node.outbound.url import Origin


@dataclass(slots=True)
class _Place:
    """One origin. ``slots`` counts connections open or being opened; a waiter gets one of them, or a slot."""

    slots: int = 0
    idle: OrderedDict[Connection, None] = field(default_factory=OrderedDict)
    waiters: OrderedDict[asyncio.Future[Connection | None], None] = field(default_factory=OrderedDict)


class ConnectionPool:
    """Lends connections. The youngest idle one goes first, so that the rest may age and be closed."""

    def __init__(self, limits: OutboundLimits, connector: Connector) -> None:
        self._limits = limits
        self._connector = connector
        self._places: dict[str, _Place] = {}
        self._idle: OrderedDict[Connection, None] = OrderedDict()  # of all origins, longest idle first
        self._open: set[Connection] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False

    def take(self, origin: Origin, now: float) -> Connection | None:
        """An idle connection to this origin, without waiting; None when there is none."""
        place = self._places.get(origin.key)
        while place is not None and place.idle:
            connection, _ = place.idle.popitem()
            del self._idle[connection]
            if connection.usable and connection.idle_until > now:
                return connection
            self._discard(connection)
        return None

    async def open(self, origin: Origin, deadline: float) -> Connection:
        """A new connection; or, at the origin's limit, the next one that comes free before the deadline."""
        if self._closed:
            raise ConnectFailed("the client is closed")
        place = self._places.get(origin.key)
        if place is None:
            place = self._places[origin.key] = _Place()
        if place.slots >= self._limits.max_connections_per_origin and place.idle:
            self._discard(next(iter(place.idle)))
            place = self._places.setdefault(origin.key, place)
        if place.slots < self._limits.max_connections_per_origin:
            place.slots += 1
        else:
            connection = await self._wait(origin, place, deadline)
            if connection is not None:
                return connection
        try:
            connection = await self._connector.connect(origin, deadline)
        except BaseException:
            self._free_slot(origin.key)
            raise
        self._open.add(connection)
        if self._closed:
            self._discard(connection)
            raise ConnectFailed("the client is closed")
        return connection

    def release(self, connection: Connection, now: float) -> None:
        """Give back what ``take`` or ``open`` gave, whatever became of it."""
        limits = self._limits
        announced = connection.keep_alive_s
        patience = limits.idle_timeout_s if announced is None else min(limits.idle_timeout_s, announced - 1.0)
        connection.idle_until = min(now + patience, connection.opened_at + limits.max_age_s)
        if not connection.usable or self._closed or connection.idle_until <= now:
            self._discard(connection)
            return
        place = self._places[connection.origin]
        waiter = _next_waiter(place)
        if waiter is not None:
            waiter.set_result(connection)
            return
        place.idle[connection] = None
        self._idle[connection] = None
        if len(self._idle) > limits.max_idle:
            self._discard(next(iter(self._idle)))
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(limits.idle_timeout_s, self._sweep)

    async def close(self) -> None:
        """Close everything and return when the sockets are gone; requests under way and waiting fail."""
        self._closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        for place in list(self._places.values()):
            while waiter := _next_waiter(place):
                waiter.set_exception(ConnectFailed("the client is closed"))
        remaining = list(self._open)
        for connection in list(self._idle):
            self._discard(connection)
        for connection in remaining:
            connection.fail(ConnectFailed("the client was closed"))
        for connection in remaining:
            await connection.closed()

    async def _wait(self, origin: Origin, place: _Place, deadline: float) -> Connection | None:
        """A connection, or None for the right to open one."""
        if len(place.waiters) >= self._limits.max_waiting_per_origin:
            raise PoolExhausted(
                f"{len(place.waiters)} requests wait for a connection to {origin.key} already"
            )
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Connection | None] = loop.create_future()
        place.waiters[waiter] = None
        timer = loop.call_at(deadline, self._expire, origin, place, waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._hand_back(origin.key, waiter.result(), loop.time())
            raise
        finally:
            timer.cancel()
            place.waiters.pop(waiter, None)

    def _expire(self, origin: Origin, place: _Place, waiter: asyncio.Future[Connection | None]) -> None:
        if not waiter.done():
            del place.waiters[waiter]
            waiter.set_exception(
                TimedOut(f"the deadline passed while waiting for a connection to {origin.key}")
            )

    def _hand_back(self, key: str, given: Connection | None, now: float) -> None:
        if given is None:
            self._free_slot(key)
        else:
            self.release(given, now)

    def _discard(self, connection: Connection) -> None:
        """Close a connection and pass its slot on."""
        if connection not in self._open:
            return
        self._open.discard(connection)
        self._idle.pop(connection, None)
        self._places[connection.origin].idle.pop(connection, None)
        connection.fail(ConnectFailed("the connection was given up"))
        self._free_slot(connection.origin)

    def _free_slot(self, key: str) -> None:
        place = self._places[key]
        waiter = _next_waiter(place)
        if waiter is not None:
            waiter.set_result(None)
            return
        place.slots -= 1
        if not place.slots:
            del self._places[key]

    def _sweep(self) -> None:
        """Close what has been idle too long, or was closed by its peer."""
        self._sweeper = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in [each for each in self._idle if each.idle_until <= now or not each.usable]:
            self._discard(connection)
        if self._idle:
            self._sweeper = loop.call_later(self._limits.idle_timeout_s, self._sweep)


def _next_waiter(place: _Place) -> asyncio.Future[Connection | None] | None:
    """The longest waiting request that has not been cancelled meanwhile."""
    while place.waiters:
        waiter, _ = place.waiters.popitem(last=False)
        if not waiter.done():
            return waiter
    return None
