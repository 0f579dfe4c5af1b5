"""Signatures of parties on requests and answers: verified against the registry, carried along.

A signature is accepted when its values are unchanged, or every change is stashed by somebody entitled to
make it. Entitled are the party and the operator of its node, of each signatory in the chain and not only
of the last (``spec`` of the notary leaves the older ones unchecked).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from ocn.node.ports import Directory
from ocn.node.stages import Permitted, Received, Signatures
from ocn.ocpi import headers as names
from ocn.ocpi.errors import HubFault, InvalidParameters, ServerFault
from ocn.ocpi.party_id import PartyId
from ocn.signing import (
    Envelope,
    JsonInvalid,
    JsonValue,
    NumberForm,
    PrivateKey,
    Shapes,
    SignatureInvalid,
    SignedValues,
    Unsignable,
    Verified,
    decode,
    encode,
    lowered,
    parse_json,
    request_values,
    require_complete,
    response_values,
    rewrite,
    same_address,
    verify,
    verify_text,
)
from ocn.signing.values import SIGNATURE_MEMBER


class PartySignatures:
    """Checks notary signatures and who made them."""

    def __init__(self, directory: Directory, *, complete: bool = False) -> None:
        """With ``complete``, values added to signed ones are refused, which the scheme lets pass."""
        self._directory = directory
        self._complete = complete
        self._shapes = None if complete else Shapes()  # a shape says nothing of added headers

    def of_request(self, received: Received, sender: PartyId) -> Signatures | None:
        """Verify the signature of a request, if it has one; ``sender`` is who must have signed it.

        Raises:
            InvalidParameters: malformed, altered, or by somebody not entitled.
        """
        text = received.headers.get(names.SIGNATURE)
        if not text:
            return None
        try:
            return self._of_request(text, received, sender)
        except JsonInvalid as error:
            raise InvalidParameters(f"the signed body cannot be read: {error}") from error
        except SignatureInvalid as error:
            raise InvalidParameters(f"Invalid signature: {error}") from error

    def _of_request(self, text: str, received: Received, sender: PartyId) -> Signatures:
        """Verify over the JSON values; the body of a custom module may be signed as one text instead."""
        headers, query, body = received.headers, received.address.query, received.body
        envelope = decode(text)
        known = self._of_known_shape(envelope, headers, query, body)
        if known is not None:
            return self._entitled(text, envelope, known, sender)
        try:
            values = signed_request(headers, query, body)
            verified = self._verified(envelope, values)
        except (JsonInvalid, SignatureInvalid):
            if received.address.version is not None or not body:
                raise
            whole = request_values(headers, _pairs(query), body.decode(errors="replace"))
            return self._entitled(text, envelope, self._verified(envelope, whole), sender)
        if body and self._shapes is not None and verified.number_form is NumberForm.JAVASCRIPT:
            self._shapes.learn(envelope.signatory, lowered(envelope.fields), body, values.body)
        return self._entitled(text, envelope, verified, sender)

    def _of_known_shape(
        self, envelope: Envelope, headers: Mapping[str, str], query: str, body: bytes
    ) -> Verified | None:
        if self._shapes is None:
            return None
        signed = self._shapes.text_of(envelope.signatory, lowered(envelope.fields), body)
        return verify_text(envelope, request_values(headers, _pairs(query)), signed) if signed else None

    def of_answer(
        self, text: str, headers: Mapping[str, str], envelope: JsonValue, signer: PartyId
    ) -> Signatures:
        """Verify the signature that an answer carries.

        Raises:
            ServerFault: malformed, altered, or by somebody not entitled.
        """
        try:
            return self._verify(text, response_values(headers, envelope), signer)
        except SignatureInvalid as error:
            raise ServerFault(f"Unable to verify response signature: {error}") from error

    def carried_by(
        self, body: bytes, headers: Mapping[str, str], signer: PartyId
    ) -> tuple[Signatures | None, JsonValue]:
        """Verify the signature within the body of an answer, if it has one; return it and the rest.

        The rest is None where nothing had to be read.

        Raises:
            HubFault: the body cannot be read.
            ServerFault: as ``of_answer``.
        """
        if b'"ocn_signature"' not in body:
            return None, None
        try:
            envelope = parse_json(body)
        except JsonInvalid as error:
            raise HubFault(f"the receiver's answer cannot be read: {error}") from error
        text = envelope.pop(SIGNATURE_MEMBER, None) if isinstance(envelope, dict) else None
        if not (isinstance(text, str) and text):
            return None, envelope
        return self.of_answer(text, headers, envelope, signer), envelope

    def _verify(self, text: str, values: SignedValues, signer: PartyId) -> Signatures:
        envelope = decode(text)
        return self._entitled(text, envelope, self._verified(envelope, values), signer)

    def _verified(self, envelope: Envelope, values: SignedValues) -> Verified:
        verified = verify(envelope, values)
        if self._complete:
            require_complete(envelope, values)
        return verified

    def _entitled(self, text: str, envelope: Envelope, verified: Verified, signer: PartyId) -> Signatures:
        listing = self._directory.party(signer)
        if listing is None:
            raise SignatureInvalid(f"{signer} is not listed in the registry")
        for signatory in verified.signatories:
            if not (same_address(signatory, listing.address) or same_address(signatory, listing.operator)):
                raise SignatureInvalid(
                    f"signed by {signatory}, expected {listing.address} or its node {listing.operator}"
                )
        return Signatures(text, envelope)


@dataclass(frozen=True, slots=True)
class Renamed:
    """The headers of a request under other routing headers, and what those were before."""

    headers: dict[str, str]
    old_values: dict[str, JsonValue]
    """By the paths that signatures use; None for a header that was not there."""

    @classmethod
    def of(cls, received: Received, sender: PartyId, receiver: PartyId) -> "Renamed":
        """Name sender and receiver as the next leg does."""
        now = {
            names.FROM_COUNTRY: sender.country_code,
            names.FROM_PARTY: sender.party_id,
            names.TO_COUNTRY: receiver.country_code,
            names.TO_PARTY: receiver.party_id,
        }
        before = received.headers
        changed = [name for name, value in now.items() if before.get(name) != value]
        return cls({**before, **now}, {f"$['headers']['{name}']": before.get(name) for name in changed})


def readdressed(permitted: Permitted, sender: PartyId, receiver: PartyId, key: PrivateKey) -> str | None:
    """Return the party signature for a leg with other names, signed again; None when there is none.

    Raises:
        HubFault: it cannot be carried over.
    """
    signed = permitted.authenticated.signature
    if signed is None:
        return None
    received = permitted.received
    renamed = Renamed.of(received, sender, receiver)
    try:
        values = signed_request(renamed.headers, received.address.query, received.body)
        return encode(rewrite(signed.envelope, renamed.old_values, values, key))
    except (Unsignable, JsonInvalid) as error:
        raise HubFault(f"this node cannot sign the request in its own name: {error}") from error


def signed_request(headers: Mapping[str, str], query: str, body: bytes) -> SignedValues:
    """Return the values a party signs of a request.

    Raises:
        JsonInvalid: the body is no JSON, or ambiguous.
    """
    return request_values(headers, _pairs(query), parse_json(body) if body else None)


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True) if query else []
