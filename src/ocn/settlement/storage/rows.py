"""From rows to values and back."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Row

from ocn.ocpi.party_id import PartyId, known_party
from ocn.settlement.core.booking import Booking, Settlement
from ocn.settlement.core.books import CdrBook, CdrState, SessionBook
from ocn.settlement.core.evidence import Entry, Kind, Leaf
from ocn.settlement.core.invoices import InvoiceRecord, InvoiceState
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms_text import read_terms, terms_bytes
from ocn.settlement.records import Case, Outcome, Recorded

_LEAVES = msgspec.msgpack.Decoder(list[tuple[int, str, str, str, str, int, bytes, bytes, str]])


def known_key(party: str) -> PartyId:
    """Read a party from its five characters."""
    return known_party(party[:2], party[2:])


def voucher_values(recorded: Recorded) -> dict[str, Any]:
    """Write a voucher; its leaves as one value."""
    entry = recorded.entry
    return {
        "lane": recorded.lane.key,
        "number": entry.number,
        "cumulative": entry.cumulative,
        "previous": entry.previous,
        "root": entry.root,
        "evidence": entry.evidence,
        "seed": entry.seed,
        "leaves": _leaves_bytes(entry.leaves),
        "signature": recorded.signature,
        "at": recorded.at,
    }


def recorded_of(row: Row[Any], lane: Lane) -> Recorded:
    """Read a voucher."""
    entry = Entry(
        row.number,
        row.cumulative,
        row.previous,
        row.seed,
        _leaves_of(row.leaves),
        row.root,
        row.evidence,
    )
    return Recorded(lane, entry, row.signature, row.at)


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
        known_key(row.owner),
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
        known_key(row.owner),
        row.id,
        row.session_id,
        row.lane,
        row.document,
        row.total,
        CdrState(row.state),
        refusal,
        row.body,
    )


def case_values(case: Case) -> dict[str, Any]:
    """Write a case."""
    return {
        "own": case.own,
        "own_key": case.own.key,
        "id": case.id,
        "peer": case.peer,
        "owner": case.owner.key,
        "session_folded": case.session_id.casefold(),
        "session_id": case.session_id,
        "cdr_id": case.cdr_id,
        "reason": case.reason.value,
        "detail": case.detail,
        "opened_at": case.opened_at,
        "evidence": case.evidence,
        "evidence_hash": case.evidence_hash,
        "closed_at": case.closed_at,
        "outcome": case.outcome.value if case.outcome else None,
        "note": case.note,
    }


def case_of(row: Row[Any]) -> Case:
    """Read a case."""
    return Case(
        row.id,
        row.own,
        row.peer,
        known_key(row.owner),
        row.session_id,
        row.cdr_id,
        Reason(row.reason),
        row.detail,
        row.opened_at,
        row.evidence,
        row.evidence_hash,
        row.closed_at,
        Outcome(row.outcome) if row.outcome else None,
        row.note,
    )


def terms_values(signed: SignedTerms) -> dict[str, Any]:
    """Write terms."""
    return {
        "payer": signed.terms.payer.party.key,
        "payee": signed.terms.payee.party.key,
        "number": signed.terms.number,
        "document": terms_bytes(signed.terms),
        "payer_signature": signed.payer_signature,
        "payee_signature": signed.payee_signature,
        "payer_vault_signature": signed.payer_vault_signature or None,
        "payee_vault_signature": signed.payee_vault_signature or None,
    }


def terms_of(row: Row[Any]) -> SignedTerms:
    """Read terms."""
    return SignedTerms(
        read_terms(msgspec.json.decode(row.document)),
        row.payer_signature,
        row.payee_signature,
        row.payer_vault_signature or b"",
        row.payee_vault_signature or b"",
    )


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


def folded(ids: Collection[str]) -> dict[str, str]:
    """Map ids in lower case to the ids as they were asked for."""
    return {each.casefold(): each for each in ids}


def _leaves_bytes(leaves: tuple[Leaf, ...]) -> bytes:
    rows = [
        (
            int(leaf.kind),
            leaf.owner.key,
            leaf.session_id,
            "" if leaf.id == leaf.session_id else leaf.id,
            str(leaf.amount),
            leaf.wh,
            leaf.document,
            leaf.signed,
            leaf.ends,
        )
        for leaf in leaves
    ]
    return msgspec.msgpack.encode(rows)


def _leaves_of(data: bytes) -> tuple[Leaf, ...]:
    return tuple(
        Leaf(Kind(kind), known_key(owner), session_id, id_ or session_id, int(amount), wh, *rest)  # type: ignore[arg-type]  # hashes and what it ends
        for kind, owner, session_id, id_, amount, wh, *rest in _LEAVES.decode(data)
    )
