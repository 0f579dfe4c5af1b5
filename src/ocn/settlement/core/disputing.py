"""A dispute on chain: what one leaf cost is frozen until somebody who may says whose it is."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ocn.settlement.core.canonical import JsonObject
from ocn.settlement.core.evidence import Entry, object_hash, salt
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.typed_data import word
from ocn.settlement.errors import EvidenceInvalid
from ocn.signing.hashes import keccak256

MOST_LINKS = 512
"""Vouchers that one proof goes through, by the contract."""
_LONGEST_NUMBER = 40
_PARTY = re.compile(r"([A-Z]{2}) ([A-Z0-9]{3})", re.ASCII)
_LEAF = ("salt", "kind", "object", "amount", "wh", "document", "signed")


class Standing(StrEnum):
    """How a dispute stands at a moment."""

    OPEN = "OPEN"
    """The arbiter may divide it."""
    OVERDUE = "OVERDUE"
    """The arbiter's time is over: anybody may give it to the payee."""
    RESOLVED = "RESOLVED"


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute as the chain tells it; amounts in units, ``deadline`` in Unix seconds.

    ``claimed`` and ``evidence`` are the lane's from when it was opened; the latter commits to the leaf.
    """

    lane: Lane
    leaf: bytes
    amount: int
    deadline: int
    claimed: int
    evidence: bytes
    opened_in: str
    to_payer: int = 0
    to_payee: int = 0
    resolved_in: str = ""

    def standing(self, now: int) -> Standing:
        """Say how it stands."""
        if self.resolved_in:
            return Standing.RESOLVED
        return Standing.OPEN if now < self.deadline else Standing.OVERDUE


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a lane claimed in one epoch and holds back: the part that is not disputed yet.

    ``start`` is what the lane had claimed before, ``evidence`` that of the last voucher claimed in it.
    """

    epoch: int
    amount: int
    start: int
    evidence: bytes
    held_until: int
    """Unix seconds; from then on the payee has it, and nothing of it can be disputed."""


def opened_leaf(entry: Entry, index: int) -> JsonObject:
    """Return the leaf as a document that both sides write alike: the seven words, and what they stand for."""
    leaf = entry.leaves[index]
    return {
        "voucher": entry.number,
        "party": f"{leaf.owner.key[:2]} {leaf.owner.key[2:]}",
        "session_id": leaf.session_id,
        "id": leaf.id,
        "leaf": {
            "salt": _hex(salt(entry.seed, index, leaf)),
            "kind": int(leaf.kind),
            "object": _hex(object_hash(leaf.owner, leaf.id)),
            "amount": str(leaf.amount),
            "wh": str(leaf.wh),
            "document": _hex(leaf.document),
            "signed": _hex(leaf.signed),
        },
    }


def leaf_of(document: JsonObject) -> bytes:
    """Hash the seven words of an opened leaf, for whoever has only been shown it.

    Of the names beside them ``party`` and ``id`` are checked; the leaf's hash says nothing of others.

    Raises:
        EvidenceInvalid: it is none, or its names are not those that its ``object`` is the hash of.
    """
    words = document.get("leaf")
    if not isinstance(words, dict) or set(words) != set(_LEAF):
        raise EvidenceInvalid(f"an opened leaf has the members {', '.join(_LEAF)}")
    party = _PARTY.fullmatch(str(document.get("party")))
    name = "" if party is None else f"{party[1]}|{party[2]}|{document.get('id')}"
    if _octets(words["object"]) != keccak256(name.encode()):
        raise EvidenceInvalid("the leaf is not of the party and id that it is shown with")
    return keccak256(b"".join(_word(words[member], member) for member in _LEAF))


def _word(value: Any, member: str) -> bytes:
    if member in ("kind", "amount", "wh"):
        digits = str(value)
        if not (digits.isascii() and digits.isdecimal() and len(digits) < _LONGEST_NUMBER):
            raise EvidenceInvalid(f"{member} of a leaf is a whole number")
        return word(int(digits))
    return _octets(value)


def _octets(value: Any) -> bytes:
    try:
        octets = bytes.fromhex(value.removeprefix("0x"))
    except (AttributeError, ValueError):
        octets = b""
    if len(octets) != 32:
        raise EvidenceInvalid("a hash or salt of a leaf is 0x and 64 hex digits")
    return octets


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
