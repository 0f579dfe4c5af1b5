"""Links in a database: one row written when a link is handed out, one read by primary key when it is used."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from ocn.node.model import Link, LinkKind
from ocn.node.storage import tables
from ocn.node.storage.cancellation import to_the_end
from ocn.node.storage.database import Database
from ocn.node.storage.errors import AlreadyStored, NotStorable, StorageError

_COLUMNS = tables.link.c
_ADD = insert(tables.link)
_MOST_TOGETHER = 500


@dataclass(slots=True, eq=False)
class _Waiting:
    """A row that somebody waits to see written, and what became of it."""

    row: dict[str, Any]
    settled: bool = False
    error: StorageError | None = None


class SqlLinkStore:
    """``LinkStore`` over a database.

    A transaction costs many times what a row in it costs, so links that come while others are being
    written go together in the next transaction. Each caller still returns when its own link is stored,
    and alone it waits for nobody.

    Raises:
        AlreadyStored: ``add`` of an id that is not new.
        NotStorable: ``add`` of a target that no database takes.
        StorageError: the database is out of reach or did not do it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._turn = asyncio.Lock()

    async def add(self, link: Link) -> None:
        """Store a link; its id must be new. A caller who is cancelled cannot know whether it was stored."""
        mine = _Waiting(_row_of(link))
        self._waiting.append(mine)
        try:
            async with self._turn:
                while not mine.settled:
                    together, self._waiting = self._waiting[:_MOST_TOGETHER], self._waiting[_MOST_TOGETHER:]
                    await self._write(together)
        finally:
            if mine in self._waiting:
                self._waiting.remove(mine)
        if mine.error is not None:
            raise type(mine.error)(mine.error.message, hint=mine.error.hint) from mine.error

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

    @to_the_end
    async def _write(self, together: Sequence[_Waiting]) -> None:
        """Write the rows, and settle each whatever happens: a bad one spoils it for no other."""
        error: StorageError | None = StorageError("the write was interrupted")
        try:
            await self._insert([one.row for one in together])
            error = None
        except StorageError as failure:
            error = failure
            if isinstance(failure, AlreadyStored | NotStorable) and len(together) > 1:
                for one in together:
                    await self._write([one])
        finally:
            for one in together:
                if not one.settled:
                    one.settled, one.error = True, error

    async def _insert(self, rows: list[dict[str, Any]]) -> None:
        alone = len(rows) == 1
        async with self._database.statement() if alone else self._database.transaction() as connection:
            await connection.execute(_ADD, rows)


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
