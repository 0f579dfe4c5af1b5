"""The payee's decisions: may a session start, is it time to ask, does the car go on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from ocn.settlement.core.reasons import Refusal
from ocn.settlement.core.terms import Terms


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one lane stands at for its payee, with the lane back taken into account where the terms say so."""

    owed: int
    """Signed and not claimed; negative when the way back owes more."""
    secured: int
    """Reserved for this payee."""
    granted: int
    """What the payee grants beyond that."""
    worthless: str = ""
    """Why another voucher would be worth nothing on chain; empty where it is worth what it says."""

    @property
    def is_within(self) -> bool:
        """Whether deliveries may go on."""
        return not self.worthless and self.owed <= self.secured + self.granted

    def missing(self, wanted_reserve: int) -> int:
        """Return by how much the reserve is too low for one more session; 0 when it is not."""
        least = 1 if self.worthless else 0
        return max(wanted_reserve - self.secured, self.owed - self.secured - self.granted, least)


class Command(Enum):
    """What the charge point is told."""

    HOLD = auto()
    """Give no energy, keep the session."""
    RESUME = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A running session at its CPO. Amounts in units, energy in Wh, all counted from its start."""

    session_id: str
    total: int
    wh: int
    covered: int = 0
    """Units that vouchers cover."""
    covered_wh: int = 0
    covered_at: datetime | None = None
    """When the last voucher came, or the session began."""
    asked_at: datetime | None = None
    """Since when a voucher is waited for."""
    asked_total: int = 0
    asked_wh: int = 0
    """What was asked for when it was last asked."""
    tried_at: datetime | None = None
    """When that was, until the voucher comes."""
    refused: Refusal | None = None
    held: bool = False
    stopped: bool = False

    @property
    def open_units(self) -> int:
        """Delivered and not covered."""
        return max(self.total - self.covered, 0)

    @property
    def open_wh(self) -> int:
        """Delivered and not covered. Energy that has cost nothing is not open."""
        return max(self.wh - self.covered_wh, 0) if self.open_units else 0

    def grown(self, total: int, wh: int) -> "Delivery":
        """Return the delivery as it stands now: energy that costs nothing more is paid for already.

        So it is where a session is sold by time or as a whole, in blocks of energy, or is free.
        """
        covered_wh = max(self.covered_wh, wh) if total <= self.covered else self.covered_wh
        return replace(self, total=total, wh=wh, covered_wh=covered_wh)

    def asked(self, now: datetime) -> "Delivery":
        """Return the delivery with a request on its way."""
        since = min(self.asked_at or now, now)  # the clock may be put back
        return replace(self, asked_at=since, asked_total=self.total, asked_wh=self.wh, tried_at=now)

    def paid(self, settled: int, now: datetime) -> "Delivery":
        """Return the delivery once vouchers cover so much. Less than was asked for covers no energy."""
        if settled < self.asked_total:
            return replace(self, covered=settled)
        return replace(
            self,
            covered=settled,
            covered_wh=max(self.covered_wh, self.asked_wh),
            covered_at=now,
            asked_at=None,
            tried_at=None,
            refused=None,
        )

    def told(self, command: Command) -> "Delivery":
        """Return the delivery once the charge point does it."""
        stopped = self.stopped or command is Command.STOP
        return replace(self, held=command is not Command.RESUME, stopped=stopped)


def may_ask(terms: Terms, delivery: Delivery, now: datetime) -> bool:
    """Whether there is something to ask for, and not too soon after the last try."""
    disagreed = delivery.refused is not None and not delivery.refused.reason.may_pass
    if delivery.open_units < max(terms.floor, 1) or delivery.stopped or disagreed:
        return False
    pause = timedelta(seconds=min(terms.tick.s, terms.grace_s / 3))
    return delivery.tried_at is None or abs(now - delivery.tried_at) >= pause


def is_due(terms: Terms, delivery: Delivery, now: datetime) -> bool:
    """Whether it is time to ask: half a tick of energy is open, or a whole tick of time has passed."""
    if not may_ask(terms, delivery, now):
        return False
    since = delivery.covered_at or now
    return half_is_open(terms, delivery) or abs(now - since) >= timedelta(seconds=terms.tick.s)


def half_is_open(terms: Terms, delivery: Delivery) -> bool:
    """Whether so much energy is open that it is time to ask."""
    return 2 * _open_wh(terms, delivery) >= terms.tick.wh


def _open_wh(terms: Terms, delivery: Delivery) -> int:
    """Energy that has cost less than may be asked for is not open yet."""
    return delivery.open_wh if delivery.open_units >= terms.floor else 0


def next_command(terms: Terms, delivery: Delivery, exposure: Exposure, now: datetime) -> Command | None:
    """Return what to tell the charge point; None when it goes on as it does.

    A disagreement ends the session at once, silence after twice the grace time; in between, and whenever a
    whole tick is open or the lane is used up, no energy flows.
    """
    if delivery.stopped:
        return None
    waited = now - delivery.asked_at if delivery.asked_at is not None else timedelta(0)
    grace = timedelta(seconds=terms.grace_s)
    disagreed = delivery.refused is not None and not delivery.refused.reason.may_pass
    if disagreed or waited >= 2 * grace:
        return Command.STOP
    holds = waited >= grace or _open_wh(terms, delivery) >= terms.tick.wh or not exposure.is_within
    if holds != delivery.held:
        return Command.HOLD if holds else Command.RESUME
    return None


def why(terms: Terms, delivery: Delivery, exposure: Exposure, now: datetime) -> str:
    """Say in a sentence why a session is held or stopped."""
    if delivery.refused is not None and not delivery.refused.reason.may_pass:
        return f"{delivery.refused.reason}: {delivery.refused.detail}"
    if exposure.worthless:
        return exposure.worthless
    if not exposure.is_within:
        return f"{terms.said(exposure.owed)} is owed, more than the reserve and the credit granted"
    if _open_wh(terms, delivery) >= terms.tick.wh:
        return f"{delivery.open_wh} Wh are not paid for; {terms.tick.wh} Wh may be"
    waited = (now - delivery.asked_at).total_seconds() if delivery.asked_at is not None else 0
    reason = f" ({delivery.refused.detail})" if delivery.refused is not None else ""
    return f"no voucher for {waited:.0f} s{reason}"
