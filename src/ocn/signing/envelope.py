"""A party signature in parts. It is a value: verifying or rewriting one never changes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ocn.signing.json_values import JsonValue


@dataclass(frozen=True, slots=True)
class Rewrite:
    """An earlier signature, and the values it was made over where they differ from the later ones."""

    rewritten_fields: Mapping[str, JsonValue]
    """Path to old value; None for a value that was added by whoever rewrote."""
    hash: str
    rsv: str
    signatory: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One signature over named values, with the signatures it replaced (oldest first)."""

    fields: tuple[str, ...]
    """Paths of the signed values, in the order of their texts in the message."""
    hash: str
    """0x and the lower-case hex of the message's Keccak-256."""
    rsv: str
    """0x and the hex of r, s and v: the personal-message signature over the text ``hash``."""
    signatory: str
    """The signer's address; EIP-55 when we made it, any case when a peer did."""
    rewrites: tuple[Rewrite, ...] = field(default=())
