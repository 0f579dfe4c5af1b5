"""After the chain has settled: which CDRs a transaction paid, for the books of both sides.

The amounts are those of the leaves between two claimed totals, so they add up to what the transaction moved.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ocn.settlement.core.evidence import Entry, Kind
from ocn.settlement.core.lane import Lane

_LONGEST_REFERENCE = 39
_SHORTEST_HASH = 16


@dataclass(frozen=True, slots=True)
class Settlement:
    """One transaction that moved a lane's claimed total."""

    transaction: str
    block: int
    claimed_before: int
    claimed_after: int
    evidence: bytes = b""
    """That of the voucher which was cashed, as the contract's event tells it."""

    @property
    def amount(self) -> int:
        """What it moved."""
        return self.claimed_after - self.claimed_before


@dataclass(frozen=True, slots=True)
class Booking:
    """What a settlement was for. ``sessions`` has units by session.

    ``cdrs`` are the payee's that were closed within it, ``credits`` the credit CDRs of the payer's.
    """

    lane: Lane
    settlement: Settlement
    through: int
    """The number of the last voucher in it; the next booking goes on from there."""
    sessions: tuple[tuple[str, int], ...]
    cdrs: tuple[str, ...]
    unassigned: int
    """What the transaction moved beyond these vouchers; below zero, less: a voucher was cashed in parts."""
    credits: tuple[str, ...] = ()

    @property
    def invoice_id(self) -> str:
        """The transaction, named so that any explorer finds it."""
        return f"eip155:{self.lane.chain_id}:{self.settlement.transaction}"

    @property
    def invoice_reference_id(self) -> str:
        """The same for a CDR, which has 39 characters for it: chain id and as much of the hash as fits."""
        chain = f"{self.lane.chain_id}:"
        room = max(_LONGEST_REFERENCE - len(chain), _SHORTEST_HASH)
        return (chain + self.settlement.transaction.removeprefix("0x")[:room])[:_LONGEST_REFERENCE]


def book(lane: Lane, settlement: Settlement, entries: Iterable[Entry], *, through: int = 0) -> Booking:
    """Return what was paid. ``entries`` are the lane's in order, from the one after the booking before.

    The cashed voucher is the last that belongs here, though later ones may stand at the same total.
    """
    sessions: dict[str, int] = {}
    cdrs: dict[str, None] = {}
    credited: dict[str, None] = {}
    rest = settlement.amount
    for entry in entries:
        if entry.cumulative > settlement.claimed_after:
            break
        through = entry.number
        for leaf in entry.leaves:
            sessions[leaf.session_id] = sessions.get(leaf.session_id, 0) + leaf.amount
            rest -= leaf.amount
            if leaf.kind is Kind.CDR:
                cdrs[leaf.id] = None
            elif leaf.ends:  # else it gives back what ticks have cost more than their CDR
                credited[leaf.id] = None
        if entry.evidence == settlement.evidence:
            break
    return Booking(lane, settlement, through, tuple(sessions.items()), tuple(cdrs), rest, tuple(credited))
