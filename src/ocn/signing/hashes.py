"""Keccak-256 and the Ethereum personal message."""

from tiny_keccak import keccak256 as _keccak256

_PERSONAL = b"\x19Ethereum Signed Message:\n"


def keccak256(data: bytes) -> bytes:
    """Return the 32 bytes of Keccak-256, the hash of Ethereum (not the later SHA3-256)."""
    return _keccak256(data)


def personal_digest(message: bytes) -> bytes:
    """Return the digest that ``personal_sign`` signs for these bytes (EIP-191, version 0x45)."""
    return _keccak256(b"%b%d%b" % (_PERSONAL, len(message), message))
