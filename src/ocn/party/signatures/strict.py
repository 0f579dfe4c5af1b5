"""Strict signatures of a party: sign what it says, believe what it hears, prove who it is.

Signing is on or off, and so is demanding; what nobody demands is not looked at. Unlike the notary's, a strict
signature says nothing without the registry, since the key is recovered from it: to demand one, a party needs
somebody to ask (:class:`Keys`).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ocn.ocpi import headers as h
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.party.errors import AnswerSignatureInvalid
from ocn.party.signatures.strict_parts import answer_parts, codes, credentials_parts, request_parts
from ocn.party.signatures.strict_terms import Keys, StrictTerms
from ocn.party.signatures.strict_trust import Trust
from ocn.signing import NodeProof, PrivateKey, ReplayWindow, SignatureInvalid, new_nonce, same_address
from ocn.signing.strict import (
    AnswerParts,
    RequestParts,
    StrictProof,
    read_chain,
    require_fresh,
    sign_strictly,
)

MISSING: Final = "Missing OCN Strict Signature"
_COPY: Final = "ocn-copy"
_NEITHER: Final = StrictTerms(sign=False)


@dataclass(frozen=True, slots=True)
class StrictSignatures:
    """The rules of one party, its key, and what it remembers of others."""

    key: PrivateKey | None = None
    terms: StrictTerms = _NEITHER
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
            trust, terms = self._trust(own), self.terms
            proof = await trust.verified(text, parts)
            if _COPY in headers and terms.takes_copies:
                await trust.require_copy(
                    proof, terms.window, latest_s=terms.copies_for_s, now_ms=self.now_ms()
                )
            else:
                require_fresh(proof, terms.window, now_ms=self.now_ms())
                await trust.require_written_to(proof)
                await trust.require_own_name(proof, parts.sender)
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
            proof = await self._trust(own).verified(text, parts)
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

    def _trust(self, own: PartyId) -> Trust:
        if self.keys is None:
            raise SignatureInvalid("there is no registry to ask whose key it is")
        return Trust(self.keys, own)

    def _admit(self, proof: StrictProof, receiver: str) -> None:
        origin = proof.origin
        seen = NodeProof(proof.address, origin.nonce + receiver, origin.created)
        self.seen.admit(seen, now_ms=self.now_ms())
