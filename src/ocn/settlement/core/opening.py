"""Vouchers as they travel: with what they open, checked against the lane that they continue."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ocn.settlement.core.evidence import ZERO_HASH, Entry, Head, Leaf, extend
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.errors import EvidenceInvalid, VoucherGap, VoucherInvalid, VoucherStale


@dataclass(frozen=True, slots=True)
class Shown:
    """The last voucher that a side holds of a lane, closed. It tells how far that side knows the lane."""

    number: int
    cumulative: int
    evidence: bytes
    signature: bytes = field(repr=False)

    @property
    def head(self) -> Head:
        """The lane as that side knows it."""
        return Head(self.number, self.cumulative, self.evidence)

    def voucher(self, lane: Lane) -> SignedVoucher:
        """Return what the contract takes."""
        return SignedVoucher(lane, self.cumulative, self.evidence, self.signature)


@dataclass(frozen=True, slots=True)
class Opened:
    """A voucher with the leaves under it, so that whoever gets it can check all that it commits to."""

    number: int
    cumulative: int
    previous: bytes
    evidence: bytes
    signature: bytes = field(repr=False)
    seed: bytes = field(repr=False)
    leaves: tuple[Leaf, ...] = field(repr=False)

    def voucher(self, lane: Lane) -> SignedVoucher:
        """Return what the contract takes."""
        return SignedVoucher(lane, self.cumulative, self.evidence, self.signature)


def continued(lane: Lane, head: Head, opened: Opened, signers: Sequence[str]) -> Entry:
    """Return the entry that a voucher adds to a lane.

    The first voucher of a lane may start above 0: two parties that have both lost everything go on from what
    the chain has paid.

    Raises:
        VoucherStale, VoucherGap: it is older than the head, or does not follow it.
        VoucherInvalid: signed by another, or another voucher than the one held under its number.
        EvidenceInvalid: its leaves are not those it commits to, or do not add up.
    """
    opened.voucher(lane).require_signer(*signers)
    if opened.number <= head.number:
        if opened.number == head.number and opened.evidence != head.evidence:
            raise VoucherInvalid(f"two different vouchers number {head.number} are signed on {lane}")
        raise VoucherStale(f"voucher {opened.number} of {lane} is older than the one held")
    if opened.number != head.number + 1 or opened.previous != head.evidence:
        raise VoucherGap(f"voucher {opened.number} does not follow voucher {head.number} of {lane}")
    before = opened.cumulative - sum(leaf.amount for leaf in opened.leaves)
    starts_higher = head.number == 0 and head.evidence == ZERO_HASH and before >= head.cumulative
    if before != head.cumulative and not starts_higher:
        raise EvidenceInvalid(f"the leaves of voucher {opened.number} do not add up to its amount")
    entry = extend(Head(head.number, before, head.evidence), opened.leaves, opened.seed)
    if entry.evidence != opened.evidence:
        raise EvidenceInvalid(f"voucher {opened.number} commits to other leaves than were shown")
    return entry
