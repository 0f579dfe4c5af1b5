"""Links in a database: one row written when a link is handed out, one read by primary key when it is used."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from ocn.node.model import Link, LinkKind
from ocn.node.storage import tables
from ocn.node.storage.database import Database

_COLUMNS = tables.link.c
_ADD = insert(tables.link)


class SqlLinkStore:
    """``LinkStore`` over a database; every call is one statement.

    Raises:
        AlreadyStored: ``add`` of an id that is not new.
        StorageError: the database is out of reach or did not do it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, link: Link) -> None:
        """Store a link; its id must be new."""
        values = {
            "id": link.id,
            "kind": link.kind.value,
            "module": link.module,
            "holder": link.holder,
            "owner": link.owner,
            "target": link.target,
            "expires_at": link.expires_at,
        }
        async with self._database.statement() as connection:
            await connection.execute(_ADD, values)

    async def get(self, link_id: str) -> Link | None:
        """Return a link, expired or not, or None."""
        async with self._database.statement() as connection:
            result = await connection.execute(select(tables.link).where(_COLUMNS.id == link_id))
            row = result.one_or_none()
        if row is None:
            return None
        return Link(row.id, LinkKind(row.kind), row.module, row.holder, row.owner, row.target, row.expires_at)

    async def prune(self, now: datetime) -> int:
        """Remove what has expired, ``expires_at`` itself included, and say how many."""
        async with self._database.statement() as connection:
            result = await connection.execute(delete(tables.link).where(_COLUMNS.expires_at <= now))
        return result.rowcount
