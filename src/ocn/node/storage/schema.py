"""The node's tables, as the shared database room knows them."""

from pathlib import Path
from typing import Final

from ocn.database import Database, Schema
from ocn.database import open_database as open_any

VERSION_TABLE: Final = "schema_version"
NODE_SCHEMA: Final = Schema("node", Path(__file__).parent / "migrations", VERSION_TABLE)


def open_database(url: str) -> Database:
    """Open the node's database; see :func:`ocn.database.open_database`."""
    return open_any(url, NODE_SCHEMA)
