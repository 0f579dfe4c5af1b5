"""Follow the chain, one step at a time: forward when there are new blocks, back when some were replaced."""

import asyncio
from typing import Final, Generic, Protocol

import structlog

from ocn.chain.client import At, ChainClient
from ocn.chain.errors import AnswerTooLarge, ChainRejected, ChainUnavailable
from ocn.chain.following.log import EventLog, Overtaken
from ocn.chain.following.places import KeyT, Place, RecordT, Row
from ocn.chain.following.source import Source
from ocn.chain.following.stretch import Moved, read
from ocn.chain.following.window import Window
from ocn.chain.values import Block

_log = structlog.get_logger(__name__)
_STRIDE: Final = 32


class Listener(Protocol[KeyT, RecordT]):
    """Who keeps the records in memory. Called after the store holds what is told."""

    def advanced(self, rows: list[Row[KeyT, RecordT]], cursor: Place) -> None:
        """These events happened, up to the cursor."""
        ...

    async def retreated(self, fork: Place) -> None:
        """Every block above this one was replaced."""
        ...

    def started_over(self) -> None:
        """Everything that was read is void."""
        ...

    async def reloaded(self) -> None:
        """Another replica has changed what was read; the store has what holds now."""
        ...


class Follower(Generic[KeyT, RecordT]):
    """Keeps the store equal to the chain. One step at a time, by one task; ``name`` is for the log."""

    def __init__(
        self,
        name: str,
        chain: ChainClient,
        source: Source[KeyT, RecordT],
        store: EventLog[KeyT, RecordT],
        listener: Listener[KeyT, RecordT],
    ) -> None:
        self._log = _log.bind(index=name)
        self._chain = chain
        self._source = source
        self._store = store
        self._listener = listener
        self._window = Window()
        self.cursor = store.cursor()
        self.head: Place | None = None
        self.reorganisations = 0
        self.deepest = 0

    async def step(self) -> bool:
        """Read the next stretch, or go back to where the chain forked; True when there is more to do now.

        Raises:
            ChainError: this step failed and changed nothing.
        """
        try:
            return await self._join() or await self._step()
        except Overtaken:
            return True

    async def _join(self) -> bool:
        """Take over what other replicas have written to the same log; True where they did."""
        news = await asyncio.to_thread(self._store.news)
        if news is None:
            return False
        if news.cursor is None:
            self._listener.started_over()
        elif news.rows is None:
            await self._listener.reloaded()
        else:
            self._listener.advanced(news.rows, news.cursor)
        self.cursor = self._store.cursor()
        return True

    async def _step(self) -> bool:
        head, at_cursor = await self._look()
        self.head = Place(head.number, head.hash)
        cursor = self.cursor
        if cursor is not None:
            if head.number < cursor.block:
                if await self._lagging(head):
                    return False
                await self._walk_back(head.number)
                return True
            if at_cursor is None:
                raise Moved("the endpoint lacks a block below its newest")
            if at_cursor.hash != cursor.hash:
                await self._walk_back(cursor.block)
                return True
        first = self._source.first_block if cursor is None else cursor.block + 1
        if head.number < first:
            return False
        await self._forward(first, head)
        return self.cursor is None or self.cursor.block < head.number

    async def _look(self) -> tuple[Block, Block | None]:
        wanted: list[At] = ["latest"]
        if self.cursor is not None:
            wanted.append(self.cursor.block)
        found = await self._chain.blocks(wanted)
        if found[0] is None:
            raise ChainUnavailable("the chain endpoint has no newest block")
        return found[0], found[-1]

    async def _forward(self, first: int, head: Block) -> None:
        last = min(head.number, first + self._window.blocks - 1)
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            stretch = await read(
                self._chain,
                self._source,
                first,
                last,
                after=self.cursor,
                head=head,
                before=self._store.record,
            )
        except (ChainRejected, AnswerTooLarge, ChainUnavailable):
            # Endpoints say "too much" in many ways, silence included.
            if last == first or not self._window.refused():
                raise
            return
        self._window.answered(last - first + 1, clock() - begun)
        await asyncio.to_thread(self._store.append, stretch.rows, stretch.places, stretch.end)
        self.cursor = stretch.end
        self._listener.advanced(stretch.rows, stretch.end)

    async def _lagging(self, head: Block) -> bool:
        """Whether an endpoint that is behind the cursor is on the same chain, as far as we can tell."""
        recent = await asyncio.to_thread(self._store.recent, head.number)
        known = next((place for place in recent if place.block == head.number), None)
        if known is not None:
            return known.hash == head.hash
        anchor = await asyncio.to_thread(self._store.newest_event_block, head.number)
        if anchor is None:
            return True
        there = await self._chain.block(anchor.block)
        return there is None or there.hash == anchor.hash

    async def _walk_back(self, top: int) -> None:
        """Find the newest remembered block that the chain still has, and forget what is above it."""
        depth_from = 0 if self.cursor is None else self.cursor.block
        remembered = await asyncio.to_thread(self._store.recent, top)
        for start in range(0, len(remembered), _STRIDE):
            places = remembered[start : start + _STRIDE]
            found = await self._chain.blocks([place.block for place in places])
            for place, block in zip(places, found, strict=True):
                if block is not None and block.hash == place.hash:
                    await self._retreat(place, depth_from - place.block)
                    return
        self._log.error("chain_index_starts_over", reason="a reorganisation deeper than is remembered")
        self.reorganisations += 1
        self.deepest = max(self.deepest, len(remembered))
        await asyncio.to_thread(self._store.clear)
        self.cursor = None
        self._listener.started_over()

    async def _retreat(self, fork: Place, depth: int) -> None:
        self._log.warning("chain_index_reorganised", fork=fork.block, depth=depth)
        self.reorganisations += 1
        self.deepest = max(self.deepest, depth)
        await asyncio.to_thread(self._store.drop_above, fork)
        await self._listener.retreated(fork)
        self.cursor = self._store.cursor()  # who loads all of a shared log goes on from where that is
