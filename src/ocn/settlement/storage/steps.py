"""One step, one transaction: lanes first, so that of two processes on one lane only one goes on."""

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.settlement.core.reasons import Reason
from ocn.settlement.errors import ConflictingState
from ocn.settlement.records import Outcome, Recorded, Step
from ocn.settlement.storage import tables as t
from ocn.settlement.storage.rows.books import cdr_values, session_values
from ocn.settlement.storage.rows.cases import case_values
from ocn.settlement.storage.rows.vouchers import voucher_values
from ocn.settlement.storage.writing import add_new, add_or_replace

_NOTHING: frozenset[str] = frozenset()
_AT = frozenset({"at"})
MOST_NAMES = 500
"""In one statement; SQLite takes a few ten thousand, PostgreSQL more."""


async def write_step(connection: AsyncConnection, step: Step) -> None:
    """Write everything, or raise and leave the transaction to be rolled back.

    Raises:
        ConflictingState: a voucher does not follow its lane's last, or a session that it pays for the first
            time is paid on another lane.
    """
    for recorded in step.vouchers:
        await _advance(connection, recorded)
    if step.vouchers:
        await connection.execute(insert(t.voucher), [voucher_values(each) for each in step.vouchers])
    books = [session_values(book) for book in step.books]
    await add_or_replace(connection, t.session, books, keep=_NOTHING, same="lane")
    await _require_lane(connection, step)
    cdrs = [{**cdr_values(book), "at": step.at} for book in step.cdrs]
    await add_or_replace(connection, t.cdr, cdrs, keep=_AT)
    await add_new(connection, t.case, [case_values(case) for case in step.cases])
    tariffs = [
        {"owner": owner.key, "folded": session_id.casefold(), "body": body}
        for owner, session_id, body in step.tariffs
    ]
    await add_new(connection, t.session_tariffs, tariffs)
    await _settle_cases(connection, step)


async def _advance(connection: AsyncConnection, recorded: Recorded) -> None:
    """Move the lane on from just the voucher that this one follows; its row keeps others waiting."""
    entry, key = recorded.entry, recorded.lane.key
    values = {"number": entry.number, "evidence": entry.evidence}
    if entry.number == 1:
        await add_new(connection, t.lane, [{"key": key, "number": 0, "evidence": entry.previous}])
    before = (t.lane.c.key == key, t.lane.c.number == entry.number - 1, t.lane.c.evidence == entry.previous)
    moved = await connection.execute(update(t.lane).where(*before).values(**values))
    if moved.rowcount != 1:
        raise ConflictingState(
            f"voucher {entry.number} does not follow the last one of {recorded.lane}",
            hint="Does another process settle for this party? It must not, or share the database.",
        )


async def _require_lane(connection: AsyncConnection, step: Step) -> None:
    """Two processes may be asked at once for one session on two lanes: the second pays nothing."""
    begun = {(owner, session_id.casefold()) for owner, session_id, _ in step.tariffs}
    books = [book for book in step.books if (book.owner, book.id.casefold()) in begun]
    for n in range(0, len(books), MOST_NAMES):
        lane_by_name = {(book.owner.key, book.id.casefold()): book.lane for book in books[n : n + MOST_NAMES]}
        of = tuple_(t.session.c.owner, t.session.c.folded)
        found = select(t.session.c.owner, t.session.c.folded, t.session.c.id, t.session.c.lane)
        for row in await connection.execute(found.where(of.in_(list(lane_by_name)))):
            if row.lane != lane_by_name[row.owner, row.folded]:
                raise ConflictingState(f"session {row.id} is paid on another lane, {row.lane}")


async def _settle_cases(connection: AsyncConnection, step: Step) -> None:
    for owner, session_id in step.settled:
        its = (
            t.case.c.owner == owner.key,
            t.case.c.session_folded == session_id.casefold(),
            t.case.c.closed_at.is_(None),
            t.case.c.reason != Reason.DISPUTED.value,  # that ends on chain
        )
        await connection.execute(
            update(t.case).where(*its).values(closed_at=step.at, outcome=Outcome.SETTLED.value)
        )
