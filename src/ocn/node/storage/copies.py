"""Copies in a database: the queue itself. Questions of the operator are in ``copy_questions``."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.database.opening import Database
from ocn.node.copies.copy import KEEPS_BODY, Copy, CopyState, NewCopy, Outcome
from ocn.node.storage.copy_questions import CopyQuestions
from ocn.node.storage.copy_rows import COPY_AND_LANE, copy_of, copy_values
from ocn.node.storage.copy_tables import copy_lane, service_copy
from ocn.node.storage.together import WrittenTogether
from ocn.ocpi.party_id import PartyId

_COPY, _LANE = service_copy.c, copy_lane.c
_WAITS = _COPY.state == CopyState.WAITING.value


class SqlCopyStore(CopyQuestions):
    """``CopyStore`` over a database. Replicas share the work: none waits for what another has claimed.

    Raises:
        StorageError: the database is out of reach or did not do it.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._lease = secrets.token_hex(8)
        """Whose claims are whose; one store, one holder."""
        self._added = WrittenTogether(self._add)
        self._settled = WrittenTogether(self._settle)

    async def add(self, copies: Sequence[NewCopy]) -> None:
        """Store copies, all or none, together with those of other messages that come at the same time."""
        await self._added.add(copies)

    async def services_waiting(self) -> Collection[PartyId]:
        """Return the services for which copies wait, due or not."""
        async with self._database.statement() as connection:
            found = await connection.execute(select(_LANE.service_key).where(_LANE.waiting).distinct())
        return [PartyId(key[:2], key[2:]) for key in found.scalars()]

    async def claim(self, service: PartyId, now: datetime, until: datetime, most: int) -> list[Copy]:
        """Take the first copies of lanes that are due and nobody holds, longest due first."""
        due = (
            select(_LANE.lane)
            .where(
                _LANE.service_key == service.key,
                _LANE.waiting,
                _LANE.due_at <= now,
                or_(_LANE.leased_until.is_(None), _LANE.leased_until <= now),
            )
            .order_by(_LANE.due_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        async with self._database.transaction() as connection:
            lanes = (await connection.execute(due)).scalars().all()
            if not lanes:
                return []
            held = update(copy_lane).where(_LANE.lane.in_(lanes))
            await connection.execute(held.values(leased_until=until, lease=self._lease))
            first = select(func.min(_COPY.id)).where(_COPY.lane.in_(lanes), _WAITS).group_by(_COPY.lane)
            rows = (
                await connection.execute(COPY_AND_LANE.where(_COPY.id.in_(first)).order_by(_COPY.id))
            ).all()
        return [copy_of(row) for row in rows]

    async def next_due(self, service: PartyId) -> datetime | None:
        """Return when a lane of the service is to be tried next; None when nothing waits for it."""
        due = case(
            (_LANE.leased_until.is_not(None) & (_LANE.leased_until > _LANE.due_at), _LANE.leased_until),
            else_=_LANE.due_at,
        )
        wanted = select(func.min(due)).where(_LANE.service_key == service.key, _LANE.waiting)
        async with self._database.statement() as connection:
            moment: datetime | None = (await connection.execute(wanted)).scalar_one()
        return moment

    async def settle(self, outcome: Outcome) -> None:
        """Note what became of an attempt, together with others, and give the lane back."""
        await self._settled.add(outcome)

    async def release(self, lanes: Collection[str]) -> None:
        """Give back untried what this store still holds of these lanes."""
        mine = update(copy_lane).where(_LANE.lane.in_(lanes), _LANE.lease == self._lease)
        async with self._database.statement() as connection:
            await connection.execute(mine.values(leased_until=None, lease=None))

    async def recover(self) -> None:
        """End all leases of a SQLite database, which one process has to itself; in PostgreSQL they expire."""
        async with self._database.statement() as connection:
            if connection.dialect.name == "sqlite":
                await connection.execute(update(copy_lane).values(leased_until=None, lease=None))

    async def park_older(self, service: PartyId, before: datetime, now: datetime) -> int:
        """Park what waits for a service since before that moment, and say how many."""
        old = (_COPY.service_key == service.key) & _WAITS & (_COPY.created_at < before)
        return await self._move(old, CopyState.PARKED, now)

    async def _add(self, together: Sequence[Sequence[NewCopy]]) -> None:
        copies = [copy for each in together for copy in each]
        async with self._database.transaction() as connection:
            lanes = {copy.lane: copy for copy in reversed(copies)}
            await _open_lanes(connection, (lanes[lane] for lane in sorted(lanes)))
            await connection.execute(insert(service_copy), [copy_values(copy) for copy in copies])

    async def _settle(self, outcomes: Sequence[Outcome]) -> None:
        lanes = sorted({outcome.lane for outcome in outcomes})
        ended = [
            {
                "copy_id": outcome.copy_id,
                "to": outcome.state.value,
                "why": outcome.problem,
                "tried": int(outcome.attempted),
                "ended_at": None if outcome.state is CopyState.WAITING else outcome.at,
                "keeps": outcome.state in KEEPS_BODY,
            }
            for outcome in outcomes
        ]
        given_back = [
            {"its_lane": outcome.lane, "due": outcome.due_at, "failed": outcome.failures}
            for outcome in sorted(outcomes, key=lambda outcome: outcome.lane)
        ]
        async with self._database.transaction() as connection:
            held = select(_LANE.lane).where(_LANE.lane.in_(lanes)).order_by(_LANE.lane).with_for_update()
            await connection.execute(held)
            await connection.execute(_END, ended)
            await connection.execute(_GIVE_BACK, given_back)


async def _open_lanes(connection: AsyncConnection, firsts: Iterable[NewCopy]) -> None:
    """Note that lanes have something waiting; one that waits already keeps the moment of its next try."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    opened = dialect.insert(copy_lane)
    statement = opened.on_conflict_do_update(
        index_elements=[_LANE.lane],
        set_={
            "due_at": case((_LANE.waiting, _LANE.due_at), else_=opened.excluded.due_at),
            "failures": case((_LANE.waiting, _LANE.failures), else_=0),
            "waiting": True,
        },
    )
    values: list[dict[str, Any]] = [
        {
            "lane": copy.lane,
            "service_key": copy.service.key,
            "waiting": True,
            "failures": 0,
            "due_at": copy.created_at,
        }
        for copy in firsts
    ]
    await connection.execute(statement, values)


def _still_waiting(lane: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists(select(literal(1)).select_from(service_copy).where(_COPY.lane == lane, _WAITS))


_KEEPS = bindparam("keeps", type_=Boolean)
_END = (
    update(service_copy)
    .where(_COPY.id == bindparam("copy_id"), _WAITS)
    .values(
        state=bindparam("to"),
        problem=bindparam("why"),
        attempts=_COPY.attempts + bindparam("tried"),
        settled_at=bindparam("ended_at"),
        body=case((_KEEPS, _COPY.body), else_=b""),
        signature=case((_KEEPS, _COPY.signature), else_=None),
        strict=case((_KEEPS, _COPY.strict), else_=None),
    )
)

_GIVE_BACK = (
    update(copy_lane)
    .where(_LANE.lane == bindparam("its_lane"))
    .values(
        waiting=_still_waiting(_LANE.lane),
        due_at=bindparam("due"),
        failures=bindparam("failed"),
        leased_until=None,
        lease=None,
    )
)
