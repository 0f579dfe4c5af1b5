"""A strict signature as a value: what the party signed, then each change of a node, and the bytes of both.

Every signature is made over a statement: lines of ASCII that end with a line feed. The SHA-256 of a statement
names it in the next link, and is what is signed, as a personal message (EIP-191).
"""

from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec

from ocn.signing.hashes import personal_digest
from ocn.signing.strict.components import ANSWER_PARTS, REQUEST_PARTS, Digests

MOST_LINKS: Final = 8


class Kind(StrEnum):
    """What is signed; a signature of one kind is none of the other."""

    REQUEST = "request"
    ANSWER = "answer"

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of its parts, in the order of the statement."""
        return REQUEST_PARTS if self is Kind.REQUEST else ANSWER_PARTS


class Reason(StrEnum):
    """Why a node changed something; each may touch its own parts only."""

    RESPONSE_URL = "response_url"
    """The sender's address for results became one of the node."""
    ADDRESS = "address"
    """An address that a node handed out earlier became the one it stands for."""
    TO = "to"
    """The hub named the receiver (open routing), or passed a message or a copy on in its own name."""
    CONVERSION = "conversion"
    """Another version of OCPI."""
    LINK = "link"
    LOCATION = "location"


TOUCHES: Final[dict[tuple[Kind, Reason], frozenset[str]]] = {
    (Kind.REQUEST, Reason.RESPONSE_URL): frozenset({"response_url"}),
    (Kind.REQUEST, Reason.ADDRESS): frozenset({"path", "query"}),
    (Kind.REQUEST, Reason.TO): frozenset({"from", "to"}),
    (Kind.REQUEST, Reason.CONVERSION): frozenset({"version", "path", "query", "body"}),
    (Kind.ANSWER, Reason.LINK): frozenset({"link"}),
    (Kind.ANSWER, Reason.LOCATION): frozenset({"location"}),
    (Kind.ANSWER, Reason.TO): frozenset({"from", "to"}),
    (Kind.ANSWER, Reason.CONVERSION): frozenset({"body"}),
}
"""The parts that a reason may change; a pair that is missing does not exist."""

SHOWN: Final[dict[Reason, frozenset[str]]] = {
    Reason.ADDRESS: frozenset({"path"}),
    Reason.TO: frozenset({"from", "to"}),
}
"""Parts whose old value a link shows as text instead of hiding it in a digest: whether the change was a fair
one can only be judged by what was there before."""


class Origin(msgspec.Struct, frozen=True, gc=False):
    """What the party signed, besides the parts of the message."""

    party: str
    """Who speaks: country code and party id in upper case, five characters."""
    created: int
    """Unix time in milliseconds."""
    expires: int
    nonce: str
    """32 lower-case hex digits."""


class Link(msgspec.Struct, frozen=True, gc=False):
    """One change, in the name of the node that made it."""

    reason: Reason
    was: dict[str, str]
    """What the changed parts were before: a digest, or the text where ``SHOWN`` says so."""
    created: int
    signature: str
    """130 hex digits: r, s, v."""


class Chain(msgspec.Struct, frozen=True, gc=False):
    """The party's signature and the changes since, oldest first."""

    origin: Origin
    signature: str
    links: tuple[Link, ...] = ()


def origin_statement(kind: Kind, origin: Origin, digests: Digests) -> bytes:
    """Return what the party signs."""
    lines = "\n".join([f"{name}:{digest}" for name, digest in digests.items()])
    return (
        f"OCN strict 1 {kind}\nparty:{origin.party}\ncreated:{origin.created}\nexpires:{origin.expires}\n"
        f"nonce:{origin.nonce}\n{lines}\n"
    ).encode()


def link_statement(after: str, reason: Reason, created: int, was: Digests, now: Digests) -> bytes:
    """Return what a node signs: the statement it goes on from, and each changed part before and after.

    ``was`` holds digests only, in the order of the parts.
    """
    lines = "".join([f"{name}:{digest}:{now[name]}\n" for name, digest in was.items()])
    return f"OCN strict 1 link\nafter:{after}\nreason:{reason}\ncreated:{created}\n{lines}".encode()


def name_of(statement: bytes) -> str:
    """Return how the next link names a statement: the hex of its SHA-256."""
    return sha256(statement).hexdigest()


def signed_digest(name: str) -> bytes:
    """Return the 32 bytes that are signed for the statement of that name."""
    return personal_digest(bytes.fromhex(name))
