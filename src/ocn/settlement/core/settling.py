"""When signed promises become money on chain: at a threshold, on schedule, or when a reserve is leaving."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from ocn.settlement.core.lane import MOST_UNITS, NEVER_USED, LaneState


@dataclass(frozen=True, slots=True)
class SettlePolicy:
    """When a payee goes to the chain. Gas is paid per claim, however many sessions it is for."""

    threshold: int
    """At so many units owed."""
    every: timedelta = timedelta(days=1)
    least: int = 1
    """On schedule only if at least so much is owed."""
    share: int = 80
    """At so many per cent of what is secured and granted."""


ONLY_IN_TIME = SettlePolicy(threshold=MOST_UNITS, every=timedelta(days=36_500), share=2**120)
"""Nothing but what would be lost otherwise: a reserve that leaves, a key that was removed."""


class Settling(Enum):
    """What to send."""

    CLAIM = auto()
    NET = auto()


@dataclass(frozen=True, slots=True)
class Standing:
    """Both lanes of a pair at one moment: what is signed on each, and what the chain says."""

    signed: int
    there: LaneState
    signed_back: int = 0
    back: LaneState = NEVER_USED
    key_removed: bool = False
    """The payer has removed the key of the newest voucher there: it reaches the reserve, for a while."""
    key_removed_back: bool = False
    """The payee has removed that of the newest voucher back."""

    @property
    def owed(self) -> int:
        """Signed and not claimed on the lane there."""
        return max(self.signed - self.there.claimed, 0)

    @property
    def owed_back(self) -> int:
        """The same on the lane back."""
        return max(self.signed_back - self.back.claimed, 0)

    @property
    def promised_back(self) -> int:
        """What is owed on the lane back and secured by nothing: no reserve, no set-off on chain.

        Vouchers there may be claimed at any time, and the money withdrawn, unless set-off keeps it.
        """
        if self.key_removed_back:
            return self.owed_back
        leaving = self.back.exit.amount if self.back.exit else 0
        secured = max(self.back.reserve - leaving, 0) + (self.owed if self.there.set_off else 0)
        return max(self.owed_back - secured, 0)

    @property
    def net(self) -> int:
        """What is owed there less what is owed back, if the payer cannot take that away on chain."""
        return self.owed - (self.owed_back if self.back.set_off else 0)


def settle_now(
    policy: SettlePolicy,
    standing: Standing,
    *,
    set_off: bool,
    granted: int,
    since: timedelta,
    warned: bool = False,
) -> tuple[Settling, str] | None:
    """Return what to send and why, or None.

    ``since`` is the time since the last settlement. ``warned``: what was owed when the reserve was about to
    leave is claimed, and there is time; else it could have the payee claim every tick.
    """
    owed, nets = standing.owed, set_off and standing.owed_back > 0 and not standing.key_removed
    money = min(owed, standing.there.reserve + standing.there.free)
    if owed <= 0 or not (nets or money >= min(owed, max(policy.least, 1))):
        return None  # a claim would cost gas and bring nothing
    why = ""
    limit = standing.there.reserve + granted
    if standing.there.exit is not None and not warned:
        why = "the payer takes its reserve back"
    elif standing.key_removed:
        why = "the payer has removed the key of its vouchers"
    elif owed >= policy.threshold:
        why = "the threshold is reached"
    elif limit and owed * 100 >= limit * policy.share:
        why = f"{policy.share} % of what is secured and granted is used"
    elif since >= policy.every and owed >= policy.least:
        why = "it is time"
    if not why:
        return None
    return (Settling.NET if nets else Settling.CLAIM), why
