"""Invoice Reconciliation records (OCPI 2.3.0, second edition): the CDRs of a transaction."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.settlement.core.booking import Booking
from ocn.settlement.core.canonical import JsonObject
from ocn.signing.hashes import keccak256

_HASH_DIGITS = 34


class InvoiceState(StrEnum):
    """What became of a record."""

    WAITING = "WAITING"
    """To be sent to the other party."""
    SENT = "SENT"
    KEPT = "KEPT"
    """Not to be sent: one of the two has no such module. The back end has it."""


@dataclass(frozen=True, slots=True)
class InvoiceRecord:
    """One record and what became of it. ``owner`` is who has issued the CDRs."""

    owner: PartyId
    peer: PartyId
    body: JsonObject = field(repr=False)
    at: datetime
    state: InvoiceState = InvoiceState.WAITING

    @property
    def id(self) -> str:
        """Its id, among the owner's."""
        return str(self.body["id"])


def invoice_records(booking: Booking, payer: PartyId, payee: PartyId, now: datetime) -> list[InvoiceRecord]:
    """Return the records of a booking: one for the payee's CDRs, one for the payer's credit CDRs, if any.

    Their ids are made of the transaction, the lane and what was claimed before, so both sides make the same
    ones, and those of a transaction that claims from many payers, or nets, are all different.
    """
    made = ((payee, payer, "B", booking.cdrs), (payer, payee, "C", booking.credits))
    return [
        InvoiceRecord(owner, peer, _body(booking, owner, kind, cdrs, now), now)
        for owner, peer, kind, cdrs in made
        if cdrs
    ]


def _body(booking: Booking, owner: PartyId, kind: str, cdrs: tuple[str, ...], now: datetime) -> JsonObject:
    settled = f"{booking.settlement.transaction} {booking.lane.key} {booking.settlement.claimed_before}"
    digits = keccak256(settled.encode()).hex()[:_HASH_DIGITS]
    return {
        "country_code": owner.country_code,
        "party_id": owner.party_id,
        "id": f"{digits}-{kind}",
        "invoice_id": booking.invoice_id,
        "cdrs": list(cdrs),
        "last_updated": format_datetime(now),
    }
