"""Ethereum addresses as text: 0x and 40 hex digits, written in EIP-55 case, read in any."""

import re
from functools import lru_cache

from ocn.signing.errors import SignatureInvalid
from ocn.signing.hashes import keccak256

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


@lru_cache(maxsize=4096)
def checksummed(address: bytes) -> str:
    """Return 20 bytes as text in EIP-55 case."""
    digits = address.hex()
    case = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if bit > "7" else digit for digit, bit in zip(digits, case, strict=False)
    )


def address_bytes(address: str) -> bytes:
    """Read an address in any case.

    The EIP-55 checksum is not enforced: the JVM peers write lower case, and a signature is compared
    with the recovered key anyway, so a wrong case can never pass for another address.

    Raises:
        SignatureInvalid: not 0x and 40 hex digits.
    """
    if not _ADDRESS.fullmatch(address):
        raise SignatureInvalid("Invalid address: expected 0x and 40 hex digits")
    return bytes.fromhex(address[2:])


def same_address(one: str, other: str) -> bool:
    """Whether both texts are addresses and name the same account; case does not matter."""
    if one == other and len(one) == 42:  # as a rule both are in EIP-55 case; what is no address is no key's
        return _ADDRESS.fullmatch(one) is not None
    return (
        _ADDRESS.fullmatch(one) is not None
        and _ADDRESS.fullmatch(other) is not None
        and one.lower() == other.lower()
    )
