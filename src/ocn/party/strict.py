"""Strict signatures of a party: sign what it says, believe what it hears, prove who it is.

Signing is on or off, and so is demanding; what nobody demands is not looked at. Unlike the notary's, a strict
signature says nothing without the registry, since the key is recovered from it: to demand one, a party needs
somebody to ask (:class:`Keys`).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

from ocn.ocpi import headers as h
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.party.errors import AnswerSignatureInvalid
from ocn.party.strict_parts import answer_parts, codes, credentials_parts, request_parts
from ocn.signing import NodeProof, PrivateKey, ReplayWindow, SignatureInvalid, new_nonce, same_address
from ocn.signing.strict import (
    ANY_REASON,
    COPY_LATENESS_MS,
    AnswerParts,
    Reason,
    RequestParts,
    StrictProof,
    Window,
    read_chain,
    require_copy,
    require_fresh,
    sign_strictly,
    verify_strictly,
)

MISSING: Final = "Missing OCN Strict Signature"
_COPY: Final = "ocn-copy"


@dataclass(frozen=True, slots=True)
class ListedKeys:
    """What the registry says of a party."""

    party: str
    """The address of its own key."""
    operator: str
    """The address of its node's."""


@runtime_checkable
class Keys(Protocol):
    """Who has which key; :class:`ocn.party.listing.RegistrySignatories` is one."""

    async def keys(self, party: PartyId) -> ListedKeys | None:
        """Return the keys listed for a party, or None when it is not listed."""
        ...


@dataclass(frozen=True, slots=True)
class StrictTerms:
    """What a party does about strict signatures."""

    sign: bool = True
    """Sign every request and answer strictly, besides what it signs otherwise."""
    require: bool = False
    """Refuse requests, and answers that succeed, without a strict signature."""
    lifetime_s: float = 60.0
    """How long what it signs is good for."""
    window: Window = field(default_factory=Window)
    """What it takes from others."""
    takes_copies: bool = False
    """Take what was written to another party and is marked as a copy: for a service that is sent copies.

    A copy may be late and come more than once; whoever acts on copies does so once."""
    copies_for_s: float = COPY_LATENESS_MS / 1000
    """How long after it was made a copy is taken."""


