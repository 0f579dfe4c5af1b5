"""Books of what the chain has confirmed, on every lane of a party, for its accounting."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias

from ocn.settlement.core.booking import Booking, book
from ocn.settlement.core.invoices import InvoiceRecord, invoice_records
from ocn.settlement.core.lane import Lane
from ocn.settlement.service.account import Account
from ocn.settlement.service.house import House
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.voucher_log import vouchers_up_to

_LOG = logging.getLogger("ocn.settlement")

Booked: TypeAlias = Callable[[Booking], Awaitable[None]]
"""Is told of each booking that is kept. After a crash in between it is not told again; the books have it."""


async def told_nobody(_: Booking) -> None:
    """Do nothing."""


class Bookkeeping:
    """Both parties of a lane make the same bookings, since vouchers and chain are the same for both."""

    def __init__(self, house: House, pairs: Pairs, booked: Booked = told_nobody) -> None:
        self._house = house
        self._pairs = pairs
        self._booked = booked

    async def step(self) -> list[Booking]:
        """Book every confirmed settlement that is not booked yet."""
        accounts = {pair.account.out.key: pair.account for pair in await self._pairs.all()}
        made: list[Booking] = []
        for _, account in sorted(accounts.items()):
            made += await self._book(account, account.into)
            made += await self._book(account, account.out)
        return made

    async def _book(self, account: Account, lane: Lane) -> list[Booking]:
        store = self._house.store
        kept = await store.bookings(lane)
        after, through = (kept[-1].settlement.claimed_after, kept[-1].through) if kept else (0, 0)
        made: list[Booking] = []
        for settlement in await self._house.ledger.settlements(lane, after):
            entries = await vouchers_up_to(store, lane, through, settlement.claimed_after)
            booking = book(lane, settlement, entries, through=through)
            through = booking.through
            await store.save_booking(booking, self._house.now(), self._own_records(account, booking))
            _LOG.info("%s booked: %s", booking.invoice_id, ", ".join(booking.cdrs) or "no CDR closed")
            await self._booked(booking)
            made.append(booking)
        return made

    def _own_records(self, account: Account, booking: Booking) -> list[InvoiceRecord]:
        """Return those about this party's CDRs; the others are the peer's to send."""
        own = self._house.own
        return [each for each in records_of(account, booking, self._house.now()) if each.owner == own]


def records_of(account: Account, booking: Booking, now: datetime) -> list[InvoiceRecord]:
    """Return the records that both sides make of a booking."""
    own, peer = account.house.own, account.peer
    payer, payee = (own, peer) if booking.lane == account.out else (peer, own)
    return invoice_records(booking, payer, payee, now)
