"""Make ``Answer`` of ``Delivered``."""

from ocn.node.handed_out import HandedOut
from ocn.node.node_headers import CONVERSION
from ocn.node.party_signatures import PartySignatures
from ocn.node.ports import Clock, OutboundAnswer, UrlCheck
from ocn.node.responding.exchanging import Exchanged, Exchanging
from ocn.node.responding.verdicts import relayed_body
from ocn.node.stages import (
    Answer,
    Delivered,
    LocalPlatform,
    Permitted,
    Routed,
    Signatures,
    Way,
)
from ocn.node.strict import MISSING_STRICT, SignatureDemands, StrictLinks, StrictSignatures
from ocn.ocpi import headers as names
from ocn.ocpi.envelope import read_status_code
from ocn.ocpi.errors import HubFault, InvalidParameters, ServerFault
from ocn.ocpi.members import append_member, find_member, replace_member
from ocn.ocpi.modules import Carries
from ocn.ocpi.statuses import is_success
from ocn.signing import (
    JsonInvalid,
    JsonValue,
    PrivateKey,
    Unsignable,
    encode,
    parse_json,
    response_values,
    rewrite,
    sign,
)
from ocn.signing.strict import Standing

_RELAYED = frozenset({*names.RELAYED_WITH_ANSWERS, CONVERSION})
_DIRECT, _NOTHING = Way.DIRECT, Carries.NOTHING
_WITHOUT_BODY = frozenset({204, 205})


class Responder:
    """Verifies answers, exchanges their addresses and restores the caller's ids."""

    def __init__(
        self,
        *,
        party_signatures: PartySignatures,
        handed_out: HandedOut,
        url_check: UrlCheck,
        clock: Clock,
        key: PrivateKey,
        strict_signatures: StrictSignatures,
        strict_links: StrictLinks,
        demands: SignatureDemands,
    ) -> None:
        self._party_signatures = party_signatures
        self._exchanging = Exchanging(handed_out, url_check)
        self._clock = clock
        self._key = key
        self._strict_signatures = strict_signatures
        self._strict_links = strict_links
        self._demands = demands

    async def respond(self, delivered: Delivered) -> Answer:
        """Return what the caller gets.

        Raises:
            HubFault, ServerFault, UnknownObject: the answer cannot be relayed.
        """
        routed, answer = delivered.routed, delivered.answer
        if routed.permitted.addressed.way is not _DIRECT:
            return self._own_answer(routed, answer)
        body = relayed_body(answer, self._clock)
        headers = _relayed_headers(answer)
        if CONVERSION in headers and not _was_converted_here(routed):
            del headers[CONVERSION]  # a node says what it converted, and nobody else
        strict = self._strict(routed, answer, headers, body)
        signatures, envelope = self._signature(routed, headers, body, strict is not None)
        carries = routed.received.address.carries
        exchanged = (
            None if carries is _NOTHING else await self._exchanging.exchange(routed, headers, answer.status)
        )
        if signatures is None and strict is None:
            # An address that was not exchanged would lead the caller, and its token, past the node.
            headers.pop(names.LINK, None)
            headers.pop(names.LOCATION, None)
        if exchanged is not None:
            headers[exchanged.name] = exchanged.new
            strict = self._strict_links.exchanged(strict, exchanged.name, exchanged.new)
            if signatures is not None:
                body = self._sign_again(signatures, envelope, exchanged, headers, body)
        if strict is not None:
            headers[names.STRICT_SIGNATURE] = strict.text
        status = 200 if answer.status in _WITHOUT_BODY else answer.status
        return Answer(status, {**headers, **caller_headers(routed.permitted)}, body)

    def _own_answer(self, routed: Routed, answer: OutboundAnswer) -> Answer:
        """Return what the hub answers itself, signed by it for a caller that signs or demands signatures."""
        headers, body = _relayed_headers(answer), answer.body
        authenticated = routed.permitted.authenticated
        platform = authenticated.platform
        if authenticated.signature is not None or self._demands.unmet(platform, notary=False, strict=True):
            signed = sign(response_values(headers, _parsed(body)), self._key)
            body = append_member(body, "ocn_signature", encode(signed))
        if authenticated.strict is not None or self._demands.unmet(platform, notary=True, strict=False):
            headers[names.STRICT_SIGNATURE] = self._strict_links.own_answer(
                routed.permitted, answer.status, headers, body
            )
        return Answer(answer.status, {**headers, **caller_headers(routed.permitted)}, body)

    def _strict(
        self, routed: Routed, answer: OutboundAnswer, headers: dict[str, str], body: bytes
    ) -> Standing | None:
        """Return the strict signature of the receiver; an answer that had to be written out here has none."""
        proof = None
        if body is answer.body:
            proof = self._strict_signatures.of_answer(routed, answer.status, headers, body)
        headers.pop(names.STRICT_SIGNATURE, None)
        return proof.standing if proof is not None else None

    def _signature(
        self, routed: Routed, headers: dict[str, str], body: bytes, strict: bool
    ) -> tuple[Signatures | None, JsonValue]:
        signer = routed.permitted.receiver
        signatures, envelope = self._party_signatures.carried_by(body, headers, signer)
        platform = routed.permitted.authenticated.platform
        unmet = self._demands.unmet(platform, notary=signatures is not None, strict=strict)
        if unmet is not None and (unmet != MISSING_STRICT or _succeeded(body)):
            raise ServerFault(f"Unable to verify response signature: {unmet}")
        return signatures, envelope

    def _sign_again(
        self,
        signatures: Signatures,
        envelope: JsonValue,
        exchanged: Exchanged,
        headers: dict[str, str],
        body: bytes,
    ) -> bytes:
        old_values: dict[str, JsonValue] = {f"$['headers']['{exchanged.name}']": exchanged.old}
        try:
            rewritten = rewrite(
                signatures.envelope, old_values, response_values(headers, envelope), self._key
            )
        except Unsignable as error:
            raise HubFault(f"this node cannot sign the changed answer: {error}") from error
        try:
            member = find_member(body, "ocn_signature")
        except InvalidParameters as error:
            raise HubFault(f"this node cannot sign the changed answer: {error}") from error
        if member is None:
            raise AssertionError("a signature once read has gone")
        return replace_member(body, member, encode(rewritten))


