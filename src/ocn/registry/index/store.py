"""The event log on disk: what every listing became, block by block, and how far the chain has been read."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ocn.chain.errors import ChainError
from ocn.registry.records import Key, Kind, Record, record_from_json, record_to_json

REMEMBERED: Final = 256
"""How many of the newest blocks are remembered by hash, and so how deep a reorganisation can be followed."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS source (only INTEGER PRIMARY KEY CHECK (only = 1), identity TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cursor (only INTEGER PRIMARY KEY CHECK (only = 1), block INTEGER, hash TEXT);
CREATE TABLE IF NOT EXISTS recent (block INTEGER PRIMARY KEY, hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS event (
  block INTEGER NOT NULL, log_index INTEGER NOT NULL, block_hash TEXT NOT NULL,
  kind TEXT NOT NULL, owner TEXT NOT NULL, other TEXT NOT NULL, record TEXT,
  PRIMARY KEY (block, log_index)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS event_by_key ON event (kind, owner, other, block, log_index);
CREATE VIEW IF NOT EXISTS listing AS
  SELECT kind, owner, other, record, max(block * 1000000 + log_index) AS since
  FROM event GROUP BY kind, owner, other HAVING record IS NOT NULL;
"""


class StoreUnusable(ChainError):
    """The index file cannot be opened, read or written."""


@dataclass(frozen=True, slots=True)
class Place:
    """A block by number and hash."""

    block: int
    hash: str


@dataclass(frozen=True, slots=True)
class Row:
    """One event, settled: from this place on the key has this record, or none."""

    block: int
    log_index: int
    block_hash: str
    key: Key
    record: Record | None


class EventStore:
    """A SQLite file, or memory. Every change is one transaction: rows and cursor can never disagree.

    Calls block for a file access; use one at a time, from any thread.
    """

    def __init__(self, path: Path | None, identity: str) -> None:
        """Open the file, made if absent; ``identity`` names chain and contracts.

        A file that was fed by other contracts is emptied: all of it can be read from the chain again.

        Raises:
            StoreUnusable: the file cannot be opened or is no index.
        """
        self._where = "memory" if path is None else str(path)
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                ":memory:" if path is None else path, check_same_thread=False, isolation_level=None
            )
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            self._prepare(identity)
        except sqlite3.Error as error:
            self._db.close()
            raise self._unusable(error) from error

    def _prepare(self, identity: str) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)
        known = self._db.execute("SELECT identity FROM source").fetchone()
        if known != (identity,):
            self.clear()
            self._db.execute("INSERT OR REPLACE INTO source VALUES (1, ?)", (identity,))

    def _unusable(self, error: Exception) -> StoreUnusable:
        return StoreUnusable(
            f"the registry index at {self._where} cannot be used: {error}",
            hint="It holds nothing that is not on the chain: delete the file to start anew.",
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def cursor(self) -> Place | None:
        """Return the last block that was read, or None."""
        with self._access() as db:
            found = db.execute("SELECT block, hash FROM cursor").fetchone()
        return None if found is None else Place(*found)

    def records_at(self, block: int) -> Iterator[tuple[Key, Record]]:
        """Return what every key had after this block, in no particular order."""
        query = (
            "SELECT kind, owner, other, record, max(block * 1000000 + log_index) FROM event"
            " WHERE block <= ? GROUP BY kind, owner, other"
        )
        with self._access() as db:
            for kind, owner, other, text, _ in db.execute(query, (block,)):
                key = Key(Kind(kind), owner, other)
                record = record_from_json(key.kind, text)
                if record is not None:
                    yield key, record

    def rows_above(self, lowest: int) -> Iterator[Row]:
        """Return the events of the blocks above this one, in chain order."""
        query = (
            "SELECT block, log_index, block_hash, kind, owner, other, record FROM event"
            " WHERE block > ? ORDER BY block, log_index"
        )
        with self._access() as db:
            for block, log_index, block_hash, kind, owner, other, text in db.execute(query, (lowest,)):
                key = Key(Kind(kind), owner, other)
                yield Row(block, log_index, block_hash, key, record_from_json(key.kind, text))

    def recent(self, at_most: int) -> list[Place]:
        """Return the remembered blocks up to this number, newest first."""
        query = "SELECT block, hash FROM recent WHERE block <= ? ORDER BY block DESC"
        with self._access() as db:
            return [Place(*found) for found in db.execute(query, (at_most,))]

    def newest_event_block(self, at_most: int) -> Place | None:
        """Return the block of the newest event up to this number."""
        query = "SELECT block, block_hash FROM event WHERE block <= ? ORDER BY block DESC LIMIT 1"
        with self._access() as db:
            found = db.execute(query, (at_most,)).fetchone()
        return None if found is None else Place(*found)

    def append(self, rows: Iterable[Row], places: Sequence[Place], cursor: Place) -> None:
        """Add the events of a window, the hashes of its newest blocks, and move the cursor to its end."""
        with self._transaction():
            self._db.executemany(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", (_as_columns(row) for row in rows)
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO recent VALUES (?, ?)", ((p.block, p.hash) for p in places)
            )
            self._db.execute("DELETE FROM recent WHERE block <= ?", (cursor.block - REMEMBERED,))
            self._move_to(cursor)

    def drop_above(self, fork: Place) -> None:
        """Forget every block above this one and move the cursor back to it."""
        with self._transaction():
            self._db.execute("DELETE FROM event WHERE block > ?", (fork.block,))
            self._db.execute("DELETE FROM recent WHERE block > ?", (fork.block,))
            self._move_to(fork)

    def clear(self) -> None:
        """Forget everything that was read."""
        with self._transaction():
            for table in ("event", "recent", "cursor"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608  # a literal of this line

    def _move_to(self, cursor: Place) -> None:
        self._db.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?, ?)", (cursor.block, cursor.hash))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._access() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _access(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._db
        except sqlite3.Error as error:
            raise self._unusable(error) from error


def _as_columns(row: Row) -> tuple[object, ...]:
    text = record_to_json(row.record)
    return (row.block, row.log_index, row.block_hash, *row.key, None if text is None else text.decode())
