"""KeeperStore in one SQLite file, readable by its owner only."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from ocn.chain.fees import Fee
from ocn.database import to_the_end
from ocn.settlement.keeper.jobs import Job, OpenJob, job_from_json, job_to_json
from ocn.settlement.keeper.store import Attempt, Draft, KeeperStoreUnusable, Transaction

T = TypeVar("T")

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS account (only INTEGER PRIMARY KEY CHECK (only = 1), identity TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sent (
  id INTEGER PRIMARY KEY AUTOINCREMENT, nonce INTEGER NOT NULL UNIQUE, target TEXT NOT NULL,
  data BLOB NOT NULL, gas INTEGER NOT NULL, repeatable INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS attempt (
  place INTEGER PRIMARY KEY AUTOINCREMENT, sent INTEGER NOT NULL REFERENCES sent ON DELETE CASCADE,
  hash TEXT NOT NULL UNIQUE, raw BLOB NOT NULL, most TEXT NOT NULL, tip TEXT);
CREATE TABLE IF NOT EXISTS job (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, sent INTEGER REFERENCES sent);
"""


class SqliteKeeperStore:
    """See :class:`ocn.settlement.keeper.store.KeeperStore`. One file belongs to one account of one chain."""

    def __init__(self, path: Path | None, *, chain_id: int, account: str) -> None:
        """Open the file, made if absent; None keeps everything in memory.

        Raises:
            KeeperStoreUnusable: the file cannot be used, or is another account's.
        """
        self._where = "memory" if path is None else str(path)
        self._turn = threading.Lock()  # held by threads: who waited for one may have given up
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(
                ":memory:" if path is None else path, check_same_thread=False, isolation_level=None
            )
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(str(error)) from error
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.executescript(_SCHEMA)
            self._belong_to(f"{chain_id} {account}")
        except BaseException as error:
            self._db.close()
            if isinstance(error, sqlite3.Error):
                raise self._unusable(str(error)) from error
            raise

    def _belong_to(self, identity: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO account VALUES (1, ?)", (identity,))
        (found,) = self._db.execute("SELECT identity FROM account").fetchone()
        if found != identity:
            raise KeeperStoreUnusable(
                f"{self._where} belongs to the account {found.partition(' ')[2]} of another key or chain",
                hint="Give each account a file of its own.",
            )

    async def add(self, job: Job) -> bool:
        """See the port."""
        body = job_to_json(job).decode()

        def run() -> bool:
            statement = "INSERT OR IGNORE INTO job (name, body) VALUES (?, ?)"
            return self._db.execute(statement, (job.name, body)).rowcount > 0

        return await self._do(run)

    async def waiting(self) -> list[OpenJob]:
        """See the port."""
        return await self._do(lambda: self._jobs("sent IS NULL"))

    async def drop(self, jobs: Sequence[int]) -> None:
        """See the port."""
        await self._do(
            lambda: self._db.executemany(
                "DELETE FROM job WHERE id = ? AND sent IS NULL", [(job,) for job in jobs]
            )
        )

    async def begin(self, draft: Draft, attempt: Attempt, jobs: Sequence[int]) -> Transaction:
        """See the port."""

        def run() -> int:
            row = (draft.nonce, draft.to, draft.data, draft.gas, draft.repeatable)
            statement = "INSERT INTO sent (nonce, target, data, gas, repeatable) VALUES (?, ?, ?, ?, ?)"
            sent = self._db.execute(statement, row).lastrowid or 0
            self._add_attempt(sent, attempt)
            self._db.executemany("UPDATE job SET sent = ? WHERE id = ?", [(sent, job) for job in jobs])
            return sent

        return Transaction(await self._do(run), draft, (attempt,))

    async def attempt(self, transaction: int, attempt: Attempt) -> None:
        """See the port."""
        await self._do(lambda: self._add_attempt(transaction, attempt))

    async def transactions(self) -> list[Transaction]:
        """See the port."""

        def run() -> list[Transaction]:
            query = "SELECT id, nonce, target, data, gas, repeatable FROM sent ORDER BY nonce"
            return [
                Transaction(sent, Draft(nonce, to, data, gas, bool(repeatable)), self._attempts(sent))
                for sent, nonce, to, data, gas, repeatable in self._db.execute(query).fetchall()
            ]

        return await self._do(run)

    async def jobs_of(self, transaction: int) -> list[OpenJob]:
        """See the port."""
        return await self._do(lambda: self._jobs("sent = ?", transaction))

    async def finish(self, transaction: int) -> None:
        """See the port."""

        def run() -> None:
            self._db.execute("DELETE FROM job WHERE sent = ?", (transaction,))
            self._db.execute("DELETE FROM sent WHERE id = ?", (transaction,))

        await self._do(run)

    async def give_back(self, transaction: int, *, failed: bool) -> None:
        """See the port."""

        def run() -> None:
            statement = "UPDATE job SET sent = NULL, tries = tries + ? WHERE sent = ?"
            self._db.execute(statement, (int(failed), transaction))
            self._db.execute("DELETE FROM sent WHERE id = ?", (transaction,))

        await self._do(run)

    async def close(self) -> None:
        """See the port."""
        await asyncio.to_thread(self._shut)

    def _jobs(self, which: str, *values: int) -> list[OpenJob]:
        query = f"SELECT id, body, tries FROM job WHERE {which} ORDER BY id"  # noqa: S608  # literals above
        return [
            OpenJob(number, job_from_json(body), tries)
            for number, body, tries in self._db.execute(query, values)
        ]

    def _add_attempt(self, sent: int, attempt: Attempt) -> None:
        tip = None if attempt.fee.tip is None else str(attempt.fee.tip)
        self._db.execute(
            "INSERT INTO attempt (sent, hash, raw, most, tip) VALUES (?, ?, ?, ?, ?)",
            (sent, attempt.hash, attempt.raw, str(attempt.fee.most), tip),
        )

    def _attempts(self, sent: int) -> tuple[Attempt, ...]:
        query = "SELECT hash, raw, most, tip FROM attempt WHERE sent = ? ORDER BY place"
        return tuple(
            Attempt(hash_, raw, Fee(int(most), None if tip is None else int(tip)))
            for hash_, raw, most, tip in self._db.execute(query, (sent,))
        )

    @to_the_end
    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.to_thread(self._transact, work)

    def _transact(self, work: Callable[[], T]) -> T:
        with self._turn:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    result = work()
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._unusable(str(error)) from error
            return result

    def _shut(self) -> None:
        with self._turn:
            self._db.close()

    def _unusable(self, why: str) -> KeeperStoreUnusable:
        return KeeperStoreUnusable(
            f"the keeper's file {self._where} cannot be used: {why}",
            hint="It holds what was sent and is not settled yet: do not delete it while money is under way.",
        )
