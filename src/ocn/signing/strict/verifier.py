"""Verify a chain over the message as it came: undo the links, newest first, and recover every signer."""

import re
from dataclasses import dataclass
from typing import Final

from ocn.signing.errors import SignatureInvalid
from ocn.signing.keys import recover_address
from ocn.signing.strict.author import Standing
from ocn.signing.strict.chain import (
    SHOWN,
    TOUCHES,
    Chain,
    Kind,
    Link,
    Origin,
    Reason,
    link_statement,
    name_of,
    origin_statement,
    signed_digest,
)
from ocn.signing.strict.components import AnswerParts, RequestParts, digest
from ocn.signing.strict.wire import read_chain

ANY_REASON: Final = frozenset(Reason)
_DIGEST = re.compile(r"(?:[0-9a-f]{64})?")
_HANDED_OUT = re.compile(r"/(?:[A-Za-z0-9._~-]{1,64}/)?[A-Za-z0-9_-]{22,64}")
"""A path that a node handed out: an id nobody can guess, behind ``page``, a command or nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """A verified link: who changed which parts, why and when."""

    reason: Reason
    address: str
    """Whose key signed it, EIP-55."""
    was: dict[str, str]
    """See :class:`ocn.signing.strict.chain.Link`."""
    created_ms: int


@dataclass(frozen=True, slots=True)
class StrictProof:
    """What a valid chain proves. Ask the registry about each address, then :func:`require_fresh`."""

    address: str
    """Whose key signed what was said first, EIP-55."""
    changes: tuple[Change, ...]
    standing: Standing
    """What the next node extends."""

    @property
    def chain(self) -> Chain:
        """The chain itself."""
        return self.standing.chain

    @property
    def origin(self) -> Origin:
        """Who speaks, since when, until when."""
        return self.chain.origin

    @property
    def signature(self) -> str:
        """What an answer names as its request."""
        return self.chain.signature


def verify_strictly(
    text: str, parts: RequestParts | AnswerParts, *, reasons: frozenset[Reason] = ANY_REASON
) -> StrictProof:
    """Check a header against the message it came with.

    Any altered part shows as another address than the party's or the node's own: signatures are recovered, so
    this raises only for what can be judged without a registry.

    Raises:
        SignatureInvalid: malformed, a link that changes what its reason may not or changes nothing, or a
            reason that is not among ``reasons``.
    """
    kind = Kind.REQUEST if isinstance(parts, RequestParts) else Kind.ANSWER
    chain = read_chain(text)
    digests = parts.digests()
    steps: list[tuple[dict[str, str], dict[str, str]]] = []
    for link in reversed(chain.links):
        was = _undone(kind, link, digests)
        if link.reason not in reasons:
            raise SignatureInvalid(
                f"Strict signature: a change for the reason {link.reason} is not taken here"
            )
        if link.reason is Reason.ADDRESS:
            _require_handed_out(parts, link)
        steps.append((was, {name: digests[name] for name in was}))
        digests = {**digests, **was}
    name = name_of(origin_statement(kind, chain.origin, digests))
    address = recover_address(signed_digest(name), bytes.fromhex(chain.signature))
    changes: list[Change] = []
    for link, (was, now) in zip(chain.links, reversed(steps), strict=True):
        name = name_of(link_statement(name, link.reason, link.created, was, now))
        signer = recover_address(signed_digest(name), bytes.fromhex(link.signature))
        changes.append(Change(link.reason, signer, link.was, link.created))
    _require_speaker(chain, parts)
    return StrictProof(address, tuple(changes), Standing(chain, name, parts))


def _undone(kind: Kind, link: Link, digests: dict[str, str]) -> dict[str, str]:
    """Return the digests before a change, in the order of the parts."""
    allowed = TOUCHES.get((kind, link.reason), frozenset())
    if not link.was or not link.was.keys() <= allowed:
        raise SignatureInvalid(
            f"Strict signature: {link.reason} may not change {', '.join(link.was) or 'nothing'}"
        )
    shown = SHOWN.get(link.reason, frozenset())
    was = {
        name: digest(name, link.was[name]) if name in shown else link.was[name]
        for name in kind.parts
        if name in link.was
    }
    if list(was) != list(link.was):
        raise SignatureInvalid("Malformed strict signature: parts in another order")
    for name, old in was.items():
        if not _DIGEST.fullmatch(old) or old == digests[name]:
            raise SignatureInvalid(f"Malformed strict signature: {name} was {old[:64]!r}")
    return was


def _require_handed_out(parts: RequestParts | AnswerParts, link: Link) -> None:
    """Only a request to an address that a node handed out may be led elsewhere: a page, a CDR, a result."""
    method = parts.method if isinstance(parts, RequestParts) else ""
    if method not in {"GET", "POST"} or not _HANDED_OUT.fullmatch(link.was.get("path", "")):
        raise SignatureInvalid("Strict signature: its path is none that a node handed out")


def _require_speaker(chain: Chain, parts: RequestParts | AnswerParts) -> None:
    """Whoever signed speaks for itself: the first ``from`` of the message is the party of the chain."""
    first = next((link.was["from"] for link in chain.links if "from" in link.was), parts.sender.upper())
    if first != chain.origin.party:
        raise SignatureInvalid("Strict signature: it is of another party than the message")
