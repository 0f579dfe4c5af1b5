"""Sign as the party that speaks; add a link as the node that changed something."""

from dataclasses import dataclass

from ocn.signing.errors import Unsignable
from ocn.signing.keys import PrivateKey
from ocn.signing.strict.chain import (
    MOST_LINKS,
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
from ocn.signing.strict.components import AnswerParts, Digests, RequestParts
from ocn.signing.strict.wire import write_chain


@dataclass(frozen=True, slots=True)
class Standing:
    """A chain that was verified, and the message that it vouches for as it stands: what can be extended."""

    chain: Chain
    head: str
    """The name of the last statement, which the next link goes on from."""
    parts: RequestParts | AnswerParts

    @property
    def text(self) -> str:
        """The header's value."""
        return write_chain(self.chain)


def sign_strictly(
    key: PrivateKey, parts: RequestParts | AnswerParts, *, created_ms: int, lifetime_ms: int, nonce: str
) -> str:
    """Return the header's value; ``nonce`` is one of :func:`ocn.signing.new_nonce`, for one message.

    Raises:
        SignatureInvalid: a part is no Unicode text.
    """
    kind = Kind.REQUEST if isinstance(parts, RequestParts) else Kind.ANSWER
    origin = Origin(parts.sender.upper(), created_ms, created_ms + lifetime_ms, nonce)
    name = name_of(origin_statement(kind, origin, parts.digests()))
    return write_chain(Chain(origin, key.sign_digest(signed_digest(name)).hex()))


def extend(
    key: PrivateKey,
    standing: Standing,
    reason: Reason,
    now: RequestParts | AnswerParts,
    *,
    created_ms: int,
) -> Standing:
    """Add the link that vouches for the difference to what the message has become; none, if there is none.

    Raises:
        Unsignable: the reason may not touch what was changed, or the chain is full.
        SignatureInvalid: a part is no Unicode text.
    """
    before, chain = standing.parts, standing.chain
    kind = Kind.REQUEST if isinstance(before, RequestParts) else Kind.ANSWER
    old, new = before.digests(), now.digests()
    changed = {name: digest for name, digest in old.items() if digest != new[name]}
    if not changed:
        return standing
    if beyond := changed.keys() - TOUCHES.get((kind, reason), frozenset()):
        raise Unsignable(f"{reason} may not change {', '.join(sorted(beyond))} of a signed {kind}")
    if len(chain.links) >= MOST_LINKS:
        raise Unsignable(f"a strict signature has at most {MOST_LINKS} links")
    name = name_of(link_statement(standing.head, reason, created_ms, changed, new))
    signature = key.sign_digest(signed_digest(name)).hex()
    link = Link(reason, _shown(reason, before, changed), created_ms, signature)
    return Standing(Chain(chain.origin, chain.signature, (*chain.links, link)), name, now)


def _shown(reason: Reason, before: RequestParts | AnswerParts, changed: Digests) -> dict[str, str]:
    texts = {"from": before.sender.upper(), "to": before.receiver.upper()}
    if isinstance(before, RequestParts):
        texts["path"] = before.path
    shown = SHOWN.get(reason, frozenset())
    return {name: texts[name] if name in shown else digest for name, digest in changed.items()}