def _succeeded(body: bytes) -> bool:
    """Whether there is something to be believed; a refusal may be a node's own, which signs none strictly."""
    status = read_status_code(body)
    return status is not None and is_success(status)


def _parsed(body: bytes) -> JsonValue:
    try:
        return parse_json(body)
    except JsonInvalid as error:
        raise HubFault(f"the receiver's answer cannot be read: {error}") from error


def _was_converted_here(routed: Routed) -> bool:
    """Whether the receiver speaks another version; what another node says of its own was signed by it."""
    target = routed.target
    return not isinstance(target, LocalPlatform) or target.platform.version is not (
        routed.received.address.version
    )


def _relayed_headers(answer: OutboundAnswer) -> dict[str, str]:
    relayed: dict[str, str] = {}
    for name, value in answer.headers:
        if name in _RELAYED:
            relayed[name] = f"{relayed[name]}, {value}" if name in relayed else value
    return relayed


def caller_headers(permitted: Permitted) -> dict[str, str]:
    """Return the ids and routing headers of an answer: the caller's own ids, from and to exchanged."""
    authenticated, receiver = permitted.addressed.authenticated, permitted.addressed.receiver
    received, sender = authenticated.received, authenticated.sender
    return {
        names.REQUEST_ID: received.request_id,
        names.CORRELATION_ID: received.correlation_id,
        names.TO_COUNTRY: sender.country_code,
        names.TO_PARTY: sender.party_id,
        names.FROM_COUNTRY: receiver.country_code,
        names.FROM_PARTY: receiver.party_id,
    }
