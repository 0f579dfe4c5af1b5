"""secp256k1 behind two calls: libsecp256k1 where there is a wheel, pure Python elsewhere.

Both backends take and give ``r || s || parity`` with parity 0 or 1, sign deterministically (RFC 6979)
with low s, and raise ``ValueError`` for anything that is not a key or a signature. The pure one is slower
by a factor of about a hundred and not constant in time.
"""

from typing import Protocol


class Signer(Protocol):
    """A private key, loaded."""

    @property
    def public_key(self) -> bytes:
        """The 64 bytes x || y."""
        ...

    def sign(self, digest: bytes) -> bytes:
        """Return 65 bytes r || s || parity."""
        ...


class Curve(Protocol):
    """What this room needs of an elliptic-curve library."""

    @property
    def name(self) -> str:
        """The library, for diagnostics."""
        ...

    def signer(self, secret: bytes) -> Signer:
        """Load 32 bytes. ValueError: they are zero or not below the group order."""
        ...

    def recover(self, digest: bytes, signature: bytes) -> bytes:
        """Return the signer's public key. ValueError: no key can have made this signature."""
        ...


def load_curve() -> Curve:
    """Return the fastest curve installed."""
    try:
        from ocn.signing.curve_native import NativeCurve
    except ImportError:
        from ocn.signing.curve_pure import PureCurve

        return PureCurve()
    return NativeCurve()
