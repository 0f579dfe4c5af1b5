"""One database, SQLite or PostgreSQL: opened from its URL, and three ways to talk to it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ocn.database.engines import Engines, blocking_postgresql, postgresql_engines, sqlite_engines
from ocn.database.errors import AlreadyStored, NotStorable, StorageError
from ocn.database.upgrade import Schema, upgrade
from ocn.errors import ConfigurationError

_ENGINES = {"sqlite": sqlite_engines, "postgresql": postgresql_engines, "postgres": postgresql_engines}


def open_database(url: str, schema: Schema) -> "Database":
    """Open ``sqlite:///path``, ``sqlite:///:memory:`` or ``postgresql://user:password@host/name``.

    Nothing is sent yet; ``Database.upgrade`` comes first. Errors never show the URL, which has a password.

    Raises:
        ConfigurationError: no such kind of database, a file that cannot be opened, or psycopg is missing.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "the database URL cannot be read", hint="sqlite:///path or postgresql://user:password@host/name"
        ) from None
    engines = _ENGINES.get(parsed.get_backend_name())
    if engines is None:
        raise ConfigurationError(
            f"no such kind of database: {parsed.get_backend_name()}", hint="sqlite and postgresql are there"
        )
    return Database(engines(parsed, schema.synchronous), _name(parsed), schema)


def _name(url: URL) -> str:
    """Return what may be shown: kind, host and name, but neither user, password nor options."""
    host = f"{url.host}{f':{url.port}' if url.port else ''}/" if url.host else ""
    return f"{url.get_backend_name()} {host}{url.database or ':memory:'}"


class Database:
    """An open database. Close it, or use it as ``async with``.

    Each way of talking to it gives a connection for the length of a block. What the database cannot do
    leaves the block as ``StorageError`` (or ``AlreadyStored``), and then nothing of the block has happened.
    """

    def __init__(self, engines: Engines, name: str, schema: Schema) -> None:
        self._engines = engines
        self._name = name
        self._schema = schema

    def __repr__(self) -> str:
        return f"<Database {self._name}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def statement(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """For one statement, which commits by itself; the cheapest."""
        return self._connected(self._engines.statement)

    def snapshot(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """For several SELECTs that must see one state."""
        return self._connected(self._engines.snapshot)

    def transaction(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """For several changes: committed at the end of the block, rolled back when it raises."""
        return self._connected(self._engines.transaction, commit=True)

    @property
    def is_shared(self) -> bool:
        """Whether several processes are meant to use it at once: it is PostgreSQL."""
        return self._engines.transaction.dialect.name == "postgresql"

    def blocking(self) -> Engine:
        """Return a blocking connection to the same database, for code in threads; the caller disposes of it.

        Raises:
            ConfigurationError: it is SQLite, where one connection is the queue of the process.
        """
        if not self.is_shared:
            raise ConfigurationError(f"{self._name} has one connection", hint="That takes PostgreSQL.")
        return blocking_postgresql(self._engines.transaction.url)

    async def upgrade(self) -> None:
        """Bring the tables to what this code knows; several processes may call it at once.

        Raises:
            ConfigurationError: the database is newer than this code, or is somebody else's.
        """
        async with self.transaction() as connection:
            await upgrade(connection, self._schema, self._name)

    async def close(self) -> None:
        """Close every connection."""
        await self._engines.transaction.dispose()

    @asynccontextmanager
    async def _connected(
        self, engine: AsyncEngine, *, commit: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        try:
            async with engine.connect() as connection:
                yield connection
                if commit:
                    await connection.commit()
        except IntegrityError as error:
            raise AlreadyStored(f"{self._name}: what must be new is there already") from error
        except (DataError, UnicodeError) as error:
            raise NotStorable(f"{self._name}: a value cannot be stored") from error
        except DBAPIError as error:
            raise StorageError(
                f"{self._name}: {str(error.orig).splitlines()[0]}",
                hint="check that the database is up, reachable and not full",
            ) from error
        except StatementError as error:
            raise NotStorable(f"{self._name}: a value cannot be stored: {error.orig}") from error
        except SQLAlchemyError as error:
            raise StorageError(
                f"{self._name}: {type(error).__name__}",
                hint="the database may be too slow for what it is asked",
            ) from error
