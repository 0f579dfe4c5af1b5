"""Money as people and as programs read it: whole units, never rounded."""

from datetime import UTC, datetime
from typing import Any, Final

from ocn.chain.values import Receipt
from ocn.cli.output import receipt_json, show_one
from ocn.ocpi.timestamps import format_datetime
from ocn.settlement.core.amounts import shown
from ocn.settlement.lanes.records import LaneRecord
from ocn.settlement.lanes.tokens import Token

_LAST: Final = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


def lane_row(direction: str, counterparty: str, token: Token, lane: LaneRecord, free: int) -> dict[str, Any]:
    """Return one direction between two parties, with what its payee can count on now.

    ``free`` is the payer's free money, which backs all its lanes.
    """

    def amount(units: int) -> str:
        return shown(units, token.decimals)

    return {
        "direction": direction,
        "counterparty": counterparty,
        "token": token.symbol,
        "claimable": amount(lane.reserved + free),
        "reserved": amount(lane.reserved),
        "free": amount(free),
        "claimed": amount(lane.claimed),
        "leaving": amount(lane.exit),
        "leaves_at": moment(lane.exit_ready_at),
        "held_back": amount(lane.held + lane.disputed),
        "setoff": lane.setoff,
    }


def moment(seconds: int) -> str | None:
    """Return a time of the chain as OCPI writes it; None for 0, which is none."""
    return format_datetime(datetime.fromtimestamp(min(seconds, _LAST), UTC)) if seconds else None


def show_outcome(fields: dict[str, Any], receipts: list[Receipt], *, as_json: bool) -> None:
    """Print what holds after a change, and the transactions that made it."""
    sent: list[Any] = [receipt_json(one) if as_json else one.transaction for one in receipts]
    show_one({**fields, "transactions": sent}, lambda outcome: outcome, as_json=as_json, missing="")
