"""secp256k1 in pure Python (the native backend of eth-keys), for Pythons without a coincurve wheel."""

from eth_keys.backends.native.ecdsa import ecdsa_raw_recover, ecdsa_raw_sign, private_key_to_public_key
from eth_keys.constants import SECPK1_N
from eth_keys.exceptions import BadSignature


class PureSigner:
    """A key as a number."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32 or not 0 < int.from_bytes(secret, "big") < SECPK1_N:
            raise ValueError("the secret is not a number between 1 and the group order")
        self._secret = secret
        self.public_key = private_key_to_public_key(secret)

    def sign(self, digest: bytes) -> bytes:
        """See :class:`ocn.signing.curve.Signer`."""
        parity, r, s = ecdsa_raw_sign(digest, self._secret)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((parity,))


class PureCurve:
    """The curve of last resort: 2 to 7 ms an operation."""

    name = "eth-keys"

    def signer(self, secret: bytes) -> PureSigner:
        """See :class:`ocn.signing.curve.Curve`."""
        return PureSigner(secret)

    def recover(self, digest: bytes, signature: bytes) -> bytes:
        """See :class:`ocn.signing.curve.Curve`."""
        r = int.from_bytes(signature[:32], "big")
        s = int.from_bytes(signature[32:64], "big")
        if not (0 < r < SECPK1_N and 0 < s < SECPK1_N):
            raise ValueError("r or s is out of range")
        try:
            return ecdsa_raw_recover(digest, (signature[64], r, s))
        except BadSignature as error:
            raise ValueError("not a recoverable signature") from error
