"""What a lane was paid for: leaves under each voucher, and a chain of hashes over all vouchers.

``evidence_n = keccak(evidence_{n-1}, root_n, cumulative_n)``, so whoever signs a voucher has signed the whole
history of its lane, and the chain sees one hash. A leaf shows nothing of a session to whom it is not opened:
its salt comes from a seed that travels with the voucher, between the two parties only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.lane import MOST_UNITS
from ocn.settlement.core.merkle import merkle_proof, merkle_root, root_from
from ocn.settlement.core.typed_data import word
from ocn.settlement.errors import EvidenceInvalid
from ocn.signing.hashes import keccak256

ZERO_HASH = bytes(32)
MOST_LEAVES = 2000
"""Under one voucher."""
MOST_WH = 2**63 - 1
"""Of a session; what both databases count to."""


class Kind(IntEnum):
    """What a leaf stands for; the numbers are the contract's."""

    TICK = 1
    """A session has gone on."""
    CDR = 2
    """A session's CDR is accepted; the amount is what its ticks lacked."""
    CREDIT = 3
    """On the opposite lane: money back, because a CDR is lower than its ticks or was credited."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One amount and what it is for. ``owner`` is the CPO, whose ids these are.

    ``id`` is the session's for a tick, the CDR's else. ``amount`` in token units and ``wh`` are what this
    leaf adds. ``document`` is the hash of the canonical session or CDR, ``signed`` that of its signed meter
    values, zero when there are none.
    """

    kind: Kind
    owner: PartyId
    session_id: str
    id: str
    amount: int
    wh: int
    document: bytes
    signed: bytes = ZERO_HASH
    ends: str = ""
    """Of a credit: the accepted CDR that it takes back as a whole."""

    def __post_init__(self) -> None:
        """Refuse what cannot be hashed."""
        if not (0 <= self.amount <= MOST_UNITS and 0 <= self.wh <= MOST_WH):
            raise EvidenceInvalid("a leaf's amount and energy are whole and not negative")
        if len(self.document) != 32 or len(self.signed) != 32:
            raise EvidenceInvalid("a leaf has two hashes of 32 bytes")

    def hashed(self, salt: bytes) -> bytes:
        """Return the leaf as it stands in the tree."""
        return keccak256(
            salt
            + word(self.kind)
            + object_hash(self.owner, self.id)
            + word(self.amount)
            + word(self.wh)
            + self.document
            + self.signed
        )


@dataclass(frozen=True, slots=True)
class Head:
    """How far a lane has come."""

    number: int
    """How many vouchers it had; 0 before the first."""
    cumulative: int
    evidence: bytes


NOTHING_YET = Head(0, 0, ZERO_HASH)


@dataclass(frozen=True, slots=True)
class Entry:
    """One voucher's place in its lane, opened: what it adds to the head before it."""

    number: int
    cumulative: int
    previous: bytes
    seed: bytes = field(repr=False)
    leaves: tuple[Leaf, ...] = field(repr=False)
    root: bytes
    evidence: bytes

    @property
    def head(self) -> Head:
        """The lane after this voucher."""
        return Head(self.number, self.cumulative, self.evidence)

    @property
    def amount(self) -> int:
        """What this voucher adds."""
        return sum(leaf.amount for leaf in self.leaves)

    def proof(self, index: int, later: Sequence["Entry"] = ()) -> "Proof":
        """Prove a leaf against the evidence of this voucher, or of the last of those ``later``."""
        leaf = self.leaves[index]
        siblings = merkle_proof(tree(self.seed, self.leaves), index)
        links = tuple(Link(entry.root, entry.cumulative) for entry in (self, *later))
        return Proof(leaf, salt(self.seed, index, leaf), siblings, self.previous, links)


@dataclass(frozen=True, slots=True)
class Proof:
    """That a leaf is part of what a voucher's evidence commits to; what a dispute shows to the contract."""

    leaf: Leaf
    salt: bytes
    siblings: tuple[bytes, ...]
    before: bytes
    """The evidence before the first link."""
    links: tuple["Link", ...]
    """Of the voucher with the leaf, and of every later one up to that proved against; in order."""

    def evidence(self) -> bytes:
        """Compute the evidence that this proves the leaf against; compare it with the voucher's.

        Raises:
            EvidenceInvalid: the leaf is not under the first link.
        """
        if not self.links or root_from(self.leaf.hashed(self.salt), self.siblings) != self.links[0].root:
            raise EvidenceInvalid("the leaf is not under the root that it is shown with")
        evidence = self.before
        for link in self.links:
            evidence = chained(evidence, link.root, link.cumulative)
        return evidence


@dataclass(frozen=True, slots=True)
class Link:
    """What one voucher adds to the evidence before it."""

    root: bytes
    cumulative: int


def extend(head: Head, leaves: Sequence[Leaf], seed: bytes) -> Entry:
    """Return the entry that follows a head.

    Raises:
        EvidenceInvalid: no leaf or too many, a seed of another length, or a lane beyond its bound.
    """
    if not 0 < len(leaves) <= MOST_LEAVES:
        raise EvidenceInvalid(f"a voucher has from 1 to {MOST_LEAVES} leaves, not {len(leaves)}")
    if len(seed) != 32:
        raise EvidenceInvalid("a seed has 32 bytes")
    cumulative = head.cumulative + sum(leaf.amount for leaf in leaves)
    if cumulative > MOST_UNITS:
        raise EvidenceInvalid("the lane would exceed 2**120 - 1 units")
    root = merkle_root(tree(seed, leaves))
    evidence = chained(head.evidence, root, cumulative)
    return Entry(head.number + 1, cumulative, head.evidence, seed, tuple(leaves), root, evidence)


def chained(previous: bytes, root: bytes, cumulative: int) -> bytes:
    """Return the evidence after a voucher."""
    return keccak256(previous + root + word(cumulative))


def tree(seed: bytes, leaves: Sequence[Leaf]) -> list[bytes]:
    """Return the leaves as they stand in the tree, salted."""
    return [leaf.hashed(salt(seed, index, leaf)) for index, leaf in enumerate(leaves)]


def salt(seed: bytes, index: int, leaf: Leaf) -> bytes:
    """Return a leaf's salt. It binds what its own hash does not name: the session, and what it ends."""
    names = keccak256(leaf.session_id.encode()) + keccak256(leaf.ends.encode())
    return keccak256(seed + word(index) + names)


def object_hash(owner: PartyId, object_id: str) -> bytes:
    """Return what stands for a session or CDR in a leaf."""
    return keccak256(f"{owner.key[:2]}|{owner.key[2:]}|{object_id}".encode())
