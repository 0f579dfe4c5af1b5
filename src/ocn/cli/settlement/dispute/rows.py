"""Disputes as people and as programs read them."""

from typing import TYPE_CHECKING, Any

from ocn.cli.settlement.output import moment
from ocn.settlement.core.amounts import shown

if TYPE_CHECKING:
    from ocn.settlement.core.disputing import Dispute
    from ocn.settlement.lanes.tokens import Token
    from ocn.settlement.service.proving import Found


def dispute_row(dispute: "Dispute", arbiter: str, token: "Token", now: int) -> dict[str, Any]:
    """Return everything that the chain says of a dispute. ``arbiter`` is the lane's of today, or nobody."""
    lane = dispute.lane
    return {
        "leaf": "0x" + dispute.leaf.hex(),
        "state": dispute.standing(now).value,
        "amount": shown(dispute.amount, token.decimals),
        "token": token.symbol,
        "deadline": moment(dispute.deadline),
        "payer": lane.payer,
        "payee": lane.payee,
        "arbiter": arbiter,
        "evidence": "0x" + dispute.evidence.hex(),
        "to_payer": shown(dispute.to_payer, token.decimals) if dispute.resolved_in else None,
        "to_payee": shown(dispute.to_payee, token.decimals) if dispute.resolved_in else None,
        "opened_in": dispute.opened_in,
        "resolved_in": dispute.resolved_in or None,
    }


def dispute_summary(dispute: "Dispute", arbiter: str, token: "Token", now: int) -> dict[str, Any]:
    """Return what fits a line: hashes and addresses by their beginning, which commands take as well."""
    whole = dispute_row(dispute, arbiter, token, now)
    ended = f"{whole['to_payer']} / {whole['to_payee']}" if dispute.resolved_in else ""
    return {
        "leaf": whole["leaf"][:14],
        "state": whole["state"],
        "amount": f"{whole['amount']} {token.symbol}",
        "deadline": whole["deadline"],
        "payer": _short(whole["payer"]),
        "payee": _short(whole["payee"]),
        "arbiter": _short(arbiter),
        "evidence": whole["evidence"][:14],
        "payer / payee got": ended,
    }


def about(found: "Found | None") -> dict[str, Any]:
    """Return which session a dispute is about, as the party's own log says."""
    if found is None:
        return {"session": None, "cdr": None, "voucher": None}
    leaf = found.leaf
    ticks = leaf.id == leaf.session_id
    return {
        "session": leaf.session_id,
        "cdr": None if ticks else leaf.id,
        "voucher": found.entry.number,
    }


def _short(address: str) -> str:
    return f"{address[:6]}..{address[-4:]}" if address else "none"
