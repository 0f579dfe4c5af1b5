"""Invoice Reconciliation records to and from counterparties (OCPI 2.3.0, second edition).

Who has issued the CDRs of a transaction pushes its record; the other side compares it with its own books,
which say the same. Between parties of which one has no such module, records stay for the back end.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, UnknownObject
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.statuses import Status
from ocn.party.errors import ModuleNotOffered, PartyError, RequestFailed
from ocn.party.json_text import JsonObject
from ocn.party.receiving.answers import Answer
from ocn.party.request import Request
from ocn.settlement.core.invoices import InvoiceRecord, InvoiceState
from ocn.settlement.service.bookkeeping import records_of
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.reach import Peers

_LOG = logging.getLogger("ocn.settlement")
_TRY_AGAIN: Final = timedelta(minutes=1)
_TRY_FOR: Final = timedelta(days=1)
_AT_ONCE: Final = 20
"""Records in one step."""
_REFUSED: Final = frozenset({Status.INVALID_PARAMETERS, Status.UNKNOWN_RECEIVER})
"""The peer's books say otherwise; its version has no such module."""


class Invoicing:
    """Sends what waits, and answers what comes."""

    def __init__(self, pairs: Pairs, peers: Peers) -> None:
        self._pairs = pairs
        self._house = pairs.house
        self._peers = peers
        self._next: datetime | None = None

    async def step(self) -> None:
        """Send records that wait, the oldest first; a peer that does not take one is left for a minute."""
        now = self._house.now()
        if self._next is not None and now < self._next:
            return
        waiting = await self._house.store.invoices(InvoiceState.WAITING)
        away: set[PartyId] = set()
        sent = 0
        for record in waiting:
            if record.owner != self._house.own or record.peer in away or sent >= _AT_ONCE:
                continue
            sent += 1
            state = await self._send(record)
            if state is None and now - record.at < _TRY_FOR:
                away.add(record.peer)
            else:
                await self._house.store.note_invoice(record, state or InvoiceState.KEPT)
        self._next = now + _TRY_AGAIN if away else None

    async def __call__(self, request: Request) -> Answer:
        """Serve ``invoicereconciliation`` as receiver: a record that is the same as in these books is taken.

        Raises:
            InvalidParameters, UnknownObject: it is not.
        """
        if (request.method, request.path) != ("POST", ()):
            raise MethodNotAllowed("records are posted here, and read from these books")
        body = request.json()
        expected = await self._expected(request.sender, body)
        theirs, ours = (
            sorted(str(each).casefold() for each in record["cdrs"]) for record in (body, expected)
        )
        if theirs != ours:
            said = f"{len(theirs)} CDRs, and {len(ours)} were paid by that transaction"
            _LOG.warning("invoice record %s of %s has %s", expected["id"], request.sender, said)
            raise InvalidParameters(f"the record has {said}, or others")
        return Answer(None)

    async def _send(self, record: InvoiceRecord) -> InvoiceState | None:
        """Return what became of it; None where it may go another time."""
        try:
            await self._peers.to(record.peer).invoice(record.body)
        except ModuleNotOffered:
            return InvoiceState.KEPT
        except RequestFailed as error:
            if error.status_code in _REFUSED:
                _LOG.warning("invoice record %s is kept: %s", record.id, error.message)
                return InvoiceState.KEPT
            return None
        except PartyError as error:
            _LOG.info("invoice record %s waits: %s", record.id, error.message)
            return None
        return InvoiceState.SENT

    async def _expected(self, sender: PartyId, body: JsonObject) -> JsonObject:
        """Return what these books have for it; it may be booked a little later here."""
        if not isinstance(body.get("cdrs"), list) or not isinstance(body.get("id"), str):
            raise InvalidParameters("a record has an id, and a list of CDRs")
        now, found = self._house.now(), list[InvoiceRecord]()
        for account in {pair.account.out: pair.account for pair in await self._pairs.all()}.values():
            for lane in (account.into, account.out) if account.peer == sender else ():
                for booking in await self._house.store.bookings(lane):
                    if booking.invoice_id == body.get("invoice_id"):
                        found += records_of(account, booking, now)
        same = [each for each in found if each.owner == sender and each.id == body["id"]]
        if not same:
            raise UnknownObject(f"no transaction of that name is booked here with {sender}")
        return same[0].body


INVOICES: Final = (ModuleID.INVOICE_RECONCILIATION, InterfaceRole.RECEIVER)
