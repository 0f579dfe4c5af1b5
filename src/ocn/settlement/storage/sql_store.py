"""The store over a database: reads here, the one write that matters in ``steps``."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.database import Database, to_the_end
from ocn.ocpi.party_id import PartyId, party_of_codes
from ocn.settlement.core.booking import Booking
from ocn.settlement.core.books import CdrBook, CdrState, SessionBook
from ocn.settlement.core.invoices import InvoiceRecord, InvoiceState
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.errors import ConflictingState
from ocn.settlement.records import Case, Outcome, Recorded, Step
from ocn.settlement.storage import tables as t
from ocn.settlement.storage.rows.bookings import booking_of, booking_values, invoice_of, invoice_values
from ocn.settlement.storage.rows.books import cdr_of, session_of
from ocn.settlement.storage.rows.cases import case_of
from ocn.settlement.storage.rows.terms import terms_of, terms_values
from ocn.settlement.storage.rows.vouchers import recorded_of
from ocn.settlement.storage.steps import MOST_NAMES, write_step
from ocn.settlement.storage.writing import add_new

_MOST_SAME = 100
"""Those that have cost something come first, so none of these is ever beyond."""


class SqlStore:
    """See :class:`ocn.settlement.store.Store`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def database(self) -> Database:
        """For what else may be remembered in it."""
        return self._database

    @to_the_end
    async def record(self, step: Step) -> None:
        """See the port."""
        async with self._database.transaction() as connection:
            await write_step(connection, step)

    async def last(self, lane: Lane) -> Recorded | None:
        """See the port."""
        newest = select(t.voucher).where(t.voucher.c.lane == lane.key)
        rows = await self._rows(newest.order_by(t.voucher.c.number.desc()).limit(1))
        return recorded_of(rows[0], lane) if rows else None

    async def vouchers(self, lane: Lane, *, after: int, most: int) -> Sequence[Recorded]:
        """See the port."""
        wanted = select(t.voucher).where(t.voucher.c.lane == lane.key, t.voucher.c.number > after)
        rows = await self._rows(wanted.order_by(t.voucher.c.number).limit(most))
        return [recorded_of(row, lane) for row in rows]

    async def books(self, owner: PartyId, session_ids: Collection[str]) -> Mapping[str, SessionBook]:
        """See the port."""
        return {name: session_of(row) for name, row in await self._named(t.session, owner, session_ids)}

    async def same(self, owner: PartyId, identity: bytes) -> Sequence[SessionBook]:
        """See the port."""
        mine = select(t.session).where(t.session.c.owner == owner.key, t.session.c.identity == identity)
        ordered = mine.order_by(t.session.c.paid == t.session.c.credited, t.session.c.folded)
        return [session_of(row) for row in await self._rows(ordered.limit(_MOST_SAME))]

    async def cdrs(self, owner: PartyId, cdr_ids: Collection[str]) -> Mapping[str, CdrBook]:
        """See the port."""
        return {name: cdr_of(row) for name, row in await self._named(t.cdr, owner, cdr_ids)}

    async def open_cdrs(self, lane: Lane) -> Sequence[CdrBook]:
        """See the port."""
        wanted = select(t.cdr).where(t.cdr.c.lane == lane.key, t.cdr.c.state == CdrState.OPEN.value)
        return [cdr_of(row) for row in await self._rows(wanted.order_by(t.cdr.c.at, t.cdr.c.folded))]

    async def tariffs(self, owner: PartyId, session_id: str) -> bytes | None:
        """See the port."""
        found = await self._named(t.session_tariffs, owner, [session_id])
        return found[0][1].body if found else None

    @to_the_end
    async def save_terms(self, terms: SignedTerms, at: datetime) -> None:
        """See the port."""
        values = terms_values(terms)
        key = {name: values[name] for name in ("payer", "payee", "number")}
        async with self._database.transaction() as connection:
            await add_new(connection, t.terms, [{**values, "agreed_at": at}])
            kept = await connection.execute(select(t.terms.c.document).filter_by(**key))
            if kept.scalar_one() != values["document"]:
                raise ConflictingState(f"other terms number {terms.terms.number} are agreed with this party")
            proofs = {name: values[name] for name in ("payer_vault_signature", "payee_vault_signature")}
            unproven = update(t.terms).filter_by(**key).where(t.terms.c.payer_vault_signature.is_(None))
            await connection.execute(unproven.values(proofs))

    async def terms(self, payer: PartyId, payee: PartyId) -> Sequence[SignedTerms]:
        """See the port."""
        wanted = select(t.terms).where(t.terms.c.payer == payer.key, t.terms.c.payee == payee.key)
        return [terms_of(row) for row in await self._rows(wanted.order_by(t.terms.c.number.desc()))]

    async def agreed_at(self, payer: PartyId, payee: PartyId) -> Mapping[int, datetime]:
        """See the port."""
        wanted = select(t.terms.c.number, t.terms.c.agreed_at)
        its = wanted.where(t.terms.c.payer == payer.key, t.terms.c.payee == payee.key)
        return {row.number: row.agreed_at for row in await self._rows(its)}

    @to_the_end
    async def began(self, at: datetime) -> datetime:
        """See the port."""
        async with self._database.transaction() as connection:
            await add_new(connection, t.beginning, [{"id": 1, "at": at}])
            began: datetime = (await connection.execute(select(t.beginning.c.at))).scalar_one()
        return began

    async def pairs(self) -> Collection[tuple[PartyId, PartyId]]:
        """See the port."""
        rows = await self._rows(select(t.terms.c.payer, t.terms.c.payee).distinct())
        return [(party_of_codes(row.payer), party_of_codes(row.payee)) for row in rows]

    async def cases(self, *, closed: bool = False) -> Sequence[Case]:
        """See the port."""
        wanted = select(t.case).order_by(t.case.c.opened_at, t.case.c.id)
        rows = await self._rows(wanted if closed else wanted.where(t.case.c.closed_at.is_(None)))
        return [case_of(row) for row in rows]

    async def case(self, own: PartyId, case_id: str) -> Case | None:
        """See the port."""
        rows = await self._rows(select(t.case).where(t.case.c.own_key == own.key, t.case.c.id == case_id))
        return case_of(rows[0]) if rows else None

    @to_the_end
    async def close_case(self, own: PartyId, case_id: str, outcome: Outcome, note: str, at: datetime) -> bool:
        """See the port."""
        mine = (t.case.c.own_key == own.key, t.case.c.id == case_id, t.case.c.closed_at.is_(None))
        closed = update(t.case).where(*mine).values(closed_at=at, outcome=outcome.value, note=note)
        async with self._database.statement() as connection:
            return (await connection.execute(closed)).rowcount > 0

    @to_the_end
    async def save_booking(
        self, booking: Booking, at: datetime, invoices: Sequence[InvoiceRecord] = ()
    ) -> None:
        """See the port."""
        async with self._database.transaction() as connection:
            await add_new(connection, t.booking, [{**booking_values(booking), "at": at}])
            if invoices:
                await add_new(connection, t.invoice, [invoice_values(each) for each in invoices])

    async def invoices(self, state: InvoiceState) -> Sequence[InvoiceRecord]:
        """See the port."""
        wanted = select(t.invoice).where(t.invoice.c.state == state.value)
        ordered = wanted.order_by(t.invoice.c.at, t.invoice.c.owner, t.invoice.c.id)
        return [invoice_of(row) for row in await self._rows(ordered)]

    @to_the_end
    async def note_invoice(self, record: InvoiceRecord, state: InvoiceState) -> None:
        """See the port."""
        mine = (t.invoice.c.owner == record.owner.key, t.invoice.c.id == record.id)
        async with self._database.statement() as connection:
            await connection.execute(update(t.invoice).where(*mine).values(state=state.value))

    async def bookings(self, lane: Lane) -> Sequence[Booking]:
        """See the port."""
        rows = await self._rows(select(t.booking).where(t.booking.c.lane == lane.key))
        found = [booking_of(row, lane) for row in rows]
        return sorted(found, key=lambda booking: booking.settlement.claimed_after)

    async def close(self) -> None:
        """See the port."""
        await self._database.close()

    async def _rows(self, wanted: Select[Any]) -> Sequence[Row[Any]]:
        async with self._database.statement() as connection:
            return await _all(connection, wanted)

    async def _named(self, table: Any, owner: PartyId, ids: Collection[str]) -> list[tuple[str, Row[Any]]]:
        names = {each.casefold(): each for each in ids}
        ordered = list(names)
        found: list[tuple[str, Row[Any]]] = []
        async with self._database.statement() as connection:
            for n in range(0, len(ordered), MOST_NAMES):
                some = ordered[n : n + MOST_NAMES]
                wanted = select(table).where(table.c.owner == owner.key, table.c.folded.in_(some))
                found += [(names[row.folded], row) for row in await _all(connection, wanted)]
        return found


async def _all(connection: AsyncConnection, wanted: Select[Any]) -> Sequence[Row[Any]]:
    found: Sequence[Row[Any]] = (await connection.execute(wanted)).all()
    return found
