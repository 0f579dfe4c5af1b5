"""Inserts that both databases say alike and SQLAlchemy's core does not: add if new, add or replace."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def add_new(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows; one whose key is there already stays as it was."""
    if rows:
        await connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


async def add_one(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Add a row; False where one of its key is there already."""
    added = _insert(connection, table).values(row).on_conflict_do_nothing().returning(table.c.id)
    return (await connection.execute(added)).first() is not None


async def add_or_replace(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keep: frozenset[str],
    same: str = "",
) -> None:
    """Add rows, or change those of the same primary key, but for the columns to ``keep``.

    A row whose column ``same`` has another value than the one that is there is passed over.
    """
    if not rows:
        return
    statement = _insert(connection, table)
    key = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keep and name not in key}
    where = table.c[same] == statement.excluded[same] if same else None
    replaced = statement.on_conflict_do_update(index_elements=key, set_=changed, where=where)
    await connection.execute(replaced, rows)


def _insert(connection: AsyncConnection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
