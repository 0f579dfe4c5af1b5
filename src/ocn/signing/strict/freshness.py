"""When a strict signature counts: not before it was made, not after it expires, not for too long."""

from dataclasses import dataclass

from ocn.signing.errors import SignatureInvalid
from ocn.signing.strict.verifier import StrictProof


@dataclass(frozen=True, slots=True)
class Window:
    """Bounds on time, in milliseconds."""

    skew_ms: int = 60_000
    """How far two clocks may be apart."""
    lifetime_ms: int = 300_000
    """The longest lifetime that is taken; nonces are remembered for as long."""

    @property
    def remembered_ms(self) -> int:
        """How old a signature can be that is still taken; what a window of nonces has to span."""
        return self.lifetime_ms + 2 * self.skew_ms


def require_fresh(proof: StrictProof, window: Window, *, now_ms: int) -> None:
    """Refuse what is not of now.

    Raises:
        SignatureInvalid: expired, from the future, or made to live for too long.
    """
    origin = proof.origin
    if not 0 < origin.expires - origin.created <= window.lifetime_ms:
        raise SignatureInvalid(
            f"Strict signature: it may live for {window.lifetime_ms // 1000} seconds at most"
        )
    if origin.created > now_ms + window.skew_ms:
        raise SignatureInvalid("Strict signature: made in the future, or the clocks differ")
    if origin.expires < now_ms - window.skew_ms:
        raise SignatureInvalid("Strict signature: expired, or the clocks differ")
    for change in proof.changes:
        if not origin.created - window.skew_ms <= change.created_ms <= now_ms + window.skew_ms:
            raise SignatureInvalid("Strict signature: a change was made before the message, or in the future")
