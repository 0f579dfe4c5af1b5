"""The event log in a file of one process; see :class:`ocn.chain.following.log.EventLog`."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Generic

from ocn.chain.following.log import REMEMBERED, Layout, Loaded, News, StoreUnusable
from ocn.chain.following.places import KeyT, Place, RecordT, Row

_VERSION: Final = 2
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS source (only INTEGER PRIMARY KEY CHECK (only = 1), identity TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cursor (only INTEGER PRIMARY KEY CHECK (only = 1), block INTEGER, hash TEXT);
CREATE TABLE IF NOT EXISTS recent (block INTEGER PRIMARY KEY, hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS event (
  block INTEGER NOT NULL, log_index INTEGER NOT NULL, block_hash TEXT NOT NULL,
  key TEXT NOT NULL, record TEXT,
  PRIMARY KEY (block, log_index, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS event_by_key ON event (key, block, log_index);
CREATE VIEW IF NOT EXISTS listing AS
  SELECT key, record, max(block * 1000000 + log_index) AS since
  FROM event GROUP BY key HAVING record IS NOT NULL;
"""
_AN_INDEX: Final = "SELECT 1 FROM sqlite_schema WHERE name = 'source' AND sql LIKE '%identity TEXT%'"
_DROP_OLDER: Final = """
DROP VIEW IF EXISTS listing;
DROP TABLE IF EXISTS event;
DROP TABLE IF EXISTS recent;
DROP TABLE IF EXISTS cursor;
DROP TABLE IF EXISTS source;
"""


class EventStore(Generic[KeyT, RecordT]):
    """A SQLite file, or memory. Every change is one transaction: rows and cursor can never disagree.

    Calls block for a file access, and for one another; from any thread.
    """

    def __init__(self, path: Path | None, identity: str, layout: Layout[KeyT, RecordT]) -> None:
        """Open the file, made if absent; ``identity`` names what is followed.

        A file that was fed by something else, or is of an older shape, is emptied: all of it can be read from
        the chain again.

        Raises:
            StoreUnusable: the file cannot be opened or is no index.
        """
        self._where = "memory" if path is None else str(path)
        self._layout = layout
        self._turn = threading.RLock()
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
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version < _VERSION and self._db.execute(_AN_INDEX).fetchone() is not None:
            self._db.executescript(_DROP_OLDER)
        self._db.executescript(_TABLES)
        self._db.execute(f"PRAGMA user_version = {_VERSION}")
        known = self._db.execute("SELECT identity FROM source").fetchone()
        if known != (identity,):
            self.clear()
            self._db.execute("INSERT OR REPLACE INTO source VALUES (1, ?)", (identity,))

    def _unusable(self, error: Exception) -> StoreUnusable:
        return StoreUnusable(
            f"the index at {self._where} cannot be used: {error}",
            hint="It holds nothing that is not on the chain: delete the file to start anew.",
        )

    def close(self) -> None:
        """Close the file, when whoever is at it has done; a write that was given up goes on in its thread."""
        with self._turn:
            self._db.close()

    def cursor(self) -> Place | None:
        """Return the last block that was read, or None."""
        with self._access() as db:
            found = db.execute("SELECT block, hash FROM cursor").fetchone()
        return None if found is None else Place(*found)

    def is_whole(self) -> bool:
        """Whether anything was read: a file is of one process, which waits for the rest."""
        return self.cursor() is not None

    def mark_whole(self) -> None:
        """Nothing more is to be noted than the cursor."""

    def load(self, confirmations: int) -> Loaded[KeyT, RecordT]:
        """See the protocol."""
        with self._turn:
            cursor = self.cursor()
            if cursor is None:
                return Loaded(None, -1, [], [])
            confirmed = cursor.block - confirmations
            return Loaded(
                cursor, confirmed, list(self.records_at(confirmed)), list(self.rows_above(confirmed))
            )

    def news(self) -> News[KeyT, RecordT] | None:
        """Nobody else writes here."""
        return None

    def record(self, key: KeyT) -> RecordT | None:
        """Return what a key has at the cursor."""
        query = "SELECT record FROM event WHERE key = ? ORDER BY block DESC, log_index DESC LIMIT 1"
        with self._access() as db:
            found = db.execute(query, (self._layout.key_to_text(key),)).fetchone()
        return None if found is None else self._layout.record_from_json(key, found[0])

    def records_at(self, block: int) -> Iterator[tuple[KeyT, RecordT]]:
        """Return what every key had after this block, in no particular order."""
        query = (
            "SELECT key, record, max(block * 1000000 + log_index) FROM event WHERE block <= ? GROUP BY key"
        )
        with self._access() as db:
            for text, written, _ in db.execute(query, (block,)):
                key = self._layout.key_from_text(text)
                record = self._layout.record_from_json(key, written)
                if record is not None:
                    yield key, record

    def rows_above(self, lowest: int) -> Iterator[Row[KeyT, RecordT]]:
        """Return the events of the blocks above this one, in chain order."""
        query = (
            "SELECT block, log_index, block_hash, key, record FROM event"
            " WHERE block > ? ORDER BY block, log_index, key"
        )
        with self._access() as db:
            for block, log_index, block_hash, text, written in db.execute(query, (lowest,)):
                key = self._layout.key_from_text(text)
                yield Row(block, log_index, block_hash, key, self._layout.record_from_json(key, written))

    def history(self, key: KeyT, at_most: int) -> list[Row[KeyT, RecordT]]:
        """Return everything that happened to a key up to a block, in chain order."""
        query = (
            "SELECT block, log_index, block_hash, record FROM event"
            " WHERE key = ? AND block <= ? ORDER BY block, log_index"
        )
        with self._access() as db:
            return [
                Row(block, log_index, block_hash, key, self._layout.record_from_json(key, written))
                for block, log_index, block_hash, written in db.execute(
                    query, (self._layout.key_to_text(key), at_most)
                )
            ]

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

    def append(self, rows: Iterable[Row[KeyT, RecordT]], places: Sequence[Place], cursor: Place) -> None:
        """Add the events of a window, the hashes of its newest blocks, and move the cursor to its end."""
        with self._transaction():
            self._db.executemany(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?)", (self._as_columns(row) for row in rows)
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

    def _as_columns(self, row: Row[KeyT, RecordT]) -> tuple[object, ...]:
        key, record = self._layout.key_to_text(row.key), self._layout.record_to_json(row.record)
        return row.block, row.log_index, row.block_hash, key, None if record is None else record.decode()

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
        with self._turn:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise self._unusable(error) from error
