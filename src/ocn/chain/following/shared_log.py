"""The event log in PostgreSQL, shared by replicas; see :class:`ocn.chain.following.log.EventLog`.

Every replica follows the chain and serves from its own memory; whoever reads a stretch first writes it. A
change says what it follows on, as one UPDATE of the log's row, so of two that read the same stretch one is
told that it was overtaken, and takes over the other's rows. Nobody leads, and nobody has to be missed.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic

from sqlalchemy import ColumnElement, Connection, Engine, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ocn.chain.following.log import REMEMBERED, Layout, Loaded, News, Overtaken, StoreUnusable
from ocn.chain.following.places import KeyT, Place, RecordT, Row
from ocn.chain.following.tables import LogTables


class SharedLog(Generic[KeyT, RecordT]):
    """One replica's view of it: ``cursor`` is what this one has read or taken over."""

    def __init__(
        self, engine: Engine, tables: LogTables, identity: str, layout: Layout[KeyT, RecordT]
    ) -> None:
        """Join the log of that identity, begun if there is none. The engine is closed with it.

        The identity has to name the chain, too: other programs may share the database.

        Raises:
            StoreUnusable: the database does not answer, or has no such tables.
        """
        self._engine = engine
        self._turn = threading.RLock()
        self._closed = False
        self._layout = layout
        self._log, self._block, self._event = tables.log, tables.block, tables.event
        added = insert(self._log).values(identity=identity, whole=False).on_conflict_do_nothing()
        try:
            with self._transaction() as connection:
                connection.execute(added)
                mine = select(self._log).where(self._log.c.identity == identity)
                found = connection.execute(mine).one()
        except BaseException:
            engine.dispose()
            raise
        self._id: int = found.id
        self._at = _place(found)

    def close(self) -> None:
        """Close the connections, when whoever is at one has done; a write that was given up goes on."""
        with self._turn:
            self._closed = True
            self._engine.dispose()

    def cursor(self) -> Place | None:
        """See the protocol."""
        return self._at

    def is_whole(self) -> bool:
        """See the protocol."""
        with self._transaction() as connection:
            return bool(connection.execute(select(self._log.c.whole).where(self._mine)).scalar_one())

    def mark_whole(self) -> None:
        """See the protocol."""
        with self._transaction() as connection:
            connection.execute(update(self._log).where(*self._here).values(whole=True))

    def load(self, confirmations: int) -> Loaded[KeyT, RecordT]:
        """See the protocol."""
        with self._snapshot() as connection:
            cursor = self._cursor(connection)
            confirmed = -1 if cursor is None else cursor.block - confirmations
            event = self._event.c
            order = (event.block.desc(), event.log_index.desc())
            age = func.row_number().over(partition_by=event.key, order_by=order)
            ranked = select(
                event.key,
                event.record,
                age.label("age"),
            ).where(event.log == self._id, event.block <= confirmed)
            ages = ranked.subquery()
            newest = select(ages.c.key, ages.c.record).where(ages.c.age == 1)
            keys = [(self._layout.key_from_text(row.key), row.record) for row in connection.execute(newest)]
            rows = self._rows(connection, event.block > confirmed)
        self._at = cursor
        read = ((key, self._layout.record_from_json(key, written)) for key, written in keys)
        there = [(key, record) for key, record in read if record is not None]
        return Loaded(cursor, confirmed, there, rows)

    def news(self) -> News[KeyT, RecordT] | None:
        """See the protocol."""
        with self._snapshot() as connection:
            cursor = self._cursor(connection)
            if cursor == self._at:
                return None
            rows = None
            if cursor is not None and self._leads_to(connection, cursor):
                rows = self._rows(connection, self._event.c.block > self._height)
        if cursor is None or rows is not None:
            self._at = cursor
        return News(cursor, rows)

    def record(self, key: KeyT) -> RecordT | None:
        """See the protocol."""
        found = self._rows_of(key, self._height, newest=True)
        return found[0].record if found else None

    def history(self, key: KeyT, at_most: int) -> list[Row[KeyT, RecordT]]:
        """See the protocol."""
        return self._rows_of(key, at_most)

    def recent(self, at_most: int) -> list[Place]:
        """See the protocol."""
        block = self._block.c
        known = select(block.block, block.hash).where(block.log == self._id, block.block <= at_most)
        with self._transaction() as connection:
            rows = connection.execute(known.order_by(block.block.desc())).all()
        return [Place(row.block, row.hash) for row in rows]

    def newest_event_block(self, at_most: int) -> Place | None:
        """See the protocol."""
        event = self._event.c
        newest = select(event.block, event.block_hash).where(event.log == self._id, event.block <= at_most)
        with self._transaction() as connection:
            found = connection.execute(newest.order_by(event.block.desc()).limit(1)).first()
        return None if found is None else Place(found.block, found.block_hash)

    def append(self, rows: Iterable[Row[KeyT, RecordT]], places: Sequence[Place], cursor: Place) -> None:
        """See the protocol."""
        with self._moving(cursor) as connection:
            events = [self._columns(row) for row in rows]
            if events:
                connection.execute(insert(self._event), events)
            if places:
                added = insert(self._block)
                known = added.on_conflict_do_update(
                    index_elements=["log", "block"], set_={"hash": added.excluded.hash}
                )
                blocks = [{"log": self._id, "block": each.block, "hash": each.hash} for each in places]
                connection.execute(known, blocks)
            self._forget(connection, self._block, self._block.c.block <= cursor.block - REMEMBERED)

    def drop_above(self, fork: Place) -> None:
        """See the protocol."""
        with self._moving(fork) as connection:
            for table in (self._event, self._block):
                self._forget(connection, table, table.c.block > fork.block)

    def clear(self) -> None:
        """See the protocol."""
        with self._moving(None) as connection:
            for table in (self._event, self._block):
                self._forget(connection, table, table.c.block >= 0)
            connection.execute(update(self._log).where(self._mine).values(whole=False))

    @property
    def _mine(self) -> ColumnElement[bool]:
        return self._log.c.id == self._id

    @property
    def _here(self) -> tuple[ColumnElement[bool], ...]:
        """The log, as long as it is just where this replica is."""
        at, log = self._at, self._log.c
        return (
            self._mine,
            log.block.is_not_distinct_from(None if at is None else at.block),
            log.hash.is_not_distinct_from(None if at is None else at.hash),
        )

    @property
    def _height(self) -> int:
        return -1 if self._at is None else self._at.block

    def _cursor(self, connection: Connection) -> Place | None:
        return _place(connection.execute(select(self._log).where(self._mine)).one())

    def _leads_to(self, connection: Connection, cursor: Place) -> bool:
        """Whether the log has gone on from where this replica is."""
        if self._at is None:
            return True
        block = self._block.c
        there = select(block.hash).where(block.log == self._id, block.block == self._at.block)
        return cursor.block > self._at.block and connection.execute(there).scalar() == self._at.hash

    def _rows(self, connection: Connection, which: ColumnElement[bool]) -> list[Row[KeyT, RecordT]]:
        event = self._event.c
        wanted = select(self._event).where(event.log == self._id, which)
        return self._read(connection, wanted.order_by(event.block, event.log_index, event.key))

    def _rows_of(self, key: KeyT, at_most: int, *, newest: bool = False) -> list[Row[KeyT, RecordT]]:
        event = self._event.c
        its = (event.log == self._id, event.key == self._layout.key_to_text(key), event.block <= at_most)
        wanted = select(self._event).where(*its)
        if newest:
            wanted = wanted.order_by(event.block.desc(), event.log_index.desc()).limit(1)
        else:
            wanted = wanted.order_by(event.block, event.log_index)
        with self._transaction() as connection:
            return self._read(connection, wanted)

    def _read(self, connection: Connection, wanted: Select[Any]) -> list[Row[KeyT, RecordT]]:
        found = []
        for row in connection.execute(wanted):
            key = self._layout.key_from_text(row.key)
            record = self._layout.record_from_json(key, row.record)
            found.append(Row(row.block, row.log_index, row.block_hash, key, record))
        return found

    def _columns(self, row: Row[KeyT, RecordT]) -> dict[str, Any]:
        record = self._layout.record_to_json(row.record)
        return {
            "log": self._id,
            "block": row.block,
            "log_index": row.log_index,
            "block_hash": row.block_hash,
            "key": self._layout.key_to_text(row.key),
            "record": None if record is None else record.decode(),
        }

    def _forget(self, connection: Connection, table: Any, which: ColumnElement[bool]) -> None:
        connection.execute(delete(table).where(table.c.log == self._id, which))

    @contextmanager
    def _moving(self, to: Place | None) -> Iterator[Connection]:
        """Move the log on from just where this replica is; its row keeps others waiting meanwhile."""
        there = {"block": None if to is None else to.block, "hash": None if to is None else to.hash}
        with self._transaction() as connection:
            if connection.execute(update(self._log).where(*self._here).values(there)).rowcount != 1:
                raise Overtaken("another replica has gone on with the index")
            yield connection
        self._at = to

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._access(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        """See one state of all tables."""
        with self._access(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def _access(self) -> Iterator[None]:
        with self._turn:
            if self._closed:
                raise StoreUnusable("the index in the database is closed")
            try:
                yield
            except SQLAlchemyError as error:
                raise _unusable(error) from error


def _place(row: Any) -> Place | None:
    return None if row.block is None else Place(row.block, row.hash)


def _unusable(error: SQLAlchemyError) -> StoreUnusable:
    why = str(error.orig).splitlines()[0] if isinstance(error, DBAPIError) else type(error).__name__
    return StoreUnusable(
        f"the index in the database cannot be used: {why}",
        hint="It holds nothing that is not on the chain; check that the database is up and reachable.",
    )
