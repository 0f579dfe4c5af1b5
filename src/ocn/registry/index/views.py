"""Both views of the listings, and the events between them."""

from collections import deque
from collections.abc import Iterable

from ocn.registry.directory import Changes
from ocn.registry.index.state import State
from ocn.registry.index.store import Row
from ocn.registry.records import Key, Record


class Views:
    """``latest`` has every event that was read, ``confirmed`` those some blocks below; ``_between`` the rest.

    Always holds: ``latest`` equals ``confirmed`` with the events between them put on top.
    """

    def __init__(self) -> None:
        self.latest = State()
        self.confirmed = State()
        self.confirmed_block = -1
        self._between: deque[Row] = deque()

    @classmethod
    def of(cls, records: Iterable[tuple[Key, Record]], confirmed_block: int, rows: Iterable[Row]) -> "Views":
        """Make views from what is confirmed, up to this block, and the events above it."""
        views = cls()
        views.confirmed_block = confirmed_block
        for key, record in records:
            views.confirmed.put(key, record)
        views.latest = views.confirmed.copy()
        views.advance(rows, confirmed_block)
        return views

    def advance(self, rows: Iterable[Row], confirmed_block: int) -> Changes:
        """Add events in chain order and move the confirmed view up to this block, never down."""
        latest: set[Key] = set()
        for row in rows:
            latest |= self.latest.put(row.key, row.record)
            self._between.append(row)
        confirmed: set[Key] = set()
        self.confirmed_block = max(self.confirmed_block, confirmed_block)
        while self._between and self._between[0].block <= self.confirmed_block:
            row = self._between.popleft()
            confirmed |= self.confirmed.put(row.key, row.record)
        return Changes(frozenset(latest), frozenset(confirmed))

    def set_both(self, key: Key, record: Record | None) -> Changes:
        """Change both views at once, for whoever has no blocks."""
        return Changes(frozenset(self.latest.put(key, record)), frozenset(self.confirmed.put(key, record)))

    def retreat(self, fork: int) -> Changes:
        """Take back the events above a block that is not below the confirmed one."""
        dropped: set[Key] = set()
        while self._between and self._between[-1].block > fork:
            dropped.add(self._between.pop().key)
        surviving = {key: self.confirmed.record(key) for key in dropped}
        surviving |= {row.key: row.record for row in self._between if row.key in dropped}
        latest: set[Key] = set()
        for key, record in surviving.items():
            latest |= self.latest.put(key, record)
        return Changes(frozenset(latest), frozenset())


def difference(before: Views, after: Views) -> Changes:
    """Return what changed from one pair of views to another, for those who were told of the former."""
    return Changes(_differing(before.latest, after.latest), _differing(before.confirmed, after.confirmed))


def _differing(before: State, after: State) -> frozenset[Key]:
    old, new = before.records(), after.records()
    return frozenset(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
