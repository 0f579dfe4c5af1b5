"""KeeperStore in the database of the settlement service, SQLite or PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.chain.fees import Fee
from ocn.database import Database, StorageError, to_the_end
from ocn.settlement.keeper.jobs import Job, OpenJob, job_from_json, job_to_json
from ocn.settlement.keeper.store import Attempt, Draft, KeeperStoreUnusable, Transaction
from ocn.settlement.storage.tables import keeper_attempt, keeper_job, keeper_transaction
from ocn.settlement.storage.writing import add_one

_JOB, _SENT, _ATTEMPT = keeper_job.c, keeper_transaction.c, keeper_attempt.c


class SqlKeeperStore:
    """See :class:`ocn.settlement.keeper.store.KeeperStore`. Several accounts may share a database."""

    def __init__(self, database: Database, *, chain_id: int, account: str) -> None:
        """Use a database whose tables are there; it stays the caller's to close."""
        self._database = database
        self._account = f"{chain_id} {account}"

    @to_the_end
    async def add(self, job: Job) -> bool:
        """See the port."""
        row = {"account": self._account, "name": job.name, "body": job_to_json(job), "tries": 0}
        async with self._transaction() as connection:
            return await add_one(connection, keeper_job, row)

    async def waiting(self) -> list[OpenJob]:
        """See the port."""
        return await self._jobs(_JOB.sent.is_(None))

    @to_the_end
    async def drop(self, jobs: Sequence[int]) -> None:
        """See the port."""
        async with self._transaction() as connection:
            mine = (_JOB.account == self._account, _JOB.id.in_(list(jobs)), _JOB.sent.is_(None))
            await connection.execute(delete(keeper_job).where(*mine))

    @to_the_end
    async def begin(self, draft: Draft, attempt: Attempt, jobs: Sequence[int]) -> Transaction:
        """See the port."""
        row = {
            "account": self._account,
            "nonce": draft.nonce,
            "target": draft.to,
            "data": draft.data,
            "gas": draft.gas,
            "repeatable": draft.repeatable,
        }
        async with self._transaction() as connection:
            made = await connection.execute(insert(keeper_transaction).values(row).returning(_SENT.id))
            sent: int = made.scalar_one()
            await connection.execute(insert(keeper_attempt).values(_attempt_values(sent, attempt)))
            taken = update(keeper_job).where(_JOB.account == self._account, _JOB.id.in_(list(jobs)))
            await connection.execute(taken.values(sent=sent))
        return Transaction(sent, draft, (attempt,))

    @to_the_end
    async def attempt(self, transaction: int, attempt: Attempt) -> None:
        """See the port."""
        async with self._transaction() as connection:
            await connection.execute(insert(keeper_attempt).values(_attempt_values(transaction, attempt)))

    async def transactions(self) -> list[Transaction]:
        """See the port."""
        mine = select(keeper_transaction).where(_SENT.account == self._account).order_by(_SENT.nonce)
        found: list[Transaction] = []
        async with self._transaction() as connection:
            for row in (await connection.execute(mine)).all():
                tries = select(keeper_attempt).where(_ATTEMPT.sent == row.id).order_by(_ATTEMPT.id)
                attempts = [
                    Attempt(each.hash, each.raw, Fee(each.most, each.tip))
                    for each in (await connection.execute(tries)).all()
                ]
                draft = Draft(row.nonce, row.target, row.data, row.gas, row.repeatable)
                found.append(Transaction(row.id, draft, tuple(attempts)))
        return found

    async def jobs_of(self, transaction: int) -> list[OpenJob]:
        """See the port."""
        return await self._jobs(_JOB.sent == transaction)

    @to_the_end
    async def finish(self, transaction: int) -> None:
        """See the port."""
        async with self._transaction() as connection:
            await connection.execute(delete(keeper_job).where(_JOB.sent == transaction))
            await _forget(connection, transaction)

    @to_the_end
    async def give_back(self, transaction: int, *, failed: bool) -> None:
        """See the port."""
        again = {"sent": None, "tries": _JOB.tries + int(failed)}
        async with self._transaction() as connection:
            await connection.execute(update(keeper_job).where(_JOB.sent == transaction).values(again))
            await _forget(connection, transaction)

    async def close(self) -> None:
        """Nothing is held: the database is the caller's."""

    async def _jobs(self, which: ColumnElement[bool]) -> list[OpenJob]:
        wanted = select(keeper_job).where(_JOB.account == self._account, which).order_by(_JOB.id)
        async with self._transaction() as connection:
            rows = (await connection.execute(wanted)).all()
        return [OpenJob(row.id, job_from_json(row.body.decode()), row.tries) for row in rows]

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._database.transaction() as connection:
                yield connection
        except StorageError as error:
            raise KeeperStoreUnusable(
                f"the keeper's tables cannot be used: {error.message}",
                hint="They hold what was sent and is not settled yet: keep them while money is under way.",
            ) from error


async def _forget(connection: AsyncConnection, transaction: int) -> None:
    await connection.execute(delete(keeper_attempt).where(_ATTEMPT.sent == transaction))
    await connection.execute(delete(keeper_transaction).where(_SENT.id == transaction))


def _attempt_values(sent: int, attempt: Attempt) -> dict[str, Any]:
    fee = attempt.fee
    return {"sent": sent, "hash": attempt.hash, "raw": attempt.raw, "most": fee.most, "tip": fee.tip}
