"""HubClientInfo in a database: small tables that are read whole and written in batches."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.database.cancellation import to_the_end
from ocn.database.opening import Database
from ocn.node.client_info.model import Client, Key, Report, Seen, View
from ocn.node.storage import client_info_tables as tables
from ocn.ocpi.roles import ConnectionStatus, Role
from ocn.signing import same_address

_ROWS = 500
"""Of one statement: every database takes so many parameters."""


class SqlClientInfoStore:
    """``ClientInfoStore`` over a database.

    Raises:
        StorageError: the database is out of reach or did not do it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lead(self, holder: str, now: datetime, until: datetime) -> bool:
        """Be the one replica that does the work until a moment: one conditional update."""
        turn = tables.client_info_turn
        mine = update(turn).where(or_(turn.c.holder == holder, turn.c.until.is_(None), turn.c.until <= now))
        async with self._database.statement() as connection:
            done = await connection.execute(mine.values(holder=holder, until=until))
        return done.rowcount == 1

    async def revision(self) -> int:
        """Return a number that grows with every change of clients or reports."""
        async with self._database.statement() as connection:
            number: int = (await connection.execute(select(tables.client_info_turn.c.revision))).scalar_one()
        return number

    async def clients(self) -> list[Client]:
        """Return every statement, in the order in which they were first made."""
        table = tables.client_info
        order = select(table).order_by(table.c.created_at, table.c.party_key, table.c.role)
        async with self._database.statement() as connection:
            rows = (await connection.execute(order)).all()
        return [
            Client(
                row.party,
                Role(row.role),
                ConnectionStatus(row.status),
                row.last_updated,
                row.operator,
                row.created_at,
            )
            for row in rows
        ]

    @to_the_end
    async def put_clients(self, clients: Sequence[Client]) -> None:
        """Store statements, new or changed."""
        rows = [
            {
                "party_key": client.party.key,
                "role": client.role.value,
                "party": client.party,
                "operator": client.operator,
                "status": client.status.value,
                "last_updated": client.last_updated,
                "created_at": client.created_at,
            }
            for client in clients
        ]
        async with self._database.transaction() as connection:
            await _count(connection)
            changing = ("operator", "status", "last_updated")
            await _upsert(connection, tables.client_info, rows, changing)

    async def reports(self) -> list[Report]:
        """Return what other nodes said last."""
        async with self._database.statement() as connection:
            rows = (await connection.execute(select(tables.client_report))).all()
        return [
            Report(row.party, Role(row.role), row.operator, ConnectionStatus(row.status), row.told_at)
            for row in rows
        ]

    @to_the_end
    async def put_reports(self, reports: Sequence[Report]) -> int:
        """Store reports that are newer than what the same operator said before."""
        table = tables.client_report
        async with self._database.transaction() as connection:
            await _count(connection)  # takes the writer's place, so that nothing comes between
            keys = {report.key for report in reports}
            parties = sorted({key.party_key for key in keys})
            known: dict[Key, Any] = {}
            for start in range(0, len(parties), _ROWS):
                some = table.c.party_key.in_(parties[start : start + _ROWS])
                for row in (await connection.execute(select(table).where(some))).all():
                    known[Key(row.party_key, Role(row.role))] = row
            newer = [
                {
                    "party_key": report.party.key,
                    "role": report.role.value,
                    "party": report.party,
                    "operator": report.operator,
                    "status": report.status.value,
                    "told_at": report.told_at,
                }
                for report in reports
                if (before := known.get(report.key)) is None
                or not same_address(before.operator, report.operator)
                or before.told_at < report.told_at
            ]
            if not newer:
                await connection.rollback()
                return 0
            await _upsert(connection, table, newer, ("operator", "status", "told_at"))
        return len(newer)

    async def views(self, platform_id: str | None = None) -> list[View]:
        """Return the views of one platform, or of all."""
        table = tables.client_view
        wanted = select(table)
        if platform_id is not None:
            wanted = wanted.where(table.c.platform_id == platform_id)
        async with self._database.statement() as connection:
            rows = (await connection.execute(wanted)).all()
        return [
            View(
                row.platform_id,
                Key(row.party_key, Role(row.role)),
                ConnectionStatus(row.status),
                row.last_updated,
                row.delivered,
            )
            for row in rows
        ]

    @to_the_end
    async def put_views(self, views: Sequence[View]) -> None:
        """Store views, new or changed."""
        rows = [
            {
                "platform_id": view.platform_id,
                "party_key": view.key.party_key,
                "role": view.key.role.value,
                "status": view.status.value,
                "last_updated": view.last_updated,
                "delivered": view.delivered,
            }
            for view in views
        ]
        async with self._database.transaction() as connection:
            await _upsert(connection, tables.client_view, rows, ("status", "last_updated", "delivered"))

    async def seen(self) -> list[Seen]:
        """Return when each platform was last heard and checked."""
        async with self._database.statement() as connection:
            rows = (await connection.execute(select(tables.platform_seen))).all()
        return [Seen(row.platform_id, row.heard_at, row.checked_at, row.offline_since) for row in rows]

    @to_the_end
    async def heard(self, at: Sequence[tuple[str, datetime]]) -> None:
        """Note when platforms were heard; a moment before the one that is known changes nothing."""
        rows = [{"platform_id": platform_id, "heard_at": moment} for platform_id, moment in at]
        table = tables.platform_seen
        async with self._database.transaction() as connection:
            await _upsert(connection, table, rows, ("heard_at",), newer=table.c.heard_at)

    @to_the_end
    async def checked(self, seen: Seen) -> None:
        """Note what a check found."""
        row = {
            "platform_id": seen.platform_id,
            "checked_at": seen.checked_at,
            "offline_since": seen.offline_since,
        }
        async with self._database.transaction() as connection:
            await _upsert(connection, tables.platform_seen, [row], ("checked_at", "offline_since"))

    @to_the_end
    async def forget(self, platform_ids: Collection[str]) -> None:
        """Remove views and sightings of platforms that are gone."""
        gone = sorted(platform_ids)
        async with self._database.transaction() as connection:
            for table in (tables.client_view, tables.platform_seen):
                for start in range(0, len(gone), _ROWS):
                    some = table.c.platform_id.in_(gone[start : start + _ROWS])
                    await connection.execute(delete(table).where(some))


async def _count(connection: AsyncConnection) -> None:
    """Take the writer's place, and count: the first statement of every change that caches must see."""
    turn = tables.client_info_turn
    await connection.execute(update(turn).values(revision=turn.c.revision + 1))


async def _upsert(
    connection: AsyncConnection,
    table: Table,
    rows: list[dict[str, Any]],
    changing: Sequence[str],
    *,
    newer: Column[Any] | None = None,
) -> None:
    """Insert rows, or change these columns of those that are there; ``newer`` must grow for that."""
    if not rows:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    new = statement.excluded
    condition = None if newer is None else or_(newer.is_(None), newer < new[newer.name])
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: new[name] for name in changing},
            where=condition,
        ),
        rows,
    )
