"""A voucher: the payer's word for all it owes on one lane so far, which anybody may cash for the payee.

The counter is the nonce: a newer voucher replaces all before it, so replay and reordering do nothing. Signed
by a key (``r || vs``, EIP-2098): the vault's own, or a hot key that the contract lists for it, as every vault
that is a contract has.
"""

from dataclasses import dataclass, field

from ocn.settlement.core.lane import MOST_UNITS, Lane
from ocn.settlement.core.typed_data import voucher_digest
from ocn.settlement.errors import VoucherInvalid
from ocn.signing.addresses import same_address
from ocn.signing.errors import SignatureInvalid
from ocn.signing.keys import PrivateKey, recover_address

_S_BITS = 2**255 - 1


@dataclass(frozen=True, slots=True)
class SignedVoucher:
    """``cumulative`` in the token's smallest unit; ``evidence`` commits to all the lane ever paid for."""

    lane: Lane
    cumulative: int
    evidence: bytes
    signature: bytes = field(repr=False)
    """64 bytes, EIP-2098."""

    def __post_init__(self) -> None:
        """Refuse what no contract would take."""
        require_units(self.cumulative)
        if len(self.evidence) != 32 or len(self.signature) != 64:
            raise VoucherInvalid("a voucher has 32 bytes of evidence and a signature of 64 bytes")

    @property
    def digest(self) -> bytes:
        """What was signed."""
        return voucher_digest(self.lane, self.cumulative, self.evidence)

    @property
    def signer(self) -> str:
        """Whose key signed, in EIP-55 case.

        Raises:
            VoucherInvalid: no key can have.
        """
        return signer_of(self.digest, self.signature)

    def require_signer(self, *signers: str) -> None:
        """Accept these keys only.

        Raises:
            VoucherInvalid: it is another's, or this is another voucher than was signed.
        """
        if not any(same_address(self.signer, each) for each in signers):
            raise VoucherInvalid(
                f"this voucher is signed by {self.signer}, not by {' or '.join(signers)}",
                hint="So looks a stranger's, and one for another chain, contract, token or vault.",
            )


def sign_voucher(key: PrivateKey, lane: Lane, cumulative: int, evidence: bytes) -> SignedVoucher:
    """Sign. Equal input gives equal bytes, so signing again after a crash is not signing something else."""
    require_units(cumulative)
    signature = compact(key.sign_digest(voucher_digest(lane, cumulative, evidence)))
    return SignedVoucher(lane, cumulative, evidence, signature)


def require_units(cumulative: int) -> None:
    """Refuse an amount that no contract would take."""
    if not 0 <= cumulative <= MOST_UNITS:
        raise VoucherInvalid("a voucher's cumulative amount must be from 0 to 2**120 - 1")


def signer_of(digest: bytes, signature: bytes) -> str:
    """Return whose key made a compact signature.

    Raises:
        VoucherInvalid: no key can have.
    """
    try:
        return recover_address(digest, expanded(signature))
    except SignatureInvalid as error:
        raise VoucherInvalid(error.reason) from error


def compact(signature: bytes) -> bytes:
    """Turn ``r || s || v`` (65 bytes) into ``r || vs`` (64): the parity goes to the top bit of s (EIP-2098).

    Raises:
        VoucherInvalid: another length, or s so high that the bit is taken.
    """
    if len(signature) != 65 or signature[32] & 0x80 or signature[64] not in (27, 28):
        raise VoucherInvalid("only a signature of 65 bytes with a low s has a compact form")
    vs = int.from_bytes(signature[32:64], "big") | (signature[64] - 27) << 255
    return signature[:32] + vs.to_bytes(32, "big")


def expanded(signature: bytes) -> bytes:
    """Turn ``r || vs`` back into ``r || s || v``.

    Raises:
        VoucherInvalid: not 64 bytes.
    """
    if len(signature) != 64:
        raise VoucherInvalid("a compact signature has 64 bytes")
    vs = int.from_bytes(signature[32:], "big")
    return signature[:32] + (vs & _S_BITS).to_bytes(32, "big") + bytes((27 + (vs >> 255),))
