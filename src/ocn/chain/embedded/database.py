"""Everything the chain keeps, in one SQLite file: state, its history, blocks, transactions, logs.

One block is one SQLite transaction, so a process that dies leaves a whole number of blocks. The file is
locked exclusively while open: a second process is refused, and a dead one leaves no stale lock. For each key
a block changed, ``history`` keeps the value before it; that is enough to rewind the chain and to read old
states.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from ocn.chain.embedded.blocks import Block, Header
from ocn.chain.embedded.errors import DevnetError
from ocn.chain.embedded.evm import EmittedLog

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS history (
  key BLOB NOT NULL, block INTEGER NOT NULL, before BLOB, PRIMARY KEY (key, block)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS history_by_block ON history (block);
CREATE TABLE IF NOT EXISTS block (
  number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, header BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tx (
  block INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, raw BLOB NOT NULL, failure TEXT,
  gas_used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS log (
  block INTEGER NOT NULL, position INTEGER NOT NULL, address BLOB NOT NULL,
  topic0 BLOB, topic1 BLOB, topic2 BLOB, topic3 BLOB, data BLOB NOT NULL,
  PRIMARY KEY (block, position)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS log_by_source ON log (address, topic0, block);
"""
FORMAT: Final = "1"


class Database:
    """The chain's store. Belongs to the thread that opened it."""

    def __init__(self, path: Path | None) -> None:
        """Open or create; None keeps everything in memory.

        Raises:
            DevnetError: another process has the file open, it cannot be opened, or it is not a file of ours.
        """
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=0)
        except (OSError, sqlite3.Error) as error:
            raise DevnetError(
                f"the chain state {path} cannot be opened: {error}",
                hint="Choose another --state, or --memory, which keeps nothing.",
            ) from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._db.close()
            if "locked" in str(error):
                raise DevnetError(
                    f"the chain state {path} is in use by another process",
                    hint="Stop the other chain, use it over HTTP, or choose another file.",
                ) from error
            raise DevnetError(f"the chain state {path} cannot be opened: {error}") from error
        except DevnetError:
            self._db.close()
            raise

    def _prepare(self) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        # An exclusive lock is taken by the first write and kept until the connection closes.
        self._db.execute("BEGIN EXCLUSIVE")
        for statement in filter(str.strip, SCHEMA.split(";")):
            self._db.execute(statement)
        self._db.execute("COMMIT")
        if (found := self.meta("format")) not in {None, FORMAT}:
            raise DevnetError(f"the chain state has format {found}, this program writes {FORMAT}")
        self.set_meta("format", FORMAT)

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def meta(self, name: str) -> str | None:
        """A setting of this chain."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_meta(self, name: str, value: str) -> None:
        """Keep a setting of this chain."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    # State

    def get(self, key: bytes) -> bytes | None:
        """The newest value."""
        row = self._db.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def keys_with_prefix(self, prefix: bytes) -> list[bytes]:
        """Every present key that begins so."""
        end = prefix + b"\xff" * 64
        return [
            row[0]
            for row in self._db.execute("SELECT key FROM state WHERE key BETWEEN ? AND ?", (prefix, end))
        ]

    def get_at(self, key: bytes, block: int) -> bytes | None:
        """The value as it was after ``block``."""
        row = self._db.execute(
            "SELECT before FROM history WHERE key = ? AND block > ? ORDER BY block LIMIT 1", (key, block)
        ).fetchone()
        return row[0] if row else self.get(key)

    # Blocks

    def append(self, block: Block, changes: Mapping[bytes, bytes | None]) -> None:
        """Add a block and all it changed, or nothing."""
        number = block.header.number
        execute = self._db.execute
        execute("BEGIN")
        try:
            execute("INSERT INTO block VALUES (?, ?, ?)", (number, block.hash, block.header.encode()))
            for key, value in changes.items():
                execute(
                    "INSERT INTO history VALUES (?1, ?2, (SELECT value FROM state WHERE key = ?1))",
                    (key, number),
                )
                self._write(key, value)
            if block.transaction and block.outcome:
                done = block.outcome
                row = (number, block.transaction.hash, block.transaction.raw, done.failure, done.gas_used)
                execute("INSERT INTO tx VALUES (?, ?, ?, ?, ?)", row)
                rows = [(number, position, *_log_row(log)) for position, log in enumerate(done.logs)]
                self._db.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            execute("COMMIT")
        except BaseException:
            execute("ROLLBACK")
            raise

    def rewind(self, number: int) -> None:
        """Make ``number`` the head again: state, blocks, transactions and logs after it are gone."""
        execute = self._db.execute
        execute("BEGIN")
        try:
            newest_first = "SELECT key, before FROM history WHERE block > ? ORDER BY block DESC"
            for key, before in execute(newest_first, (number,)).fetchall():
                self._write(key, before)
            execute("DELETE FROM history WHERE block > ?", (number,))
            execute("DELETE FROM block WHERE number > ?", (number,))
            execute("DELETE FROM tx WHERE block > ?", (number,))
            execute("DELETE FROM log WHERE block > ?", (number,))
            execute("COMMIT")
        except BaseException:
            execute("ROLLBACK")
            raise

    def _write(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            self._db.execute("DELETE FROM state WHERE key = ?", (key,))
        else:
            self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))

    def head(self) -> tuple[Header, bytes] | None:
        """The newest header and its hash; None in a new file."""
        row = self._db.execute("SELECT header, hash FROM block ORDER BY number DESC LIMIT 1").fetchone()
        return (Header.decode(row[0]), row[1]) if row else None

    def header(self, number: int) -> tuple[Header, bytes] | None:
        """The header at a height, and its hash."""
        row = self._db.execute("SELECT header, hash FROM block WHERE number = ?", (number,)).fetchone()
        return (Header.decode(row[0]), row[1]) if row else None

    def block_hash(self, number: int) -> bytes | None:
        """The hash at a height."""
        row = self._db.execute("SELECT hash FROM block WHERE number = ?", (number,)).fetchone()
        return row[0] if row else None

    def number_of(self, block_hash: bytes) -> int | None:
        """The height of a block of this chain."""
        row = self._db.execute("SELECT number FROM block WHERE hash = ?", (block_hash,)).fetchone()
        return row[0] if row else None

    def ancestors(self, number: int) -> Iterator[bytes]:
        """Hashes of ``number`` and the blocks before it, nearest first."""
        for height in range(number, -1, -1):
            if (found := self.block_hash(height)) is None:
                return
            yield found

    # Transactions

    def transaction_in(self, number: int) -> tuple[bytes, str | None, int] | None:
        """Raw bytes, failure and gas used of the transaction in a block."""
        return self._db.execute("SELECT raw, failure, gas_used FROM tx WHERE block = ?", (number,)).fetchone()  # type: ignore[no-any-return]  # sqlite3 rows are untyped

    def block_of_transaction(self, transaction_hash: bytes) -> int | None:
        """The height at which a transaction was mined."""
        row = self._db.execute("SELECT block FROM tx WHERE hash = ?", (transaction_hash,)).fetchone()
        return row[0] if row else None

    def transaction_hashes(self, first: int, last: int) -> list[bytes]:
        """Hashes of the transactions of a range of blocks, oldest first."""
        query = "SELECT hash FROM tx WHERE block BETWEEN ? AND ? ORDER BY block"
        return [row[0] for row in self._db.execute(query, (first, last))]

    def places(self, first: int, last: int) -> dict[int, tuple[bytes, bytes]]:
        """Block hash and transaction hash of every block with a transaction in a range."""
        query = (
            "SELECT tx.block, block.hash, tx.hash FROM tx JOIN block ON block.number = tx.block"
            " WHERE tx.block BETWEEN ? AND ?"
        )
        return {row[0]: (row[1], row[2]) for row in self._db.execute(query, (first, last))}

    def logs(self, where: str, values: Iterable[object], limit: int) -> list[tuple[int, int, EmittedLog]]:
        """Block, position and content of the logs that meet a condition of ours, oldest first."""
        query = (
            "SELECT block, position, address, topic0, topic1, topic2, topic3, data"  # noqa: S608 - fixed words only
            f" FROM log WHERE {where} ORDER BY block, position LIMIT ?"
        )
        found = self._db.execute(query, (*values, limit)).fetchall()
        return [
            (
                row[0],
                row[1],
                EmittedLog(row[2], tuple(topic for topic in row[3:7] if topic is not None), row[7]),
            )
            for row in found
        ]


def _log_row(log: EmittedLog) -> tuple[bytes | None, ...]:
    return (log.address, *log.topics, *(None,) * (4 - len(log.topics)), log.data)


class PastState:
    """The state as it was after a block of this chain; read only."""

    def __init__(self, database: Database, block: int) -> None:
        self._database = database
        self._block = block

    def get(self, key: bytes) -> bytes | None:
        """The value then."""
        return self._database.get_at(key, self._block)

    def keys_with_prefix(self, prefix: bytes) -> list[bytes]:
        """Nothing: what runs on an old state is thrown away, so nothing needs deleting key by key."""
        del prefix
        return []
