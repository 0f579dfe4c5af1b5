"""secp256k1 by libsecp256k1 (coincurve): about 35 µs a signature or a recovery."""

from coincurve import PrivateKey, PublicKey


class NativeSigner:
    """A key inside libsecp256k1."""

    def __init__(self, secret: bytes) -> None:
        self._key = PrivateKey(secret)
        self.public_key = self._key.public_key.format(compressed=False)[1:]

    def sign(self, digest: bytes) -> bytes:
        """See :class:`ocn.signing.curve.Signer`."""
        return self._key.sign_recoverable(digest, hasher=None)


class NativeCurve:
    """The curve of a node in production."""

    name = "coincurve"

    def signer(self, secret: bytes) -> NativeSigner:
        """See :class:`ocn.signing.curve.Curve`."""
        return NativeSigner(secret)

    def recover(self, digest: bytes, signature: bytes) -> bytes:
        """See :class:`ocn.signing.curve.Curve`."""
        key = PublicKey.from_signature_and_message(signature, digest, hasher=None)
        return key.format(compressed=False)[1:]
