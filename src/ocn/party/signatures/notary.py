"""Signing what this party says and verifying what it hears, in the notary envelope of the network.

Off: nothing is signed, and signatures that come are not looked at. On: every request and every answer is
signed, and every request must be. Whether somebody was entitled to sign is asked of a :class:`Signatories`;
without one a signature proves only that nothing was altered since somebody signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

from ocn.ocpi import headers as h
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.members import append_member
from ocn.ocpi.party_id import PartyId
from ocn.party.errors import AnswerSignatureInvalid
from ocn.signing.errors import JsonInvalid, SignatureInvalid
from ocn.signing.json_values import parse_json
from ocn.signing.keys import PrivateKey
from ocn.signing.notary import sign, verify
from ocn.signing.values import SIGNATURE_MEMBER, SignedValues, request_values, response_values
from ocn.signing.wire import decode, encode


class Signatories(Protocol):
    """Who may sign for a party."""

    async def entitled(self, party: PartyId) -> frozenset[str]:
        """Return the addresses of the party's own key and of its node's operator; empty if unlisted."""
        ...


@dataclass(frozen=True, slots=True)
class Signatures:
    """The rules of one party: with which key it signs, whether it insists, whom it believes."""

    key: PrivateKey | None = None
    required: bool = False
    signatories: Signatories | None = None

    def sign_request(self, headers: Mapping[str, str], url: str, body: bytes | None) -> str | None:
        """Return the value of ``OCN-Signature``, or None when this party does not sign."""
        if self.key is None:
            return None
        return encode(sign(_of_request(headers, _query(url), body or b""), self.key))

    def sign_answer(self, headers: Mapping[str, str], body: bytes) -> bytes:
        """Return the envelope with ``ocn_signature`` as its last member, every other byte as it was."""
        if self.key is None:
            return body
        text = encode(sign(response_values(headers, parse_json(body)), self.key))
        return append_member(body, SIGNATURE_MEMBER, text)

    async def check_request(
        self, headers: Mapping[str, str], query: str, body: bytes, *, sender: PartyId, own: PartyId
    ) -> None:
        """Refuse a request that is unsigned, altered, or signed by somebody else; nothing when off.

        Raises:
            InvalidParameters: the wording after the colon is the notary's.
        """
        if not self.required:
            return
        text = headers.get(h.SIGNATURE)
        if not text:
            raise InvalidParameters("Missing OCN Signature")
        try:
            await self._verify(text, _of_request(headers, query, body), sender, own)
        except SignatureInvalid as error:
            raise InvalidParameters(f"Invalid signature: {error.reason}") from error

    async def check_answer(
        self, headers: Mapping[str, str], body: bytes, *, sender: PartyId, own: PartyId
    ) -> tuple[str, ...]:
        """Return who signed an answer, oldest first; nothing when off.

        The last may be this party's own node, which rewrites page links and locations.

        Raises:
            AnswerSignatureInvalid: it is unsigned, altered, or signed by somebody else.
        """
        if not self.required:
            return ()
        try:
            envelope = parse_json(body)
            text = envelope.get(SIGNATURE_MEMBER) if isinstance(envelope, dict) else None
            if not isinstance(text, str):
                raise SignatureInvalid("Missing OCN Signature")
            return await self._verify(text, response_values(headers, envelope), sender, own)
        except (SignatureInvalid, JsonInvalid) as error:
            raise AnswerSignatureInvalid(f"The answer of {sender}: {error.message}") from error

    async def _verify(
        self, text: str, values: SignedValues, sender: PartyId, own: PartyId
    ) -> tuple[str, ...]:
        signed_by = verify(decode(text), values).signatories
        if self.signatories is None:
            return signed_by
        theirs = {address.lower() for address in await self.signatories.entitled(sender)}
        ours = {address.lower() for address in await self.signatories.entitled(own)}
        if self.key is not None:
            ours.discard(self.key.address.lower())
        if signed_by[0].lower() not in theirs:
            raise SignatureInvalid(f"signed by {signed_by[0]}, who is neither {sender} nor its node")
        for signatory in signed_by[1:]:
            if signatory.lower() not in theirs | ours:
                raise SignatureInvalid(f"rewritten by {signatory}, who is no node on the way")
        return signed_by


def _of_request(headers: Mapping[str, str], query: str, body: bytes) -> SignedValues:
    try:
        values = parse_json(body) if body else None
    except JsonInvalid as error:
        raise SignatureInvalid(error.message) from error
    return request_values(headers, parse_qsl(query, keep_blank_values=True), values)


def _query(url: str) -> str:
    return url.partition("?")[2].partition("#")[0]
