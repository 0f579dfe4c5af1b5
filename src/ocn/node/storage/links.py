"""Links in a database: one row written when a link is handed out, one read by primary key when it is used."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from ocn.database.opening import Database
from ocn.node.model import Link, LinkKind
from ocn.node.storage import tables
from ocn.node.storage.together import WrittenTogether

_COLUMNS = tables.link.c
_ADD = insert(tables.link)


class SqlLinkStore:
    """``LinkStore`` over a database.

    Links that come while others are being written go together in the next transaction.

    Raises:
        AlreadyStored: ``add`` of an id that is not new.
        NotStorable: ``add`` of a target that no database takes.
        StorageError: the database is out of reach or did not do it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._written = WrittenTogether(self._insert)

    async def add(self, link: Link) -> None:
        """Store a link; its id must be new. A caller who is cancelled cannot know whether it was stored."""
        await self._written.add(_row_of(link))

    async def get(self, link_id: str) -> Link | None:
        """Return a link, expired or not, or None."""
        async with self._database.statement() as connection:
            result = await connection.execute(select(tables.link).where(_COLUMNS.id == link_id))
            row = result.one_or_none()
        if row is None:
            return None
        return Link(
            id=row.id,
            kind=LinkKind(row.kind),
            module=row.module,
            holder=row.holder,
            owner=row.owner,
            target=row.target,
            expires_at=row.expires_at,
            owner_platform=row.owner_platform,
        )

    async def prune(self, now: datetime) -> int:
        """Remove what has expired, ``expires_at`` itself included, and say how many."""
        async with self._database.statement() as connection:
            result = await connection.execute(delete(tables.link).where(_COLUMNS.expires_at <= now))
        return result.rowcount

    async def _insert(self, rows: Sequence[dict[str, Any]]) -> None:
        alone = len(rows) == 1
        async with self._database.statement() if alone else self._database.transaction() as connection:
            await connection.execute(_ADD, list(rows))


def _row_of(link: Link) -> dict[str, Any]:
    return {
        "id": link.id,
        "kind": link.kind.value,
        "module": link.module,
        "holder": link.holder,
        "owner": link.owner,
        "target": link.target,
        "owner_platform": link.owner_platform,
        "expires_at": link.expires_at,
    }
