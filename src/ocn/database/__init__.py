"""One database, SQLite or PostgreSQL, for any room that must not forget.

In comes a URL and a room's :class:`Schema` (where its migrations are); out go connections for statements,
snapshots and transactions, whose failures are of one tree. The room knows tables only by their migrations;
what is in them, and every statement, belongs to whose schema it is.
"""

from ocn.database.cancellation import to_the_end
from ocn.database.columns import PartyCodes, UtcDateTime
from ocn.database.errors import AlreadyStored, NotStorable, StorageError
from ocn.database.opening import Database, open_database
from ocn.database.upgrade import Schema

__all__ = [
    "AlreadyStored",
    "Database",
    "NotStorable",
    "PartyCodes",
    "Schema",
    "StorageError",
    "UtcDateTime",
    "open_database",
    "to_the_end",
]
