"""The port of what must not be forgotten; :mod:`ocn.settlement.storage` has it over either database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.booking import Booking
from ocn.settlement.core.books import CdrBook, SessionBook
from ocn.settlement.core.invoices import InvoiceRecord, InvoiceState
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.records import Case, Outcome, Recorded, Step


class Store(Protocol):
    """Every call is one transaction, durable when it returns. Ids of sessions and CDRs know no case.

    Raises:
        StorageError: the database did not do it, and nothing has changed.
    """

    async def record(self, step: Step) -> None:
        """Make a step true.

        Raises:
            ConflictingState: a voucher does not follow its lane's last; nothing has changed.
        """
        ...

    async def last(self, lane: Lane) -> Recorded | None:
        """Return a lane's newest voucher."""
        ...

    async def vouchers(self, lane: Lane, *, after: int, most: int) -> Sequence[Recorded]:
        """Return vouchers in order, from the one that follows a number."""
        ...

    async def books(self, owner: PartyId, session_ids: Collection[str]) -> Mapping[str, SessionBook]:
        """Return books by the ids as they were asked for; who has none is not in it."""
        ...

    async def same(self, owner: PartyId, identity: bytes) -> Sequence[SessionBook]:
        """Return the sessions of a CPO that were paid for and are the same in all that never changes."""
        ...

    async def cdrs(self, owner: PartyId, cdr_ids: Collection[str]) -> Mapping[str, CdrBook]:
        """Return what became of CDRs, as :meth:`books`."""
        ...

    async def open_cdrs(self, lane: Lane) -> Sequence[CdrBook]:
        """Return the CDRs still to be asked for, in the order they came."""
        ...

    async def tariffs(self, owner: PartyId, session_id: str) -> bytes | None:
        """Return the tariffs kept for a session, as JSON."""
        ...

    async def save_terms(self, terms: SignedTerms, at: datetime) -> None:
        """Keep terms that both have signed; a second time nothing happens.

        Raises:
            ConflictingState: other terms of this number are kept for the pair.
        """
        ...

    async def terms(self, payer: PartyId, payee: PartyId) -> Sequence[SignedTerms]:
        """Return all terms of a pair, the newest first."""
        ...

    async def agreed_at(self, payer: PartyId, payee: PartyId) -> Mapping[int, datetime]:
        """Return when each terms of a pair were first kept here, by their number."""
        ...

    async def began(self, at: datetime) -> datetime:
        """Return when these books began: ``at`` as it was when this was asked for the first time."""
        ...

    async def pairs(self) -> Collection[tuple[PartyId, PartyId]]:
        """Return who has terms with whom: payer and payee."""
        ...

    async def cases(self, *, closed: bool = False) -> Sequence[Case]:
        """Return open cases, or all, the oldest first."""
        ...

    async def case(self, own: PartyId, case_id: str) -> Case | None:
        """Return one case as a party has it."""
        ...

    async def close_case(self, own: PartyId, case_id: str, outcome: Outcome, note: str, at: datetime) -> bool:
        """Close an open case; False when there is none of that id."""
        ...

    async def save_booking(
        self, booking: Booking, at: datetime, invoices: Sequence[InvoiceRecord] = ()
    ) -> None:
        """Keep what a settlement was for, with records to send; a second time nothing happens."""
        ...

    async def invoices(self, state: InvoiceState) -> Sequence[InvoiceRecord]:
        """Return the records that are so, the oldest first."""
        ...

    async def note_invoice(self, record: InvoiceRecord, state: InvoiceState) -> None:
        """Note what became of a record."""
        ...

    async def bookings(self, lane: Lane) -> Sequence[Booking]:
        """Return a lane's bookings in order."""
        ...

    async def close(self) -> None:
        """Give resources back."""
        ...
