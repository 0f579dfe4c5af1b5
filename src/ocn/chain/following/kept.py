"""Keep the views in memory equal to the event log, through reorganisations."""

import asyncio
from collections.abc import Callable

import structlog

from ocn.chain.following.log import EventLog
from ocn.chain.following.places import KeyT, Place, RecordT, Row
from ocn.chain.following.viewed import Viewed
from ocn.chain.following.views import RecordsT, Views, difference

_log = structlog.get_logger(__name__)


class KeptViews(Viewed[KeyT, RecordT, RecordsT]):
    """Listens to a follower. While everything is read anew, the old records go on being served."""

    def __init__(self, empty: Callable[[], RecordsT], *, name: str, confirmations: int) -> None:
        """``name`` is for the log."""
        super().__init__(empty)
        self._name = name
        self._confirmations = confirmations
        self._store: EventLog[KeyT, RecordT] | None = None
        self._rebuilt: Views[KeyT, RecordT, RecordsT] | None = None

    def advanced(self, rows: list[Row[KeyT, RecordT]], cursor: Place) -> None:
        """Take over events; called by the follower."""
        confirmed = cursor.block - self._confirmations
        if self._rebuilt is not None:
            self._rebuilt.advance(rows, confirmed)
        else:
            self._tell(self._views.advance(rows, confirmed))

    async def retreated(self, fork: Place) -> None:
        """Take events back; called by the follower."""
        views = self._views if self._rebuilt is None else self._rebuilt
        if fork.block >= views.confirmed_block:
            changes = views.retreat(fork.block)
            if self._rebuilt is None:
                self._tell(changes)
            return
        _log.error(
            "chain_index_confirmed_block_replaced",
            index=self._name,
            fork=fork.block,
            was=views.confirmed_block,
        )
        views = await asyncio.to_thread(self._loaded)
        if self._rebuilt is not None:
            self._rebuilt = views
        else:
            self._replace(views)

    def started_over(self) -> None:
        """Read everything anew; called by the follower."""
        self._rebuilt = self._views.anew()

    async def reloaded(self) -> None:
        """Take the log as it is now; called by the follower, where another replica has changed what was read.

        Where that reaches below what was confirmed, everything is being read anew, and the old goes on.
        """
        views = await asyncio.to_thread(self._loaded)
        if self._rebuilt is not None or views.confirmed_block < self._views.confirmed_block:
            self._rebuilt = views
        else:
            self._replace(views)

    def _read_everything(self) -> None:
        """From here on, what was read anew is what is served."""
        if self._rebuilt is not None:
            rebuilt, self._rebuilt = self._rebuilt, None
            self._replace(rebuilt)

    def _replace(self, views: Views[KeyT, RecordT, RecordsT]) -> None:
        before, self._views = self._views, views
        self._tell(difference(before, views))

    def _loaded(self) -> Views[KeyT, RecordT, RecordsT]:
        store = self._store
        loaded = None if store is None else store.load(self._confirmations)
        if loaded is None or loaded.cursor is None:
            return self._views.anew()
        return self._views.filled(loaded.records, loaded.confirmed, loaded.rows)
