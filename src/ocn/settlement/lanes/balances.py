"""Balances while events change them. Money moves between its places and never appears or vanishes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from ocn.chain.errors import BadLog
from ocn.settlement.lanes.records import (
    NO_LANE,
    DisputeRecord,
    FreeRecord,
    Key,
    LaneRecord,
    Record,
    SignerRecord,
    dispute_key,
    free_key,
    lane_key,
    signer_key,
)

_HINT: Final = "The index has to begin at or below the block in which the contract was deployed."


class Balances:
    """Starts from what was before, and remembers what was touched since :meth:`touched` was last asked."""

    def __init__(self, before: Callable[[Key], Record | None]) -> None:
        self._before = before
        self._now: dict[Key, Record | None] = {}
        self._touched: dict[Key, None] = {}

    def touched(self) -> list[tuple[Key, Record | None]]:
        """Return the records that changed, each once, as they are now."""
        found = [(key, self._now[key]) for key in self._touched]
        self._touched.clear()
        return found

    def add_free(self, token: str, party: str, amount: int) -> None:
        """Add to a party's free money, or take from it.

        Raises:
            BadLog: more is taken than there is.
        """
        if amount == 0:
            return
        key = free_key(token, party)
        record = self._record(key)
        left = (record.amount if isinstance(record, FreeRecord) else 0) + amount
        self._put(key, FreeRecord(_not_below_zero(left)) if left else None)

    def lane(self, payer: str, payee: str, token: str) -> LaneRecord:
        """Return a lane."""
        record = self._record(lane_key(payer, payee, token))
        return record if isinstance(record, LaneRecord) else NO_LANE

    def change(self, payer: str, payee: str, token: str, **members: Any) -> None:
        """Give members of a lane other values.

        Raises:
            BadLog: an amount below zero.
        """
        record = replace(self.lane(payer, payee, token), **members)
        for amount in (record.claimed, record.reserved, record.exit, record.held, record.disputed):
            _not_below_zero(amount)
        self._put(lane_key(payer, payee, token), record if record != NO_LANE else None)

    def take_reserve(self, payer: str, payee: str, token: str, amount: int, **members: Any) -> None:
        """Take from a reserve, of the announced part first, and change other members with it."""
        lane = self.lane(payer, payee, token)
        left = max(lane.exit - _not_below_zero(amount), 0)
        self.change(
            payer,
            payee,
            token,
            reserved=lane.reserved - amount,
            exit=left,
            exit_ready_at=lane.exit_ready_at if left else 0,
            **members,
        )

    def income(self, payer: str, payee: str, token: str, amount: int) -> None:
        """Give the payee what a lane pays it: its reserve for the payer where set-off holds, else free."""
        if amount and self.lane(payer, payee, token).setoff:
            self.change(payee, payer, token, reserved=self.lane(payee, payer, token).reserved + amount)
        else:
            self.add_free(token, payee, amount)

    def set_signer(self, party: str, key: str, rights: int, retires_at: int) -> None:
        """Note a hot key."""
        record = SignerRecord(rights, retires_at)
        self._put(signer_key(party, key), record if rights or retires_at else None)

    def open_dispute(self, lane: tuple[str, str, str], leaf: str, dispute: DisputeRecord) -> None:
        """Note what was frozen."""
        self._put(dispute_key(*lane, leaf), dispute)

    def end_dispute(
        self, lane: tuple[str, str, str], leaf: str, *, to_payer: int, to_payee: int, transaction: str
    ) -> None:
        """Note who got it.

        Raises:
            BadLog: nothing of it is known.
        """
        key = dispute_key(*lane, leaf)
        record = self._record(key)
        if not isinstance(record, DisputeRecord):
            raise BadLog("a dispute ends that was never opened", hint=_HINT)
        ended = replace(record, to_payer=to_payer, to_payee=to_payee, resolved_in=transaction)
        self._put(key, ended)

    def _record(self, key: Key) -> Record | None:
        if key not in self._now:
            self._now[key] = self._before(key)
        return self._now[key]

    def _put(self, key: Key, record: Record | None) -> None:
        self._now[key] = record
        self._touched[key] = None


def _not_below_zero(amount: int) -> int:
    if amount < 0:
        raise BadLog("an event takes more than the events before it have left", hint=_HINT)
    return amount
