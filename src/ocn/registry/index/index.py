"""The index as a node uses it: start it, ask it, close it."""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainError, ChainUnavailable
from ocn.chain.following.waiting import Waiters
from ocn.registry.index.audit import Auditor
from ocn.registry.index.directory import Lookups
from ocn.registry.index.follower import Follower
from ocn.registry.index.reading import Source
from ocn.registry.index.status import IndexStatus
from ocn.registry.index.store import EventStore, Place, Row
from ocn.registry.index.views import Views, difference
from ocn.registry.reading import RegistryReader
from ocn.registry.records import Kind

_log = structlog.get_logger(__name__)
_FIRST_RETRY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """How to follow the chain.

    ``confirmations`` is how many blocks lie on top of one that counts as confirmed (12 are a minute on Energy
    Web); ``max_lag_s`` is how long the chain may be out of sight before the index says it is not ready;
    ``audit_sample`` listings (0: none) are compared with the contracts at first and every ``audit_every_s``.
    """

    confirmations: int = 12
    poll_s: float = 1.0
    longest_retry_s: float = 30.0
    max_lag_s: float = 120.0
    audit_sample: int = 20
    audit_every_s: float = 86_400.0


class RegistryIndex(Lookups):
    """Nodes, parties, services and agreements of one pair of contracts, followed by one task.

    What is known is served while the chain is away; :attr:`status` says how old it is. Listings survive a
    restart when there is a file.
    """

    def __init__(
        self,
        chain: ChainClient,
        source: Source,
        *,
        path: Path | None = None,
        settings: IndexSettings | None = None,
    ) -> None:
        """Prepare; nothing is read before :meth:`start`. The chain client stays the caller's to close."""
        super().__init__()
        self._chain = chain
        self._source = source
        self._path = path
        self._settings = settings or IndexSettings()
        self._store: EventStore | None = None
        self._follower: Follower | None = None
        self._task: asyncio.Task[None] | None = None
        self._rebuilt: Views | None = None
        self._wake = asyncio.Event()
        self._waiters = Waiters()
        self._in_step_at: float | None = None
        self._complete = False
        self._failures = 0
        self._rpc_errors = 0
        self._last_error: str | None = None
        reader = RegistryReader(chain, source.registry, source.permissions)
        self._auditor = Auditor(
            reader, sample=self._settings.audit_sample, every_s=self._settings.audit_every_s
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Load what is stored and begin to follow; :meth:`caught_up` waits for the rest.

        Raises:
            StoreUnusable: the file cannot be used.
        """
        if self._task is not None:
            return
        identity = f"{self._source.registry} {self._source.permissions} {self._source.first_block}"
        self._store = await asyncio.to_thread(EventStore, self._path, identity)
        self._follower = Follower(self._chain, self._source, self._store, self)
        self._views = await asyncio.to_thread(self._loaded)
        self._complete = self._follower.cursor is not None
        self._in_step_at = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._run(self._follower), name="registry index")

    async def close(self) -> None:
        """Stop following and close the file; lookups go on answering from memory."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._store is not None:
            self._store.close()
            self._store = None
        self._waiters.fail(ChainUnavailable("the registry index was closed"))

    async def caught_up(self, block: int | None = None) -> None:
        """Wait until this block, or everything the chain has at the time of asking, has been read.

        While the chain is away this waits; bound it with :func:`asyncio.timeout`.

        Raises:
            ChainUnavailable: the index is not running, or is closed meanwhile.
        """
        if self._task is None or self._task.done():
            raise ChainUnavailable("the registry index is not running")
        if block is not None and self._reached() >= block:
            return
        self._wake.set()
        await self._waiters.wait(block)

    @property
    def complete(self) -> bool:
        """Whether everything was read once, now or in an earlier run: "not listed" can be believed."""
        return self._complete

    @property
    def status(self) -> IndexStatus:
        """How well the chain is known at this moment."""
        follower = self._follower
        head = None if follower is None or follower.head is None else follower.head.block
        cursor = None if follower is None or follower.cursor is None else follower.cursor.block
        lag_s = None
        if self._in_step_at is not None and self._task is not None:
            lag_s = max(0.0, self._task.get_loop().time() - self._in_step_at)
        confirmed = self._views.confirmed_block
        return IndexStatus(
            head=head,
            cursor=cursor,
            confirmed=confirmed if confirmed >= 0 else None,
            lag_blocks=None if head is None or cursor is None else max(0, head - cursor),
            lag_s=lag_s,
            ready=self._complete and lag_s is not None and lag_s <= self._settings.max_lag_s,
            nodes=self._views.latest.count(Kind.NODE),
            parties=self._views.latest.count(Kind.PARTY),
            services=self._views.latest.count(Kind.SERVICE),
            reorganisations=0 if follower is None else follower.reorganisations,
            deepest_reorganisation=0 if follower is None else follower.deepest,
            rpc_errors=self._rpc_errors,
            last_error=self._last_error,
            audit_mismatches=self._auditor.mismatches,
        )

    async def _run(self, follower: Follower) -> None:
        try:
            while True:
                self._wake.clear()
                pause = await self._step(follower)
                if pause > 0:
                    await self._sleep(pause)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._last_error = f"stopped by a defect: {type(error).__name__}"
            self._waiters.fail(ChainUnavailable("the registry index has stopped"))
            _log.exception("registry_index_stopped")
            raise

    async def _step(self, follower: Follower) -> float:
        """Make one step and return how long to wait before the next."""
        self._waiters.look_begins()
        try:
            more = await follower.step()
        except ChainError as error:
            self._rpc_errors += 1
            self._failures += 1
            self._last_error = error.message
            _log.warning("registry_index_waits", error=error.message, failures=self._failures)
            longest: float = min(
                self._settings.longest_retry_s, _FIRST_RETRY_S * 2.0 ** min(self._failures, 10)
            )
            return longest * random.uniform(0.5, 1.0)
        if self._failures:
            _log.info("registry_index_works_again", failures=self._failures)
            self._failures = 0
        if more:
            return 0.0
        self._last_error = None
        self._in_step(follower)
        again = await self._auditor.look(self, asyncio.get_running_loop().time())
        return _FIRST_RETRY_S if again else self._settings.poll_s

    def _in_step(self, follower: Follower) -> None:
        """Everything the endpoint has is read; a replica that lags behind what was read says nothing new."""
        cursor, head = follower.cursor, follower.head
        if cursor is not None and head is not None and head.block >= cursor.block:
            self._in_step_at = asyncio.get_running_loop().time()
            self._complete = True
        if self._rebuilt is not None:
            before, self._views, self._rebuilt = self._views, self._rebuilt, None
            self._tell(difference(before, self._views))
        self._waiters.reached(self._reached(), everything=True)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    def _reached(self) -> int:
        follower = self._follower
        if follower is None or follower.cursor is None or self._rebuilt is not None:
            return -1
        return follower.cursor.block

    def advanced(self, rows: list[Row], cursor: Place) -> None:
        """Take over events; called by the follower."""
        confirmed = cursor.block - self._settings.confirmations
        if self._rebuilt is not None:
            self._rebuilt.advance(rows, confirmed)
        else:
            self._tell(self._views.advance(rows, confirmed))
            self._waiters.reached(cursor.block, everything=False)

    def retreated(self, fork: Place) -> None:
        """Take events back; called by the follower."""
        views = self._views if self._rebuilt is None else self._rebuilt
        if fork.block >= views.confirmed_block:
            changes = views.retreat(fork.block)
            if self._rebuilt is None:
                self._tell(changes)
            return
        _log.error("registry_index_confirmed_block_replaced", fork=fork.block, was=views.confirmed_block)
        loaded = self._loaded()
        if self._rebuilt is not None:
            self._rebuilt = loaded
        else:
            before, self._views = self._views, loaded
            self._tell(difference(before, loaded))

    def started_over(self) -> None:
        """Read everything anew, serving the old listings until that is done; called by the follower."""
        self._rebuilt = Views()

    def _loaded(self) -> Views:
        store = self._store
        cursor = None if store is None else store.cursor()
        if store is None or cursor is None:
            return Views()
        confirmed = cursor.block - self._settings.confirmations
        return Views.of(store.records_at(confirmed), confirmed, store.rows_above(confirmed))
