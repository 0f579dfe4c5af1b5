"""All balances, rebuilt from the contract's events and nothing else, as an index has to."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from contracts.tests.contract import Event

Key = tuple[str, str, str]
"""Payer, payee, token."""
Values = dict[str, Any]


@dataclass
class Line:
    """What the books know of one lane."""

    claimed: int = 0
    reserved: int = 0
    exit: int = 0
    ready_at: int = 0
    held: int = 0
    disputed: int = 0
    setoff: bool = False
    leaves_at: int = 0
    window: int = 0

    def take(self, amount: int) -> None:
        self.reserved -= amount
        self.exit = max(self.exit - amount, 0)
        self.ready_at = self.ready_at if self.exit else 0


@dataclass
class Books:
    free: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))  # party, token
    lanes: dict[Key, Line] = field(default_factory=lambda: defaultdict(Line))
    keys: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)  # rights, retires at

    def read(self, events: list[Event]) -> None:
        for name, values in events:
            getattr(self, re.sub("(?=[A-Z])", "_", name).lower())(values)

    def _deposited(self, e: Values) -> None:
        self.free[e["party"], e["token"]] += e["amount"]

    def _withdrawn(self, e: Values) -> None:
        self.free[e["party"], e["token"]] -= e["amount"]

    def _reserved(self, e: Values) -> None:
        self.free[e["payer"], e["token"]] -= e["amount"]
        self._line(e).reserved += e["amount"]

    def _release_requested(self, e: Values) -> None:
        line = self._line(e)
        line.exit, line.ready_at = e["amount"], e["readyAt"] if e["amount"] else 0

    def _released(self, e: Values) -> None:
        self._line(e).take(e["amount"])
        self.free[e["payer"], e["token"]] += e["amount"]

    _reserve_returned = _released

    def _claimed(self, e: Values) -> None:
        line = self._line(e)
        paid, line.claimed = e["claimed"] - line.claimed, e["claimed"]
        line.take(paid - e["fromFree"])
        self.free[e["payer"], e["token"]] -= e["fromFree"]
        if line.window:
            line.held += paid
        else:
            self._income(e, paid)

    def _netted(self, e: Values) -> None:
        self.lanes[e["a"], e["b"], e["token"]].claimed += e["offset"]
        self.lanes[e["b"], e["a"], e["token"]].claimed += e["offset"]

    def _setoff_enabled(self, e: Values) -> None:
        line = self.lanes[e["peer"], e["payee"], e["token"]]
        line.setoff, line.leaves_at = True, 0

    def _setoff_leaving(self, e: Values) -> None:
        self.lanes[e["peer"], e["payee"], e["token"]].leaves_at = e["leavesAt"]

    def _setoff_left(self, e: Values) -> None:
        line = self.lanes[e["peer"], e["payee"], e["token"]]
        line.setoff, line.leaves_at = False, 0

    def _signer_changed(self, e: Values) -> None:
        self.keys[e["party"], e["key"]] = e["rights"], e["retiresAt"]

    def _hold_back_agreed(self, e: Values) -> None:
        self._line(e).window = e["window"]

    def _collected(self, e: Values) -> None:
        self._line(e).held -= e["amount"]
        self._income(e, e["amount"])

    def _disputed(self, e: Values) -> None:
        self._line(e).held -= e["amount"]
        self._line(e).disputed += e["amount"]

    def _resolved(self, e: Values) -> None:
        self._line(e).disputed -= e["toPayer"] + e["toPayee"]
        self.free[e["payer"], e["token"]] += e["toPayer"]
        self._income(e, e["toPayee"])

    def _line(self, e: Values) -> Line:
        return self.lanes[e["payer"], e["payee"], e["token"]]

    def _income(self, e: Values, amount: int) -> None:
        if self._line(e).setoff:
            self.lanes[e["payee"], e["payer"], e["token"]].reserved += amount
        else:
            self.free[e["payee"], e["token"]] += amount
