"""What an operator asks of the copies, and does to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.database.cancellation import to_the_end
from ocn.database.opening import Database
from ocn.node.copies.copy import (
    CANCELLABLE,
    KEEPS_BODY,
    RETRIABLE,
    Copy,
    CopyCounts,
    CopyFilter,
    CopyState,
)
from ocn.node.storage.copy_rows import COPY_AND_LANE, copy_of
from ocn.node.storage.copy_tables import copy_lane, service_copy

_COPY, _LANE = service_copy.c, copy_lane.c
_NO_BODY = literal(b"").label("body")
_FOUND = COPY_AND_LANE.with_only_columns(
    *(_NO_BODY if column.name == "body" else column for column in service_copy.c),
    _LANE.due_at,
    _LANE.failures,
)


class CopyQuestions:
    """The operator's part of ``CopyStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, copy_id: int) -> Copy | None:
        """Return a copy, or None."""
        async with self._database.statement() as connection:
            row = (await connection.execute(COPY_AND_LANE.where(_COPY.id == copy_id))).one_or_none()
        return None if row is None else copy_of(row)

    async def find(self, wanted: CopyFilter, *, after: int, most: int) -> list[Copy]:
        """Return copies without their bodies, by id, those beyond ``after``."""
        query = _FOUND.where(_matching(wanted), _COPY.id > after).order_by(_COPY.id).limit(most)
        async with self._database.statement() as connection:
            return [copy_of(row) for row in (await connection.execute(query)).all()]

    async def counts(self) -> CopyCounts:
        """Return how many copies are in each state, and since when the oldest waits."""
        numbers = select(_COPY.state, func.count(), func.min(_COPY.created_at)).group_by(_COPY.state)
        async with self._database.statement() as connection:
            rows = (await connection.execute(numbers)).all()
        found = {CopyState(state): (number, oldest) for state, number, oldest in rows}
        waiting = found.get(CopyState.WAITING)
        return CopyCounts(
            {state: found[state][0] if state in found else 0 for state in CopyState},
            waiting[1] if waiting else None,
        )

    async def change(self, wanted: CopyFilter, to: CopyState, now: datetime) -> int:
        """Cancel what waits or is parked (CANCELLED), or have it tried again (WAITING); say how many."""
        changeable = RETRIABLE if to is CopyState.WAITING else CANCELLABLE
        return await self._move(_matching(wanted) & _COPY.state.in_(sorted(changeable)), to, now)

    async def prune(self, delivered_before: datetime, others_before: datetime) -> int:
        """Remove what was settled before these moments, and lanes without use; say how many copies."""
        delivered = _COPY.state == CopyState.DELIVERED.value
        old = or_(
            and_(delivered, _COPY.settled_at < delivered_before),
            and_(~delivered, _COPY.settled_at < others_before),
        )
        async with self._database.statement() as connection:
            removed = (await connection.execute(delete(service_copy).where(old))).rowcount
        unused = delete(copy_lane).where(~_LANE.waiting, _LANE.due_at < min(delivered_before, others_before))
        async with self._database.statement() as connection:
            await connection.execute(unused)
        return removed

    @to_the_end
    async def _move(self, which: ColumnElement[bool], to: CopyState, now: datetime) -> int:
        """Give copies another state, and their lanes what follows from it."""
        async with self._database.transaction() as connection:
            lanes = sorted({*(await connection.execute(select(_COPY.lane).where(which))).scalars()})
            if not lanes:
                return 0
            await connection.execute(
                select(_LANE.lane).where(_LANE.lane.in_(lanes)).order_by(_LANE.lane).with_for_update()
            )
            moved = update(service_copy).where(which).values(_moved(to, now))
            number = (await connection.execute(moved)).rowcount
            await _look_again(connection, lanes, now, again=to is CopyState.WAITING)
        return number


def _moved(to: CopyState, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"state": to.value, "settled_at": None if to is CopyState.WAITING else now}
    return values if to in KEEPS_BODY else {**values, "body": b"", "signature": None, "strict": None}


async def _look_again(connection: AsyncConnection, lanes: list[str], now: datetime, *, again: bool) -> None:
    """Set whether lanes have something waiting, and when they are tried next: at once when told so.

    A lane's row outlives the copies that may be tried again: ``due_at`` is when it was last of use.
    """
    waits = exists(
        select(literal(1))
        .select_from(service_copy)
        .where(_COPY.lane == _LANE.lane, _COPY.state == CopyState.WAITING.value)
    )
    values: dict[str, Any] = {"waiting": waits}
    if again:
        values |= {"due_at": now, "failures": 0}
    else:
        values |= {"due_at": case((waits, _LANE.due_at), else_=now)}
    await connection.execute(update(copy_lane).where(_LANE.lane.in_(lanes)).values(values))


def _matching(wanted: CopyFilter) -> ColumnElement[bool]:
    asked: list[ColumnElement[bool]] = [literal(1) == 1]
    if wanted.id is not None:
        asked.append(_COPY.id == wanted.id)
    if wanted.state is not None:
        asked.append(_COPY.state == wanted.state.value)
    if wanted.service is not None:
        asked.append(_COPY.service_key == wanted.service.key)
    if wanted.user is not None:
        asked.append(_COPY.user_key == wanted.user.key)
    return and_(*asked)