@dataclass(frozen=True, slots=True)
class StrictSignatures:
    """The rules of one party, its key, and what it remembers of others."""

    key: PrivateKey | None = None
    terms: StrictTerms = StrictTerms(sign=False)
    keys: Keys | None = None
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    seen: ReplayWindow = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Remember nonces for as long as what bears them would be taken."""
        remembered = self.terms.window.remembered_ms
        window = ReplayWindow(max_age_ms=remembered, max_entries=200_000, max_per_node=100_000)
        object.__setattr__(self, "seen", window)

    def sign_request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> str | None:
        """Return the value of ``OCN-Strict-Signature``, or None when there is nothing to sign."""
        if self.key is None or not self.terms.sign:
            return None
        address, _, query = url.partition("#")[0].partition("?")
        parts = request_parts(method, address, query, headers, body or b"")
        return self._signed(parts) if parts is not None else None

    def sign_answer(
        self, asked: Mapping[str, str], status: int, headers: Mapping[str, str], body: bytes
    ) -> str | None:
        """Return the header of an answer; ``asked`` are the headers of the request."""
        if self.key is None or not self.terms.sign:
            return None
        try:
            request = read_chain(asked[h.STRICT_SIGNATURE]).signature if h.STRICT_SIGNATURE in asked else ""
        except SignatureInvalid:
            request = ""  # what cannot be read cannot be named
        sender = codes(asked, h.TO_COUNTRY, h.TO_PARTY)
        if not sender:
            return None
        return self._signed(
            answer_parts(
                status,
                {name.lower(): value for name, value in headers.items()},
                body,
                request=request,
                sender=sender,
                receiver=codes(asked, h.FROM_COUNTRY, h.FROM_PARTY),
                correlation_id=asked.get(h.CORRELATION_ID, ""),
            )
        )

    async def prove(self, method: str, version: str, url: str, body: bytes, party: PartyId) -> str | None:
        """Return the proof that this party holds its key, for a POST or PUT of credentials.

        None without a key, or when the registry lists another one: a wrong proof is worse than none.
        """
        if self.key is None:
            return None
        if self.keys is not None:
            listed = await self.keys.keys(party)
            if listed is None or not same_address(listed.party, self.key.address):
                return None
        return self._signed(credentials_parts(method, version, url, body, party))

    async def check_request(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, *, own: PartyId
    ) -> None:
        """Refuse a request without a good strict signature; nothing when none is required.

        Raises:
            InvalidParameters: it is missing, or what is wrong with it.
        """
        if not self.terms.require:
            return
        text = headers.get(h.STRICT_SIGNATURE)
        parts = request_parts(method, path, query, headers, body)
        if not text or parts is None:
            raise InvalidParameters(MISSING)
        try:
            proof = await self._verified(text, parts, own)
            if _COPY in headers and self.terms.takes_copies:
                await self._require_copy(proof, own)
            else:
                require_fresh(proof, self.terms.window, now_ms=self.now_ms())
                await self._require_written_to(proof, own)
                await self._require_own_name(proof, parts)
                self._admit(proof, parts.receiver)
        except SignatureInvalid as error:
            raise InvalidParameters(f"Invalid strict signature: {error.reason}") from error

    async def check_answer(
        self,
        sent: Mapping[str, str],
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        *,
        sender: PartyId,
        own: PartyId,
    ) -> tuple[str, ...]:
        """Return who signed an answer to the request with the headers ``sent``, oldest first.

        Nothing when none is required.

        Raises:
            AnswerSignatureInvalid: there is none, or it is no answer of that party to that request.
        """
        if not self.terms.require:
            return ()
        try:
            text = headers.get(h.STRICT_SIGNATURE)
            if not text:
                raise SignatureInvalid(MISSING)
            asked = sent.get(h.STRICT_SIGNATURE)
            parts = answer_parts(
                status,
                headers,
                body,
                request=read_chain(asked).signature if asked else "",
                sender=sender.key,
                receiver=own.key,
                correlation_id=sent.get(h.CORRELATION_ID, ""),
            )
            proof = await self._verified(text, parts, own)
            require_fresh(proof, self.terms.window, now_ms=self.now_ms())
            if not asked:
                self._admit(proof, own.key)
        except (SignatureInvalid, InvalidParameters) as error:
            raise AnswerSignatureInvalid(f"The answer of {sender}: {error.message}") from error
        return proof.address, *(change.address for change in proof.changes)

    def _signed(self, parts: RequestParts | AnswerParts) -> str:
        if self.key is None:
            raise AssertionError("nothing is signed without a key")
        return sign_strictly(
            self.key,
            parts,
            created_ms=self.now_ms(),
            lifetime_ms=int(self.terms.lifetime_s * 1000),
            nonce=new_nonce(),
        )

    async def _verified(self, text: str, parts: RequestParts | AnswerParts, own: PartyId) -> StrictProof:
        if self.keys is None:
            raise SignatureInvalid("there is no registry to ask whose key it is")
        # Nobody may pass an answer of one party off as another's.
        reasons = ANY_REASON if isinstance(parts, RequestParts) else ANY_REASON - {Reason.TO}
        proof = verify_strictly(text, parts, reasons=reasons)
        speaker = _party(proof.origin.party)
        theirs, ours = await self.keys.keys(speaker), await self.keys.keys(own)
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

    async def _require_written_to(self, proof: StrictProof, own: PartyId) -> None:
        """A hub may name a receiver where the sender named none or the hub."""
        for change in proof.changes:
            written_to = change.was.get("to", "")
            if not written_to or written_to == own.key or self.keys is None:
                continue
            if await self.keys.keys(_party(written_to)) is not None:
                raise SignatureInvalid(f"this was written to {written_to}")

    async def _require_copy(self, proof: StrictProof, own: PartyId) -> None:
        """What another service or no service was sent, or was written to this one, is no copy for it."""
        theirs = await self.keys.keys(_party(proof.origin.party)) if self.keys is not None else None
        if theirs is None:
            raise SignatureInvalid("a copy of what no listed party has said")
        require_copy(
            proof,
            self.terms.window,
            receiver=own.key,
            node=theirs.operator,
            latest_ms=int(self.terms.copies_for_s * 1000),
            now_ms=self.now_ms(),
        )

    async def _require_own_name(self, proof: StrictProof, parts: RequestParts) -> None:
        """A hub passes on in its own name, and no hub is a party of the registry."""
        renamed = any("from" in change.was for change in proof.changes)
        if renamed and self.keys is not None and await self.keys.keys(_party(parts.sender)) is not None:
            raise SignatureInvalid(f"this was said by {proof.origin.party}")

    def _admit(self, proof: StrictProof, receiver: str) -> None:
        origin = proof.origin
        seen = NodeProof(proof.address, origin.nonce + receiver, origin.created)
        self.seen.admit(seen, now_ms=self.now_ms())


def _party(codes: str) -> PartyId:
    try:
        return PartyId(codes[:2], codes[2:])
    except ValueError as error:
        raise SignatureInvalid("a link names what can be no party") from error
