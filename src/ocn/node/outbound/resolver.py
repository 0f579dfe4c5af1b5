"""Names into addresses: the system's resolver, off the event loop, bounded and briefly remembered."""

import asyncio
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from ocn.node.outbound.errors import ConnectFailed


class Resolver(Protocol):
    """Gives the addresses of a host name, as text, in order of preference."""

    async def lookup(self, host: str) -> tuple[str, ...]:
        """All addresses of ``host``; ConnectFailed when there is none."""
        ...

    def close(self) -> None:
        """Let go of threads and sockets."""
        ...


def system_lookup(host: str) -> tuple[str, ...]:
    """Ask the system (hosts file, DNS); blocks."""
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))


class SystemResolver:
    """``getaddrinfo`` in threads of its own, so that a dead name server starves nothing else.

    Concurrent lookups of one name share one question; an answer, also a negative one, is kept for ``ttl_s``.
    """

    def __init__(
        self,
        *,
        ttl_s: float = 5.0,
        max_names: int = 1_024,
        max_pending: int = 256,
        threads: int = 8,
        ask: Callable[[str], tuple[str, ...]] = system_lookup,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ttl_s = ttl_s
        self._max_names = max_names
        self._max_pending = max_pending
        self._ask = ask
        self._clock = clock
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="ocn-dns")
        self._known: OrderedDict[str, tuple[float, tuple[str, ...]]] = OrderedDict()
        self._pending: dict[str, asyncio.Future[tuple[str, ...]]] = {}

    async def lookup(self, host: str) -> tuple[str, ...]:
        """Addresses of ``host``, at most ``ttl_s`` old; cancelling one waiter leaves the others waiting."""
        known = self._known.get(host)
        if known is not None and known[0] > self._clock():
            addresses = known[1]
        else:
            addresses = await asyncio.shield(self._pending.get(host) or self._start(host))
        if not addresses:
            raise ConnectFailed(f"the name {host} has no address")
        return addresses

    def close(self) -> None:
        """Answer no more questions; threads that still wait for the system end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _start(self, host: str) -> asyncio.Future[tuple[str, ...]]:
        if len(self._pending) >= self._max_pending:
            raise ConnectFailed(f"too many name lookups at once; {host} was not looked up")
        future = asyncio.get_running_loop().run_in_executor(self._threads, self._answer, host)
        self._pending[host] = future
        future.add_done_callback(lambda done: self._remember(host, done))
        return future

    def _answer(self, host: str) -> tuple[str, ...]:
        try:
            return self._ask(host)
        except (OSError, UnicodeError):  # an unknown name is an answer too: no address
            return ()

    def _remember(self, host: str, done: asyncio.Future[tuple[str, ...]]) -> None:
        self._pending.pop(host, None)
        if done.cancelled() or done.exception() is not None:
            return
        self._known[host] = (self._clock() + self._ttl_s, done.result())
        self._known.move_to_end(host)
        if len(self._known) > self._max_names:
            self._known.popitem(last=False)
