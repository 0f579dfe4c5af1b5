"""The object store in a database."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.database.cancellation import to_the_end
from ocn.database.opening import Database
from ocn.node.object_store.ledger import Ledger, TallyKey
from ocn.node.object_store.model import (
    EVERYONE,
    Bounds,
    Mark,
    ObjectKey,
    ObjectState,
    Outcome,
    Page,
    Push,
    Selection,
    StoredObject,
    Tally,
)
from ocn.node.object_store.names import NameKind, name_key
from ocn.node.ports import Clock
from ocn.node.storage import object_queries as queries
from ocn.node.storage.object_rows import object_of, tally_of
from ocn.node.storage.object_tables import object_mark, object_tally, object_total, stored_object
from ocn.node.storage.object_writing import take_turn, tallies_of, versions, write_objects, write_tallies
from ocn.node.storage.together import WrittenTogether
from ocn.ocpi.party_id import PartyId

_C = stored_object.c


@dataclass(slots=True, eq=False)
class _Batch:
    """Pushes that somebody waits to see done, and what became of them."""

    pushes: Sequence[Push]
    outcomes: list[Outcome] = field(default_factory=list)


class SqlObjectStore:
    """``ObjectStore`` over a database.

    Pushes that come while others are being written go together in the next transaction; alone, a caller
    waits for nobody.

    Raises:
        StorageError: the database is out of reach or did not do it; nothing of the call was changed.
    """

    def __init__(self, database: Database, clock: Clock, bounds: Bounds | None = None) -> None:
        self._database = database
        self._clock = clock
        self._bounds = bounds or Bounds()
        self._written = WrittenTogether(self._write)

    async def apply(self, pushes: Sequence[Push]) -> list[Outcome]:
        """Do pushes in their order and say what became of each; durable when this returns."""
        batch = _Batch(pushes)
        await self._written.add(batch)
        return batch.outcomes

    async def get(self, key: ObjectKey, viewer: PartyId | None) -> StoredObject | None:
        """Return an object as a party sees it, or everyone; None when it is not here or gone."""
        async with self._database.statement() as connection:
            rows = await connection.execute(
                select(stored_object)
                .where(
                    _C.module == key.module,
                    _C.owner_key == key.owner_key,
                    _C.object_key == key.object_key,
                    _C.audience.in_([EVERYONE, _key(viewer)]),
                    _C.state != ObjectState.GONE.value,
                )
                .order_by(_C.audience.desc())
                .limit(1)
            )
            row = rows.one_or_none()
        return object_of(row) if row is not None else None

    async def find(self, kind: str, name: str, viewer: PartyId | None) -> list[StoredObject]:
        """Return what goes by a name, whoever owns it, as a party sees it."""
        async with self._database.statement() as connection:
            rows = await connection.execute(queries.named(kind, name_key(name), _key(viewer)))
            return [object_of(row) for row in rows]

    async def owners_of(self, kind: str, name: str, viewer: PartyId) -> list[PartyId]:
        """Return who owns something of that name that is for everyone or for this party."""
        statement = queries.named(kind, name_key(name), viewer.key).with_only_columns(_C.owner)
        async with self._database.statement() as connection:
            return list(dict.fromkeys((await connection.execute(statement)).scalars()))

    async def issuers_of(self, contract_id: str, viewer: PartyId) -> list[PartyId]:
        """Return whose tokens have that contract."""
        return await self.owners_of(NameKind.CONTRACT, contract_id, viewer)

    async def tallies(self, module: str, viewer: str) -> list[Tally]:
        """Return the counts of what is for everyone and for one party, owner by owner."""
        columns = object_tally.c
        wanted = select(object_tally).where(
            columns.module == module, columns.audience.in_([EVERYONE, viewer])
        )
        async with self._database.statement() as connection:
            return [tally_of(row) for row in await connection.execute(wanted)]

    async def count(self, selection: Selection) -> int:
        """Count what is selected."""
        async with self._database.statement() as connection:
            return int((await connection.execute(queries.counted(selection))).scalar_one() or 0)

    async def page(
        self, selection: Selection, *, after: int, most: int, most_bytes: int, few: bool = False
    ) -> Page:
        """Return what is selected beyond a position: places and sizes first, then the bodies that fit."""
        async with self._database.snapshot() as connection:
            found: list[tuple[int, int]] = []
            for audience in queries.audiences(selection):
                statement = queries.places(selection, audience, after=after, most=most + 1, few=few)
                found += [(row.position, row.size) for row in await connection.execute(statement)]
            return await _read(connection, sorted(found), most, most_bytes)

    async def position_of(self, selection: Selection, offset: int) -> int | None:
        """Return the position just before the one at an offset; None when there are not so many."""
        async with self._database.statement() as connection:
            position = (await connection.execute(queries.at_offset(selection, offset))).scalar_one_or_none()
        return position - 1 if position is not None else None

    async def changes(self, after: int, most: int, most_bytes: int) -> Page:
        """Return what changed after a number and is for everyone, gone objects included, oldest first."""
        changed = select(_C.position, _C.size).where(_C.audience == EVERYONE, _C.arrival > after)
        async with self._database.snapshot() as connection:
            rows = await connection.execute(changed.order_by(_C.arrival).limit(most + 1))
            return await _read(connection, [(row.position, row.size) for row in rows], most, most_bytes)

    async def keys_of(self, module: str, owner: PartyId, audience: str) -> dict[str, int]:
        """Return the object key and the number of the last change of everything visible of an owner."""
        wanted = select(_C.object_key, _C.arrival).where(
            _C.module == module,
            _C.owner_key == owner.key,
            _C.audience == audience,
            _C.state != ObjectState.GONE.value,
        )
        async with self._database.statement() as connection:
            return {row.object_key: row.arrival for row in await connection.execute(wanted)}

    async def last_number(self) -> int:
        """Return the number of the last change."""
        async with self._database.statement() as connection:
            number: int = (await connection.execute(select(object_total.c.number))).scalar_one()
        return number

    async def store_id(self) -> str:
        """Return what tells this store from every other."""
        async with self._database.statement() as connection:
            store_id: str = (await connection.execute(select(object_total.c.store_id))).scalar_one()
        return store_id

    async def mark(self, name: str) -> Mark | None:
        """Return what was set under a name."""
        async with self._database.statement() as connection:
            row = (
                await connection.execute(select(object_mark).where(object_mark.c.name == name))
            ).one_or_none()
        return Mark(row.store_id, row.arrival, row.at) if row is not None else None

    @to_the_end
    async def set_mark(self, name: str, mark: Mark) -> None:
        """Keep a mark."""
        values = {"name": name, "store_id": mark.store_id, "arrival": mark.arrival, "at": mark.at}
        async with self._database.transaction() as connection:
            await connection.execute(delete(object_mark).where(object_mark.c.name == name))
            await connection.execute(insert(object_mark), values)

    @to_the_end
    async def prune(self, before: datetime) -> int:
        """Forget what has been gone since before a moment, and say how many."""
        condition = (_C.state == ObjectState.GONE.value) & (_C.arrived_at < before)
        async with self._database.transaction() as connection:
            total = await take_turn(connection)
            rows = await connection.execute(select(_C.module, _C.owner_key, _C.audience).where(condition))
            gone: defaultdict[TallyKey, int] = defaultdict(int)
            for row in rows:
                gone[row.module, row.owner_key, row.audience] += 1
            removed = sum(gone.values())
            await connection.execute(delete(stored_object).where(condition))
            columns = object_tally.c
            for (module, owner_key, audience), several in gone.items():
                await connection.execute(
                    update(object_tally)
                    .where(
                        columns.module == module,
                        columns.owner_key == owner_key,
                        columns.audience == audience,
                    )
                    .values(rows=columns.rows - several)
                )
            await connection.execute(update(object_total).values(objects=total.objects - removed))
        return removed

    async def _write(self, batches: Sequence[_Batch]) -> None:
        pushes = [push for batch in batches for push in batch.pushes]
        async with self._database.transaction() as connection:
            total = await take_turn(connection)
            objects = await versions(connection, {push.key for push in pushes})
            tallies = await tallies_of(connection, {push.owner.key for push in pushes})
            ledger = Ledger(objects, tallies, total, self._bounds)
            now = self._clock.now()
            outcomes = iter([ledger.apply(push, now) for push in pushes])
            if ledger.changed:
                await write_objects(connection, objects, ledger)
                await write_tallies(connection, tallies, ledger)
                await connection.execute(
                    update(object_total).values(
                        number=ledger.total.number,
                        objects=ledger.total.objects,
                        bytes=ledger.total.bytes,
                    )
                )
        for batch in batches:
            batch.outcomes = list(islice(outcomes, len(batch.pushes)))


def _key(party: PartyId | None) -> str:
    return party.key if party is not None else EVERYONE


async def _read(
    connection: AsyncConnection, places: Sequence[tuple[int, int]], most: int, most_bytes: int
) -> Page:
    """Read the objects at some places, in that order, as many as fit and at least one."""
    fitting: list[int] = []
    for position, size in places[:most]:
        most_bytes -= size
        if fitting and most_bytes < 0:
            break
        fitting.append(position)
    rows = await connection.execute(select(stored_object).where(_C.position.in_(fitting)))
    read = {row.position: object_of(row) for row in rows}
    return Page([read[position] for position in fitting], more=len(fitting) < len(places))
