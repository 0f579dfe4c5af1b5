"""Cases: what was not paid, and why."""

from typing import Any

from sqlalchemy import Row

from ocn.ocpi.party_id import party_of_codes
from ocn.settlement.core.reasons import Reason
from ocn.settlement.records import Case, Outcome


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
        party_of_codes(row.owner),
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
