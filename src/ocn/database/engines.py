"""What is different between the two databases: how to connect, and what each kind of transaction means."""

import os
import sqlite3
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ocn.errors import ConfigurationError

_BUSY_TIMEOUT_S = 5
"""How long a writer waits for one of another process (SQLite), or a statement for its lock (PostgreSQL)."""
_STATEMENT_TIMEOUT_S = 15
_CONNECT_TIMEOUT_S = 5
_POOL_TIMEOUT_S = 15
_POSTGRESQL_CONNECTIONS = 10
_BEGIN = "ocn_begin"
_MOST_SWITCHES = 20
"""How often a new file is asked to keep a log, beside others who ask the same."""


@dataclass(frozen=True, slots=True)
class Engines:
    """One pool of connections, seen in three ways.

    ``statement`` commits each statement by itself; ``snapshot`` shows the same state to every SELECT of a
    transaction; ``transaction`` is for several changes that hold together.
    """

    statement: AsyncEngine
    snapshot: AsyncEngine
    transaction: AsyncEngine


def sqlite_engines(url: URL, synchronous: str = "NORMAL") -> Engines:
    """Open a SQLite file, or ``:memory:``.

    One connection, so that its thread is the queue of the process and a private memory database stays one;
    only other processes are waited for. The file is readable by its owner alone. With the write-ahead log
    nothing is lost when the process dies. When the machine loses power the file stays whole, and with
    ``synchronous`` NORMAL the last commits may be lost; FULL waits for the disk at every commit.
    """
    if url.query:
        raise ConfigurationError(
            "a SQLite database takes no options in its URL", hint="sqlite:///path/to/file"
        )
    path = url.database or ":memory:"
    if path != ":memory:":
        _make_private_file(Path(path))
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite", database=path),
        connect_args={"timeout": _BUSY_TIMEOUT_S, "isolation_level": None},
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_POOL_TIMEOUT_S,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "connect", partial(_prepare_sqlite, synchronous))
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return Engines(
        statement=engine,
        snapshot=engine.execution_options(**{_BEGIN: "BEGIN"}),
        transaction=engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}),
    )


def _make_private_file(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise ConfigurationError(
            f"the database file {path} cannot be opened: {error.strerror}",
            hint="its folder must exist and be writable",
        ) from error


def _prepare_sqlite(synchronous: str, connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    _switch_to_log(cursor)
    for pragma in (f"synchronous={synchronous}", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _switch_to_log(cursor: DBAPICursor) -> None:
    """Turn the write-ahead log on; of several who do so to a new file at once, SQLite fails all but one.

    It does not wait there as it does elsewhere, so what is waited for is the other's lock.
    """
    for _ in range(_MOST_SWITCHES - 1):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    """Say BEGIN where wanted; sqlite3 itself is told never to (``isolation_level``)."""
    if begin := connection.get_execution_options().get(_BEGIN):
        connection.exec_driver_sql(begin)


def postgresql_engines(url: URL, _synchronous: str = "") -> Engines:
    """Open a PostgreSQL database through psycopg; how durable it is, is the server's own setting.

    Raises:
        ConfigurationError: psycopg is not installed.
    """
    try:
        engine = create_async_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=_timeouts(url),
            pool_size=_POSTGRESQL_CONNECTIONS,
            max_overflow=0,
            pool_timeout=_POOL_TIMEOUT_S,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ImportError as error:
        raise ConfigurationError(
            "a PostgreSQL database needs psycopg, which is not installed", hint="pip install 'ocn[postgres]'"
        ) from error
    return Engines(
        statement=engine.execution_options(isolation_level="AUTOCOMMIT"),
        snapshot=engine.execution_options(isolation_level="REPEATABLE READ"),
        transaction=engine,
    )


def blocking_postgresql(url: URL) -> Engine:
    """Open a blocking connection for code that runs in threads, one at a time."""
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=_timeouts(url),
        pool_size=1,
        max_overflow=0,
        pool_timeout=_POOL_TIMEOUT_S,
        pool_pre_ping=True,
        hide_parameters=True,
    )


def _timeouts(url: URL) -> dict[str, Any]:
    timeouts: dict[str, Any] = {"connect_timeout": _CONNECT_TIMEOUT_S, "application_name": "ocn"}
    if "options" not in url.query:
        timeouts["options"] = (
            f"-c statement_timeout={_STATEMENT_TIMEOUT_S}s -c lock_timeout={_BUSY_TIMEOUT_S}s"
            f" -c idle_in_transaction_session_timeout={_STATEMENT_TIMEOUT_S}s"
        )
    return {name: value for name, value in timeouts.items() if name not in url.query}
