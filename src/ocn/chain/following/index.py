"""An index as a program uses it: start it, ask it, close it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainError, ChainUnavailable
from ocn.chain.following.auditing import Auditor, Sampler
from ocn.chain.following.follower import Follower
from ocn.chain.following.kept import KeptViews
from ocn.chain.following.log import Layout, OpenLog
from ocn.chain.following.places import KeyT, RecordT, Row
from ocn.chain.following.source import Source
from ocn.chain.following.standing import Standing
from ocn.chain.following.store import EventStore
from ocn.chain.following.views import RecordsT
from ocn.chain.following.waiting import Waiters
from ocn.chain.patience import FIRST_RETRY_S, rest, retry_s

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """How to follow the chain.

    ``confirmations`` is how many blocks lie on top of one that counts as confirmed (12 are a minute on Energy
    Web); ``max_lag_s`` is how long the chain may be out of sight before the index says it is not ready;
    ``audit_sample`` records (0: none) are compared with the contracts at first and every ``audit_every_s``.
    """

    confirmations: int = 12
    poll_s: float = 1.0
    longest_retry_s: float = 30.0
    max_lag_s: float = 120.0
    audit_sample: int = 20
    audit_every_s: float = 86_400.0


class ChainIndex(KeptViews[KeyT, RecordT, RecordsT], ABC):
    """Records of what some contracts say, followed by one task.

    What is known is served while the chain is away; :attr:`standing` says how old it is. Records survive a
    restart when there is a file.
    """

    def __init__(
        self,
        empty: Callable[[], RecordsT],
        *,
        name: str,
        chain: ChainClient,
        source: Source[KeyT, RecordT],
        layout: Layout[KeyT, RecordT],
        path: Path | None,
        settings: IndexSettings,
        log: OpenLog[KeyT, RecordT] | None = None,
    ) -> None:
        """Prepare; nothing is read before :meth:`start`. The chain client stays the caller's to close.

        ``log`` opens the log elsewhere than in the file at ``path``.
        """
        super().__init__(empty, name=name, confirmations=settings.confirmations)
        self._log = _log.bind(index=name)
        self._chain = chain
        self._source = source
        self._layout = layout
        self._open_log = log or (lambda identity, layout: EventStore(path, identity, layout))
        self._settings = settings
        self._follower: Follower[KeyT, RecordT] | None = None
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._waiters = Waiters()
        self._in_step_at: float | None = None
        self._complete = False
        self._failures = 0
        self._rpc_errors = 0
        self._last_error: str | None = None
        self._auditor = Auditor(
            name, self._sampler(), sample=settings.audit_sample, every_s=settings.audit_every_s
        )

    @abstractmethod
    def _sampler(self) -> Sampler[KeyT]:
        """Return what compares this index with its contracts; called once, before anything is known."""

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
        follower = await self._opened()
        self._in_step_at = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._run(follower), name=self._name)

    async def read_once(self) -> None:
        """Read what the chain has now and follow it no further: for a command, instead of :meth:`start`.

        Raises:
            StoreUnusable: the file cannot be used.
            ChainError: the chain does not answer.
        """
        follower = await self._opened()
        try:
            while await follower.step():
                pass
            await self._in_step(follower)
        finally:
            await self.close()

    async def _opened(self) -> Follower[KeyT, RecordT]:
        self._store = await asyncio.to_thread(self._open_log, self._source.identity, self._layout)
        self._views = await asyncio.to_thread(self._loaded)
        self._follower = Follower(self._name, self._chain, self._source, self._store, self)  # from there on
        self._complete = await asyncio.to_thread(self._store.is_whole)
        return self._follower

    async def close(self) -> None:
        """Stop following and close the file; questions go on being answered from memory."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._store is not None:
            self._store.close()
            self._store = None
        self._waiters.fail(ChainUnavailable(f"the {self._name} was closed"))

    async def caught_up(self, block: int | None = None) -> None:
        """Wait until this block, or everything the chain has at the time of asking, has been read.

        While the chain is away this waits; bound it with :func:`asyncio.timeout`.

        Raises:
            ChainUnavailable: the index is not running, or is closed meanwhile.
        """
        if self._task is None or self._task.done():
            raise ChainUnavailable(f"the {self._name} is not running")
        if block is not None and self._reached() >= block:
            return
        self._wake.set()
        await self._waiters.wait(block)

    async def history(self, key: KeyT) -> list[Row[KeyT, RecordT]]:
        """Return everything confirmed that happened to a key, oldest first; from the file, not from memory.

        Raises:
            ChainUnavailable: the index is closed, or everything is being read anew.
            StoreUnusable: the file cannot be read.
        """
        store = self._store
        if store is None or self._rebuilt is not None:
            raise ChainUnavailable(f"the {self._name} is closed, or reads everything anew")
        return await asyncio.to_thread(store.history, key, self._views.confirmed_block)

    @property
    def complete(self) -> bool:
        """Whether everything was read once, now or in an earlier run: "there is none" can be believed."""
        return self._complete

    @property
    def standing(self) -> Standing:
        """How well the chain is known at this moment."""
        follower = self._follower
        head = None if follower is None or follower.head is None else follower.head.block
        cursor = None if follower is None or follower.cursor is None else follower.cursor.block
        lag_s = None
        if self._in_step_at is not None and self._task is not None:
            lag_s = max(0.0, self._task.get_loop().time() - self._in_step_at)
        confirmed = self._views.confirmed_block
        return Standing(
            head=head,
            cursor=cursor,
            confirmed=confirmed if confirmed >= 0 else None,
            lag_blocks=None if head is None or cursor is None else max(0, head - cursor),
            lag_s=lag_s,
            ready=self._complete and lag_s is not None and lag_s <= self._settings.max_lag_s,
            reorganisations=0 if follower is None else follower.reorganisations,
            deepest_reorganisation=0 if follower is None else follower.deepest,
            rpc_errors=self._rpc_errors,
            last_error=self._last_error,
            audit_mismatches=self._auditor.mismatches,
        )

    async def _run(self, follower: Follower[KeyT, RecordT]) -> None:
        try:
            while True:
                self._wake.clear()
                pause = await self._step(follower)
                if pause > 0:
                    await rest(pause, self._wake)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._last_error = f"stopped by a defect: {type(error).__name__}"
            self._waiters.fail(ChainUnavailable(f"the {self._name} has stopped"))
            self._log.exception("chain_index_stopped")
            raise

    async def _step(self, follower: Follower[KeyT, RecordT]) -> float:
        """Make one step and return how long to wait before the next."""
        self._waiters.look_begins()
        try:
            more = await follower.step()
        except ChainError as error:
            self._rpc_errors += 1
            self._failures += 1
            self._last_error = error.message
            self._log.warning("chain_index_waits", error=error.message, failures=self._failures)
            return retry_s(self._failures, self._settings.longest_retry_s)
        if self._failures:
            self._log.info("chain_index_works_again", failures=self._failures)
            self._failures = 0
        if more:
            self._waiters.reached(self._reached(), everything=False)
            return 0.0
        self._last_error = None
        await self._in_step(follower)
        again = await self._auditor.look(asyncio.get_running_loop().time())
        return FIRST_RETRY_S if again else self._settings.poll_s

    async def _in_step(self, follower: Follower[KeyT, RecordT]) -> None:
        """Everything the endpoint has is read; a replica that lags behind what was read says nothing new."""
        cursor, head = follower.cursor, follower.head
        if cursor is not None and head is not None and head.block >= cursor.block:
            self._in_step_at = asyncio.get_running_loop().time()
            if not self._complete and self._store is not None:
                await asyncio.to_thread(self._store.mark_whole)
            self._complete = True
        self._read_everything()
        self._waiters.reached(self._reached(), everything=True)

    def _reached(self) -> int:
        follower = self._follower
        if follower is None or follower.cursor is None or self._rebuilt is not None:
            return -1
        return follower.cursor.block
