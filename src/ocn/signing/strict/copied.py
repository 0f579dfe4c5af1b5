"""When the strict signature of a copy counts: one that a service gets, perhaps days after the message.

A copy waits and is sent more than once, so neither the hour nor the nonce says anything about it. What does
is the link by which the sender's node named the service: the message must have been good when that was made.
"""

from dataclasses import replace
from typing import Final

from ocn.signing.addresses import same_address
from ocn.signing.errors import SignatureInvalid
from ocn.signing.strict.chain import Reason
from ocn.signing.strict.freshness import Window, require_fresh
from ocn.signing.strict.verifier import StrictProof

COPY_LATENESS_MS: Final = 73 * 3600 * 1000
"""How late a copy is taken unless configured: an hour more than nodes try by default."""


def require_copy(
    proof: StrictProof, window: Window, *, receiver: str, node: str, latest_ms: int, now_ms: int
) -> str:
    """Accept the signature of what is marked as a copy, and return to whom the message was written.

    Nothing is remembered: the same copy is taken again until ``latest_ms`` after it was made, so whoever acts
    on copies must do so once. That text is empty for everybody. ``receiver`` and the text are
    ``PartyId.key``; ``node`` is the address of the sender's node, which alone makes copies.

    Raises:
        SignatureInvalid: it is no copy for ``receiver``, of another node's making, too late, or the message
            had expired when it was made.
    """
    named = [change for change in proof.changes if change.reason is Reason.TO]
    if len(named) != 1 or set(named[0].was) != {"to"} or named[0].was["to"] == receiver:
        raise SignatureInvalid("Strict signature: marked as a copy, and its sender's node made none of it")
    made = named[0]
    if not same_address(made.address, node):
        raise SignatureInvalid(f"Strict signature: copied by {made.address}, expected {node}")
    if made.created_ms < now_ms - latest_ms - window.skew_ms:
        raise SignatureInvalid("Strict signature: this copy was made too long ago")
    if made.created_ms > now_ms + window.skew_ms:
        raise SignatureInvalid("Strict signature: this copy was made in the future, or the clocks differ")
    for change in proof.changes:
        if not made.created_ms - window.skew_ms <= change.created_ms <= now_ms + window.skew_ms:
            raise SignatureInvalid("Strict signature: a change was made before the copy, or in the future")
    require_fresh(replace(proof, changes=()), window, now_ms=made.created_ms)
    return made.was["to"]
