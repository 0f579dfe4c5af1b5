"""Both views of the records, and the events between them."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, Self, TypeAlias, TypeVar

from ocn.chain.following.places import KeyT, RecordT, Row

View: TypeAlias = Literal["latest", "confirmed"]
"""``latest`` has every event that was read. ``confirmed`` lies some blocks back, where a reorganisation no
longer reaches, and is for money and for permission grants."""


class Records(Protocol[KeyT, RecordT]):
    """One view in memory. Its answers are a function of its records, however those came about."""

    def record(self, key: KeyT) -> RecordT | None:
        """Return the record of a key."""
        ...

    def records(self) -> dict[KeyT, RecordT]:
        """Return all records, as a copy."""
        ...

    def put(self, key: KeyT, record: RecordT | None) -> set[KeyT]:
        """Give a key its record, or take it away, and return the keys whose answer is another now."""
        ...

    def copy(self) -> Self:
        """Return another one with the same content."""
        ...


RecordsT = TypeVar("RecordsT", bound=Records[Any, Any])


@dataclass(frozen=True, slots=True)
class Changes(Generic[KeyT]):
    """The keys whose answer in a view is another now."""

    latest: frozenset[KeyT]
    confirmed: frozenset[KeyT]


class Views(Generic[KeyT, RecordT, RecordsT]):
    """``latest`` has every event that was read, ``confirmed`` those some blocks below; ``_between`` the rest.

    Always holds: ``latest`` equals ``confirmed`` with the events between them put on top.
    """

    def __init__(self, empty: Callable[[], RecordsT]) -> None:
        self._empty = empty
        self.latest = empty()
        self.confirmed = empty()
        self.confirmed_block = -1
        self._between: deque[Row[KeyT, RecordT]] = deque()

    def anew(self) -> "Views[KeyT, RecordT, RecordsT]":
        """Return other views of the same kind, with nothing in them."""
        return Views(self._empty)

    def filled(
        self,
        records: Iterable[tuple[KeyT, RecordT]],
        confirmed_block: int,
        rows: Iterable[Row[KeyT, RecordT]],
    ) -> "Views[KeyT, RecordT, RecordsT]":
        """Return other views, of what is confirmed, up to this block, and the events above it."""
        views = self.anew()
        views.confirmed_block = confirmed_block
        for key, record in records:
            views.confirmed.put(key, record)
        views.latest = views.confirmed.copy()
        views.advance(rows, confirmed_block)
        return views

    def advance(self, rows: Iterable[Row[KeyT, RecordT]], confirmed_block: int) -> Changes[KeyT]:
        """Add events in chain order and move the confirmed view up to this block, never down."""
        latest: set[KeyT] = set()
        for row in rows:
            latest |= self.latest.put(row.key, row.record)
            self._between.append(row)
        confirmed: set[KeyT] = set()
        self.confirmed_block = max(self.confirmed_block, confirmed_block)
        while self._between and self._between[0].block <= self.confirmed_block:
            row = self._between.popleft()
            confirmed |= self.confirmed.put(row.key, row.record)
        return Changes(frozenset(latest), frozenset(confirmed))

    def set_both(self, key: KeyT, record: RecordT | None) -> Changes[KeyT]:
        """Change both views at once, for whoever has no blocks."""
        return Changes(frozenset(self.latest.put(key, record)), frozenset(self.confirmed.put(key, record)))

    def retreat(self, fork: int) -> Changes[KeyT]:
        """Take back the events above a block that is not below the confirmed one."""
        dropped: set[KeyT] = set()
        while self._between and self._between[-1].block > fork:
            dropped.add(self._between.pop().key)
        surviving: dict[KeyT, RecordT | None] = {key: self.confirmed.record(key) for key in dropped}
        surviving |= {row.key: row.record for row in self._between if row.key in dropped}
        latest: set[KeyT] = set()
        for key, record in surviving.items():
            latest |= self.latest.put(key, record)
        return Changes(frozenset(latest), frozenset())


def difference(
    before: Views[KeyT, RecordT, RecordsT], after: Views[KeyT, RecordT, RecordsT]
) -> Changes[KeyT]:
    """Return what changed from one pair of views to another, for those who were told of the former."""
    return Changes(_differing(before.latest, after.latest), _differing(before.confirmed, after.confirmed))


def _differing(before: Records[KeyT, RecordT], after: Records[KeyT, RecordT]) -> frozenset[KeyT]:
    old, new = before.records(), after.records()
    return frozenset(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
