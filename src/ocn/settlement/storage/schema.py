"""Settlement's tables, as the shared database room knows them."""

from pathlib import Path
from typing import Final

from ocn.database import Database, Schema, open_database
from ocn.settlement.storage.sql_store import SqlStore

SETTLEMENT_SCHEMA: Final = Schema(
    "settlement", Path(__file__).parent / "migrations", "settlement_version", synchronous="FULL"
)


async def open_store(url: str) -> SqlStore:
    """Open ``sqlite:///path`` or ``postgresql://...``, and bring its tables to what this code knows.

    Raises:
        ConfigurationError: no such database, somebody else's, or a newer version's.
        StorageError: it cannot be reached.
    """
    database = open_settlement_database(url)
    try:
        await database.upgrade()
    except BaseException:
        await database.close()
        raise
    return SqlStore(database)


def open_settlement_database(url: str) -> Database:
    """Open the database alone."""
    return open_database(url, SETTLEMENT_SCHEMA)
