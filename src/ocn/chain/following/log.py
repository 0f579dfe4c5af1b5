"""The event log as whoever follows a chain sees it: a file is one (``store``), shared tables are another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol

from ocn.chain.errors import ChainError
from ocn.chain.following.places import KeyT, Place, RecordT, Row

REMEMBERED: Final = 256
"""How many of the newest blocks are remembered by hash, and so how deep a reorganisation can be followed."""


class StoreUnusable(ChainError):
    """The index's storage cannot be opened, read or written."""


class Overtaken(ChainError):
    """Another replica has gone on with the same log; nothing was written, and what it wrote is to be read."""


class Layout(Protocol[KeyT, RecordT]):
    """How keys and records are written. A record that is None is written as None."""

    def key_to_text(self, key: KeyT) -> str:
        """Write a key."""
        ...

    def key_from_text(self, text: str) -> KeyT:
        """Read what :meth:`key_to_text` wrote."""
        ...

    def record_to_json(self, record: RecordT | None) -> bytes | None:
        """Write a record."""
        ...

    def record_from_json(self, key: KeyT, text: str | None) -> RecordT | None:
        """Read what :meth:`record_to_json` wrote of this key."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded(Generic[KeyT, RecordT]):
    """All of a log at one moment: what every key had at the confirmed block, and the events above it."""

    cursor: Place | None
    confirmed: int
    records: list[tuple[KeyT, RecordT]]
    rows: list[Row[KeyT, RecordT]]


@dataclass(frozen=True, slots=True)
class News(Generic[KeyT, RecordT]):
    """What other replicas have done to the log since this one last looked.

    ``rows`` are the events from there to the cursor; None where the log has another history now, and is to be
    loaded again. No cursor: it begins anew.
    """

    cursor: Place | None
    rows: list[Row[KeyT, RecordT]] | None


class EventLog(Protocol[KeyT, RecordT]):
    """What every key became, block by block, and how far the chain has been read.

    Calls block, may come from any thread, and may raise StoreUnusable. Every change is one transaction: rows
    and cursor never disagree. A change of a log that is shared raises Overtaken where another replica has
    changed it since :meth:`load`, :meth:`news` or this one's last change.
    """

    def cursor(self) -> Place | None:
        """Return the last block that was read, as this replica knows it."""
        ...

    def is_whole(self) -> bool:
        """Whether everything there was has been read once."""
        ...

    def mark_whole(self) -> None:
        """Note that."""
        ...

    def load(self, confirmations: int) -> Loaded[KeyT, RecordT]:
        """Return everything, and go on from there."""
        ...

    def news(self) -> News[KeyT, RecordT] | None:
        """Return what others have done, and go on from there; None where nobody did anything."""
        ...

    def record(self, key: KeyT) -> RecordT | None:
        """Return what a key has at the cursor."""
        ...

    def history(self, key: KeyT, at_most: int) -> list[Row[KeyT, RecordT]]:
        """Return everything that happened to a key up to a block, in chain order."""
        ...

    def recent(self, at_most: int) -> list[Place]:
        """Return the remembered blocks up to this number, newest first."""
        ...

    def newest_event_block(self, at_most: int) -> Place | None:
        """Return the block of the newest event up to this number."""
        ...

    def append(self, rows: Iterable[Row[KeyT, RecordT]], places: Sequence[Place], cursor: Place) -> None:
        """Add the events of a window, the hashes of its newest blocks, and move the cursor to its end."""
        ...

    def drop_above(self, fork: Place) -> None:
        """Forget every block above this one and move the cursor back to it."""
        ...

    def clear(self) -> None:
        """Forget everything that was read."""
        ...

    def close(self) -> None:
        """Release what is held, when whoever is at it has done."""
        ...


class OpenLog(Protocol[KeyT, RecordT]):
    """Opens a log for what is followed, by its identity."""

    def __call__(self, identity: str, layout: Layout[KeyT, RecordT], /) -> EventLog[KeyT, RecordT]:
        """Open it.

        Raises:
            StoreUnusable: it cannot be.
        """
        ...
