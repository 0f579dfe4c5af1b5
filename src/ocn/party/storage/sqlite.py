"""PartyStorage in one SQLite file, readable by its owner only."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiosqlite

from ocn.errors import ConfigurationError
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject, decode_object, encode_json
from ocn.party.lists import ListQuery, Page, last_updated_of
from ocn.party.storage.registration import Registration
from ocn.party.storage.registration_text import read_registration, write_registration
from ocn.party.storage.sealing import Seal

_SCHEMA = """
CREATE TABLE IF NOT EXISTS registration (id INTEGER PRIMARY KEY CHECK (id = 1), text BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS object (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, owner TEXT NOT NULL, id TEXT NOT NULL,
    last_updated_us INTEGER, json BLOB NOT NULL,
    UNIQUE (kind, owner, id)
);
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FILTER = """
FROM object WHERE kind = :kind AND (:owner IS NULL OR owner = :owner)
AND (last_updated_us IS NULL OR (last_updated_us >= :since AND last_updated_us < :until))
"""


class SqliteStorage:
    """See :class:`ocn.party.storage.port.PartyStorage`. Opens at first use, and again after ``close``.

    With a ``secret`` (such as the bytes of the party's key) the token this party sends is sealed under it.
    """

    def __init__(self, path: Path, *, secret: bytes | None = None) -> None:
        self._path = path
        self._seal = Seal(secret) if secret is not None else None
        self._connection: aiosqlite.Connection | None = None
        self._turn = asyncio.Lock()

    async def load_registration(self) -> Registration | None:
        """See the port."""
        async with self._transaction() as database:
            row = await _one(database, "SELECT text FROM registration")
        return None if row is None else read_registration(row[0], self._seal)

    async def save_registration(self, registration: Registration) -> None:
        """See the port."""
        text = write_registration(registration, self._seal)
        async with self._transaction() as database:
            await database.execute("INSERT OR REPLACE INTO registration VALUES (1, ?)", (text,))

    async def forget_registration(self) -> None:
        """See the port."""
        async with self._transaction() as database:
            await database.execute("DELETE FROM registration")

    async def put(self, kind: str, owner: PartyId, object_id: str, value: JsonObject) -> bool:
        """See the port."""
        key = (kind, owner.key, object_id.casefold())
        changed = (_microseconds(last_updated_of(value)), encode_json(value))
        async with self._transaction() as database:
            updated = await database.execute(
                "UPDATE object SET last_updated_us = ?, json = ? WHERE kind = ? AND owner = ? AND id = ?",
                (*changed, *key),
            )
            if updated.rowcount:
                return False
            await database.execute(
                "INSERT INTO object (kind, owner, id, last_updated_us, json) VALUES (?, ?, ?, ?, ?)",
                (*key, *changed),
            )
        return True

    async def get(self, kind: str, owner: PartyId, object_id: str) -> JsonObject | None:
        """See the port."""
        async with self._transaction() as database:
            row = await _one(
                database,
                "SELECT json FROM object WHERE kind = ? AND owner = ? AND id = ?",
                (kind, owner.key, object_id.casefold()),
            )
        return None if row is None else decode_object(row[0])

    async def remove(self, kind: str, owner: PartyId, object_id: str) -> bool:
        """See the port."""
        async with self._transaction() as database:
            removed = await database.execute(
                "DELETE FROM object WHERE kind = ? AND owner = ? AND id = ?",
                (kind, owner.key, object_id.casefold()),
            )
        return removed.rowcount > 0

    async def page(self, kind: str, owner: PartyId | None, query: ListQuery) -> Page[JsonObject]:
        """See the port."""
        since, until = _microseconds(query.date_from), _microseconds(query.date_to)
        named = {
            "kind": kind,
            "owner": None if owner is None else owner.key,
            "since": -(2**63) if since is None else since,
            "until": 2**63 - 1 if until is None else until,
            "limit": query.limit,
            "offset": query.offset,
        }
        async with self._transaction() as database:
            counted = await _one(database, f"SELECT count(*) {_FILTER}", named)
            cursor = await database.execute(
                f"SELECT json {_FILTER} ORDER BY place LIMIT :limit OFFSET :offset",
                named,
            )
            rows = await cursor.fetchall()
        return Page([decode_object(row[0]) for row in rows], counted[0] if counted else 0)

    async def close(self) -> None:
        """See the port."""
        async with self._turn:
            if self._connection is not None:
                await self._connection.close()
                self._connection = None

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        async with self._turn:
            database = await self._opened()
            try:
                yield database
                await database.commit()
            except BaseException:
                await database.rollback()
                raise

    async def _opened(self) -> aiosqlite.Connection:
        if self._connection is None:
            opening = asyncio.create_task(self._open())
            try:
                self._connection = await asyncio.shield(opening)
            except asyncio.CancelledError:
                # a connection has a thread, which must not outlive the event loop
                with suppress(ConfigurationError):
                    await (await opening).close()
                raise
        return self._connection

    async def _open(self) -> aiosqlite.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = await aiosqlite.connect(self._path)
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(f"{self._path} cannot be opened as a storage") from error
        try:
            await connection.execute("PRAGMA journal_mode = WAL")
            await connection.executescript(_SCHEMA)
        except sqlite3.Error as error:
            await connection.close()
            raise ConfigurationError(f"{self._path} is no storage of a party") from error
        return connection


async def _one(
    database: aiosqlite.Connection, statement: str, parameters: tuple[object, ...] | Mapping[str, object] = ()
) -> sqlite3.Row | None:
    cursor = await database.execute(statement, parameters)
    return await cursor.fetchone()


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)
