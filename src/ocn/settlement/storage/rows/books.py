"""Books of sessions and of CDRs."""

from typing import Any

from sqlalchemy import Row

from ocn.ocpi.party_id import party_of_codes
from ocn.settlement.core.books import CdrBook, CdrState, SessionBook
from ocn.settlement.core.reasons import Reason, Refusal


def session_values(book: SessionBook) -> dict[str, Any]:
    """Write a session's book."""
    return {
        "owner": book.owner.key,
        "folded": book.id.casefold(),
        "id": book.id,
        "payer": book.payer,
        "lane": book.lane,
        "identity": book.identity,
        "paid": book.paid,
        "credited": book.credited,
        "wh": book.wh,
        "stated_at": book.stated_at,
        "cdr_id": book.cdr_id,
    }


def session_of(row: Row[Any]) -> SessionBook:
    """Read a session's book."""
    return SessionBook(
        party_of_codes(row.owner),
        row.id,
        row.payer,
        row.lane,
        row.identity,
        row.paid,
        row.credited,
        row.wh,
        row.stated_at,
        row.cdr_id,
    )


def cdr_values(book: CdrBook) -> dict[str, Any]:
    """Write a CDR's book; ``at`` is added by whoever writes it."""
    refusal = book.refusal
    return {
        "owner": book.owner.key,
        "folded": book.id.casefold(),
        "id": book.id,
        "session_id": book.session_id,
        "lane": book.lane,
        "document": book.document,
        "total": book.total,
        "state": book.state.value,
        "reason": refusal.reason.value if refusal else "",
        "detail": refusal.detail if refusal else "",
        "missing": refusal.missing if refusal else 0,
        "body": book.body,
    }


def cdr_of(row: Row[Any]) -> CdrBook:
    """Read a CDR's book."""
    refusal = Refusal(Reason(row.reason), row.detail, row.missing) if row.reason else None
    return CdrBook(
        party_of_codes(row.owner),
        row.id,
        row.session_id,
        row.lane,
        row.document,
        row.total,
        CdrState(row.state),
        refusal,
        row.body,
    )
