"""A row of vouchers that a lane is shown: how many of them are good, and which key stands for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ocn.settlement.core.evidence import Entry, Head
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.opening import Opened, continued
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.errors import SettlementError, VoucherInvalid, VoucherStale

_DIGEST = 32


class Proven:
    """The evidence of vouchers, one after the other, that one of today's key is known to continue."""

    def __init__(self, first: int, evidence: bytes = b"") -> None:
        """Begin with the voucher of a number."""
        self._first = first
        self._evidence = bytearray(evidence)

    def __len__(self) -> int:
        return len(self._evidence) // _DIGEST

    def add(self, evidence: bytes) -> None:
        """Add the next one's."""
        self._evidence += evidence

    def up_to(self, number: int) -> "Proven":
        """Return those up to a number."""
        end = max(number - self._first + 1, 0) * _DIGEST
        return Proven(self._first, bytes(self._evidence[:end]))

    def has(self, number: int, evidence: bytes) -> bool:
        """Whether it is one of them."""
        place = (number - self._first) * _DIGEST
        return 0 <= place < len(self._evidence) and self._evidence[place : place + _DIGEST] == evidence


NOTHING_PROVEN: Final = Proven(1)


@dataclass(frozen=True, slots=True)
class Read:
    """The vouchers that may be kept, each with its signature, and what was wrong with those after them."""

    good: Sequence[tuple[Entry, bytes]]
    error: SettlementError | None


@dataclass(frozen=True, slots=True)
class Keys:
    """Whose vouchers count on a lane: those of ``today`` by themselves, ``known`` ones below such a one.

    A voucher commits to all before it. A key that was removed may have been stolen, so what it signed is
    history only where a voucher of today's key goes on from it.
    """

    today: frozenset[str]
    known: frozenset[str]

    def read(self, lane: Lane, head: Head, shown: Sequence[Opened], proven: Proven) -> Read:
        """Return what continues a lane; vouchers that are older than its head are passed over."""
        found: list[tuple[Entry, bytes]] = []
        good, error = 0, None
        for opened in shown:
            try:
                entry = continued(lane, head, opened, sorted(self.known))
            except VoucherStale:
                continue
            except SettlementError as wrong:
                error = wrong
                break
            found.append((entry, opened.signature))
            head = entry.head
            if self.stand_for(opened.voucher(lane)) or proven.has(opened.number, opened.evidence):
                good = len(found)
        if error is None and good < len(found):
            error = VoucherInvalid(
                f"voucher {head.number} of {lane} is signed by a key that does not count any more",
                hint="Vouchers of before are taken below one of today's key: recover them all at once.",
            )
        return Read(found[:good], error)

    def stand_for(self, voucher: SignedVoucher) -> bool:
        """Whether a voucher that one of the known keys has signed counts by itself."""
        return self.known == self.today or voucher.signer in self.today
