"""A private key that signs, and the way back from a signature to its address."""

import secrets
from functools import lru_cache

from ocn.signing.addresses import checksummed
from ocn.signing.curve import Curve, load_curve
from ocn.signing.errors import SignatureInvalid
from ocn.signing.hashes import keccak256

CURVE: Curve = load_curve()
SIGNATURE_LENGTH = 65


class PrivateKey:
    """A secp256k1 key. Its secret leaves only through :attr:`secret`; ``repr`` shows the address."""

    __slots__ = ("_address", "_secret", "_signer")

    def __init__(self, secret: bytes, curve: Curve = CURVE) -> None:
        """Take 32 bytes.

        Raises:
            ValueError: not 32 bytes, zero, or not below the group order; the text shows nothing of it.
        """
        if len(secret) != 32:
            raise ValueError("a private key has 32 bytes")
        try:
            self._signer = curve.signer(bytes(secret))
        except ValueError:
            raise ValueError("not a secp256k1 private key: out of range") from None
        self._secret = bytes(secret)
        self._address = _address_of(self._signer.public_key)

    @classmethod
    def from_hex(cls, text: str) -> "PrivateKey":
        """Read 64 hex digits, with or without 0x and surrounding blanks.

        Raises:
            ValueError: anything else; the text shows nothing of it.
        """
        digits = text.strip().removeprefix("0x")
        try:
            secret = bytes.fromhex(digits)
        except ValueError:
            raise ValueError("a private key is written as 64 hex digits") from None
        if len(digits) != 64:
            raise ValueError("a private key is written as 64 hex digits")
        return cls(secret)

    @classmethod
    def generate(cls) -> "PrivateKey":
        """Make a key from the operating system's randomness."""
        while True:
            try:
                return cls(secrets.token_bytes(32))
            except ValueError:  # one in 2**128: not below the group order
                continue

    @property
    def address(self) -> str:
        """The account of this key, in EIP-55 case."""
        return self._address

    @property
    def secret(self) -> bytes:
        """The 32 bytes, for whoever stores them encrypted; never log or show them."""
        return self._secret

    def sign_digest(self, digest: bytes) -> bytes:
        """Return ``r || s || v`` (65 bytes, v 27 or 28, low s, deterministic) over a 32-byte digest."""
        if len(digest) != 32:
            raise ValueError("only digests of 32 bytes are signed")
        signature = self._signer.sign(digest)
        return signature[:64] + bytes((signature[64] + 27,))

    def __repr__(self) -> str:
        return f"PrivateKey({self._address})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PrivateKey) and self._address == other._address

    def __hash__(self) -> int:
        return hash(self._address)


def recover_address(digest: bytes, signature: bytes, curve: Curve = CURVE) -> str:
    """Return whose key signed the digest, in EIP-55 case.

    v may be 27/28 or 0/1, and s may be high, as the existing notary accepts them.

    Raises:
        SignatureInvalid: not 65 bytes, or no key can have made it.
    """
    if len(signature) != SIGNATURE_LENGTH:
        raise SignatureInvalid("Invalid signature: expected 65 bytes")
    v = signature[64]
    parity = v - 27 if v >= 27 else v
    if parity not in (0, 1):
        raise SignatureInvalid("Invalid signature: v must be 27 or 28")
    try:
        public = curve.recover(digest, signature[:64] + bytes((parity,)))
    except ValueError as error:
        raise SignatureInvalid("Invalid signature: no key can have made it") from error
    return _address_of(public)


@lru_cache(maxsize=4096)
def _address_of(public: bytes) -> str:
    """Return the address of a public key; the same keys sign all day."""
    return checksummed(keccak256(public)[12:])
