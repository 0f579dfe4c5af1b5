"""A voucher by itself, as JSON: what anybody needs to have it cashed for its payee, nothing of sessions."""

from collections.abc import Mapping
from typing import Any, Final

from ocn.ocpi.errors import InvalidParameters
from ocn.party.json_text import JsonObject
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.core.wallet_vouchers import LONGEST_SIGNATURE, WalletVoucher
from ocn.settlement.errors import VoucherInvalid
from ocn.settlement.protocol.hex_text import octets, written
from ocn.settlement.protocol.messages import read_lane
from ocn.settlement.protocol.vouchers import units

_OF_A_KEY: Final = 64
"""Bytes of a signature that the contract recovers a key from (EIP-2098)."""


def public_voucher(voucher: SignedVoucher | WalletVoucher) -> JsonObject:
    """Write it."""
    return {
        "lane": voucher.lane.key,
        "cumulative": str(voucher.cumulative),
        "evidence": written(voucher.evidence),
        "signature": written(voucher.signature),
    }


def read_public_voucher(value: Mapping[str, Any]) -> SignedVoucher | WalletVoucher:
    """Read it: of a key where the signature has 64 bytes, else of a contract wallet. Nothing is checked yet.

    Raises:
        InvalidParameters: something else.
    """
    signature = value.get("signature")
    length = (len(signature) - 2) // 2 if isinstance(signature, str) else -1
    if not 0 <= length <= LONGEST_SIGNATURE:
        raise InvalidParameters(f"signature must be 0x and hex digits of at most {LONGEST_SIGNATURE} bytes")
    kind = SignedVoucher if length == _OF_A_KEY else WalletVoucher
    try:
        return kind(
            read_lane(value.get("lane")),
            units(value, "cumulative", "voucher"),
            octets(value.get("evidence"), 32, "evidence"),
            octets(signature, length, "signature"),
        )
    except VoucherInvalid as error:
        raise InvalidParameters(error.message) from error
