"""The keys of meters: ECDSA over the curves that OCMF names (OCMF 1.0, table 22)."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ocn.errors import OcnError

_MOST_CHARACTERS: Final = 2_000
_METHODS: Final = {
    "ecdsa-secp192r1-sha256": "secp192r1",
    "ecdsa-secp256k1-sha256": "secp256k1",
    "ecdsa-secp256r1-sha256": "secp256r1",
    "ecdsa-secp384r1-sha256": "secp384r1",
    "ecdsa-brainpool256r1-sha256": "brainpoolP256r1",
    "ecdsa-brainpoolp256r1-sha256": "brainpoolP256r1",
    "ecdsa-brainpool384r1-sha256": "brainpoolP384r1",
    "ecdsa-brainpoolp384r1-sha256": "brainpoolP384r1",
}
"""Curves by the signature method of OCMF; makers spell those of Brainpool in both ways."""


class MeterKeyUnreadable(OcnError):
    """What should be the public key of a meter is none that can be used."""


@dataclass(frozen=True, slots=True)
class MeterKey:
    """The public key of a meter or of the gateway that signs for it."""

    public: ec.EllipticCurvePublicKey = field(repr=False)

    @classmethod
    def read(cls, text: str) -> "MeterKey":
        """Read a SubjectPublicKeyInfo in DER, written in hex or base64, as makers and registers give it.

        Raises:
            MeterKeyUnreadable: it is something else, or over a curve that OCMF does not name.
        """
        hint = "Give the key as its maker does: DER (SubjectPublicKeyInfo) in hex or base64."
        try:
            found = load_der_public_key(decoded(text))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise MeterKeyUnreadable("a meter's public key cannot be read", hint=hint) from error
        if not isinstance(found, ec.EllipticCurvePublicKey) or found.curve.name not in _METHODS.values():
            raise MeterKeyUnreadable("a meter's public key is over no curve that OCMF names", hint=hint)
        return cls(found)

    def fits(self, method: str) -> bool:
        """Whether a signature method is that of this key's curve."""
        return _METHODS.get(method.casefold()) == self.public.curve.name

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether a signature (DER, or r and s one after the other) is by this key over these very bytes."""
        for form in (signature, self._as_der(signature)):
            try:
                self.public.verify(form, message, ec.ECDSA(SHA256()))
            except (InvalidSignature, ValueError):
                continue
            return True
        return False

    def _as_der(self, signature: bytes) -> bytes:
        size = (self.public.curve.key_size + 7) // 8
        if len(signature) != 2 * size:
            return b""
        return encode_dss_signature(
            int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        )


def decoded(text: str) -> bytes:
    """Decode hex or base64; spaces and line breaks do not matter.

    Raises:
        ValueError: it is neither, or longer than any key or signature.
    """
    packed = "".join(text[: 2 * _MOST_CHARACTERS].split())
    if not packed or len(text) > _MOST_CHARACTERS:
        raise ValueError(f"{len(text)} characters")
    try:
        return bytes.fromhex(packed)
    except ValueError:
        pass
    try:
        return base64.b64decode(packed, validate=True)
    except binascii.Error as error:
        raise ValueError("neither hex nor base64") from error
