"""Write what a ledger leaves behind: objects, their names, tallies. Within the transaction of the caller."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Row, bindparam, delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.node.object_store.ledger import Ledger, TallyKey, Versions
from ocn.node.object_store.model import ObjectKey, StoredObject, Tally, Total
from ocn.node.object_store.names import names_of
from ocn.node.storage.object_rows import object_of, object_values, tally_of, tally_values
from ocn.node.storage.object_tables import object_name, object_tally, object_total, stored_object

_C = stored_object.c
_MOST_IN_ONE_SELECT = 100
T = TypeVar("T")


async def take_turn(connection: AsyncConnection) -> Total:
    """Take the writer's place, and return the totals: the first statement of every change."""
    await connection.execute(update(object_total).values(number=object_total.c.number))
    row = (await connection.execute(select(object_total))).one()
    return Total(row.number, row.objects, row.bytes)


async def versions(
    connection: AsyncConnection, keys: Iterable[ObjectKey]
) -> dict[ObjectKey, dict[str, StoredObject]]:
    """Read every version of some objects."""
    found: dict[ObjectKey, dict[str, StoredObject]] = defaultdict(dict)
    names = tuple_(_C.module, _C.owner_key, _C.object_key)
    for several in _in_parts([(key.module, key.owner_key, key.object_key) for key in keys]):
        for row in await connection.execute(select(stored_object).where(names.in_(several))):
            stored = object_of(row)
            found[stored.key][stored.audience] = stored
    return found


async def tallies_of(connection: AsyncConnection, owners: Iterable[str]) -> dict[TallyKey, Tally]:
    """Read every tally of some owners."""
    rows: list[Row[Any]] = []
    for several in _in_parts(sorted(owners)):
        wanted = select(object_tally).where(object_tally.c.owner_key.in_(several))
        rows += (await connection.execute(wanted)).all()
    return {(row.module, row.owner_key, row.audience): tally_of(row) for row in rows}


async def write_objects(
    connection: AsyncConnection, before: Mapping[ObjectKey, Versions], ledger: Ledger
) -> None:
    """Write the changed objects, and the names of those that go by others than before."""
    old = {stored.position for by_audience in before.values() for stored in by_audience.values()}
    added, updated, stale, names = [], [], [], []
    for (key, audience), stored in ledger.changed.items():
        values = object_values(stored)
        if stored.position in old:
            updated.append({"at_position": values.pop("position"), **values})
        else:
            added.append(values)
        was, now = before.get(key, {}).get(audience), names_of(stored)
        if was is None or names_of(was) != now:
            stale += [stored.position] if was is not None else []
            names += [{"kind": kind, "name_key": name, "position": stored.position} for kind, name in now]
    for several in _in_parts(stale):
        await connection.execute(delete(object_name).where(object_name.c.position.in_(several)))
    if added:
        await connection.execute(insert(stored_object), added)
    if updated:
        at_position = _C.position == bindparam("at_position")
        await connection.execute(update(stored_object).where(at_position), updated)
    if names:
        await connection.execute(insert(object_name), names)


async def write_tallies(
    connection: AsyncConnection, before: Mapping[TallyKey, Tally], ledger: Ledger
) -> None:
    """Write the changed tallies."""
    columns = object_tally.c
    for key, tally in ledger.changed_tallies.items():
        values = tally_values(tally)
        if key not in before:
            await connection.execute(insert(object_tally), values)
            continue
        module, owner_key, audience = key
        await connection.execute(
            update(object_tally)
            .where(columns.module == module, columns.owner_key == owner_key, columns.audience == audience)
            .values(values)
        )


def _in_parts(several: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(several), _MOST_IN_ONE_SELECT):
        yield several[start : start + _MOST_IN_ONE_SELECT]
