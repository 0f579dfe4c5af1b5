"""What was booked of claims, and how invoices were reconciled."""

from typing import Any

import msgspec
from sqlalchemy import Row

from ocn.settlement.core.booking import Booking, Settlement
from ocn.settlement.core.invoices import InvoiceRecord, InvoiceState
from ocn.settlement.core.lane import Lane


def booking_values(booking: Booking) -> dict[str, Any]:
    """Write a booking."""
    settlement = booking.settlement
    return {
        "lane": booking.lane.key,
        "claimed_after": settlement.claimed_after,
        "claimed_before": settlement.claimed_before,
        "transaction": settlement.transaction,
        "block": settlement.block,
        "through": booking.through,
        "evidence": settlement.evidence,
        "sessions": msgspec.json.encode([(name, str(units)) for name, units in booking.sessions]),
        "cdrs": msgspec.json.encode(booking.cdrs),
        "unassigned": booking.unassigned,
        "credits": msgspec.json.encode(booking.credits),
    }


def booking_of(row: Row[Any], lane: Lane) -> Booking:
    """Read a booking."""
    sessions = msgspec.json.decode(row.sessions, type=list[tuple[str, str]])
    return Booking(
        lane,
        Settlement(row.transaction, row.block, row.claimed_before, row.claimed_after, row.evidence),
        row.through,
        tuple((name, int(units)) for name, units in sessions),
        tuple(msgspec.json.decode(row.cdrs, type=list[str])),
        row.unassigned,
        tuple(msgspec.json.decode(row.credits or b"[]", type=list[str])),
    )


def invoice_values(record: InvoiceRecord) -> dict[str, Any]:
    """Write an invoice reconciliation record."""
    return {
        "owner": record.owner.key,
        "id": record.id,
        "owner_codes": record.owner,
        "peer": record.peer,
        "body": msgspec.json.encode(record.body),
        "at": record.at,
        "state": record.state.value,
    }


def invoice_of(row: Row[Any]) -> InvoiceRecord:
    """Read an invoice reconciliation record."""
    body = msgspec.json.decode(row.body)
    return InvoiceRecord(row.owner_codes, row.peer, body, row.at, InvoiceState(row.state))
