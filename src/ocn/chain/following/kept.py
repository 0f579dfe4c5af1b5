"""Keep the views in memory equal to the event log, through reorganisations."""

from collections.abc import Callable

import structlog

from ocn.chain.following.places import KeyT, Place, RecordT, Row
from ocn.chain.following.store import EventStore
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
        self._store: EventStore[KeyT, RecordT] | None = None
        self._rebuilt: Views[KeyT, RecordT, RecordsT] | None = None

    def advanced(self, rows: list[Row[KeyT, RecordT]], cursor: Place) -> None:
        """Take over events; called by the follower."""
        confirmed = cursor.block - self._confirmations
        if self._rebuilt is not None:
            self._rebuilt.advance(rows, confirmed)
        else:
            self._tell(self._views.advance(rows, confirmed))

    def retreated(self, fork: Place) -> None:
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
        if self._rebuilt is not None:
            self._rebuilt = self._loaded()
        else:
            self._replace(self._loaded())

    def started_over(self) -> None:
        """Read everything anew; called by the follower."""
        self._rebuilt = self._views.anew()

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
        cursor = None if store is None else store.cursor()
        if store is None or cursor is None:
            return self._views.anew()
        confirmed = cursor.block - self._confirmations
        return self._views.filled(store.records_at(confirmed), confirmed, store.rows_above(confirmed))
