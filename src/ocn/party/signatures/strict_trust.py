"""Whether who signed may have said it: by the registry, and by what nodes on the way have changed."""

from dataclasses import dataclass

from ocn.ocpi.party_id import PartyId
from ocn.party.signatures.strict_terms import Keys
from ocn.signing import SignatureInvalid, same_address
from ocn.signing.strict import (
    ANY_REASON,
    AnswerParts,
    Reason,
    RequestParts,
    StrictProof,
    Window,
    require_copy,
    verify_strictly,
)


@dataclass(frozen=True, slots=True)
class Trust:
    """What one party believes; every method raises SignatureInvalid."""

    keys: Keys
    own: PartyId

    async def verified(self, text: str, parts: RequestParts | AnswerParts) -> StrictProof:
        """Return who signed these parts, and which nodes changed what on the way."""
        # Nobody may pass an answer of one party off as another's.
        reasons = ANY_REASON if isinstance(parts, RequestParts) else ANY_REASON - {Reason.TO}
        proof = verify_strictly(text, parts, reasons=reasons)
        speaker = _party(proof.origin.party)
        theirs, ours = await self.keys.keys(speaker), await self.keys.keys(self.own)
        own_node = ours.operator if ours is not None else ""
        # What its own hub says in its own name is signed by the node; a hub has no listing.
        expected = theirs.party if theirs is not None else own_node
        if not same_address(proof.address, expected):
            raise SignatureInvalid(f"altered, or signed by another key than that of {speaker}")
        their_node = theirs.operator if theirs is not None else ""
        for change in proof.changes:
            by_own = same_address(change.address, own_node)
            if change.reason is Reason.CONVERSION and isinstance(parts, RequestParts) and not by_own:
                raise SignatureInvalid("converted by another than this party's own node")
            if not by_own and not same_address(change.address, their_node):
                raise SignatureInvalid(f"{', '.join(change.was)} changed by no node on the way")
        return proof

    async def require_written_to(self, proof: StrictProof) -> None:
        """A hub may name a receiver where the sender named none or the hub."""
        for change in proof.changes:
            written_to = change.was.get("to", "")
            if not written_to or written_to == self.own.key:
                continue
            if await self.keys.keys(_party(written_to)) is not None:
                raise SignatureInvalid(f"this was written to {written_to}")

    async def require_own_name(self, proof: StrictProof, sender: str) -> None:
        """A hub passes on in its own name, and no hub is a party of the registry."""
        renamed = any("from" in change.was for change in proof.changes)
        if renamed and await self.keys.keys(_party(sender)) is not None:
            raise SignatureInvalid(f"this was said by {proof.origin.party}")

    async def require_copy(self, proof: StrictProof, window: Window, *, latest_s: float, now_ms: int) -> None:
        """What another service or no service was sent, or was written to this one, is no copy for it."""
        theirs = await self.keys.keys(_party(proof.origin.party))
        if theirs is None:
            raise SignatureInvalid("a copy of what no listed party has said")
        require_copy(
            proof,
            window,
            receiver=self.own.key,
            node=theirs.operator,
            latest_ms=int(latest_s * 1000),
            now_ms=now_ms,
        )


def _party(codes: str) -> PartyId:
    try:
        return PartyId(codes[:2], codes[2:])
    except ValueError as error:
        raise SignatureInvalid("a link names what can be no party") from error
