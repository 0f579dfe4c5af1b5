"""A voucher that a contract wallet answers for itself (ERC-1271), instead of a key that it has listed.

Only the chain can say whether it is good, and only for now: the wallet may say another thing in the next
block. So it secures nothing, and no payee takes it for energy; it is for whoever holds one and has it cashed.
"""

from dataclasses import dataclass, field

from ocn.settlement.core.lane import Lane
from ocn.settlement.core.typed_data import voucher_digest
from ocn.settlement.core.vouchers import require_units
from ocn.settlement.errors import VoucherInvalid

LONGEST_SIGNATURE = 2048
"""What the contract passes on to a wallet."""


@dataclass(frozen=True, slots=True)
class WalletVoucher:
    """As :class:`SignedVoucher`, but for ``signature``: whatever the wallet wants to be shown, or nothing."""

    lane: Lane
    cumulative: int
    evidence: bytes
    signature: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what the contract would not take."""
        require_units(self.cumulative)
        if len(self.evidence) != 32 or len(self.signature) > LONGEST_SIGNATURE:
            raise VoucherInvalid(
                "a wallet's voucher has 32 bytes of evidence and a signature of at most"
                f" {LONGEST_SIGNATURE} bytes"
            )

    @property
    def digest(self) -> bytes:
        """What the wallet is asked about."""
        return voucher_digest(self.lane, self.cumulative, self.evidence)
