"""What becomes of party signatures when a message is converted.

A notary signature covers members of the body: it cannot stay, and goes, but never before it was verified:
that of a request at the door, that of an answer here. The strict one of a request is extended by a link in
which this node vouches for the conversion, and so is that of an answer, once verified.
Where a signature is demanded that would go, nothing is converted.
"""

import msgspec

from ocn.conversion import ConversionRefused
from ocn.conversion.policy import Choice
from ocn.node.converting.crossing import Crossing
from ocn.node.party_signatures import PartySignatures
from ocn.node.stages import Delivered, Routed
from ocn.node.strict import SignatureDemands, StrictLinks, StrictSignatures
from ocn.node.strict.parts import place_of
from ocn.ocpi import headers as names
from ocn.ocpi.members import without_value
from ocn.ocpi.modules import Carries
from ocn.ocpi.response_urls import in_body
from ocn.signing.strict import Standing
from ocn.signing.values import SIGNATURE_MEMBER

_SIGNED_WITH_ANSWERS = frozenset({*names.RELAYED_WITH_ANSWERS, names.STRICT_SIGNATURE})

_SIGNED = f'"{SIGNATURE_MEMBER}"'.encode()


class Signing:
    """Carries signatures across, or refuses."""

    def __init__(
        self,
        *,
        demands: SignatureDemands,
        links: StrictLinks,
        notary: PartySignatures,
        signatures: StrictSignatures,
    ) -> None:
        self._demands = demands
        self._notary = notary
        self._links = links
        self._signatures = signatures

    def refuse_demanded(self, across: Crossing, *, method_stays: bool = True) -> None:
        """Refuse where either side demands a signature that no conversion leaves valid.

        A PATCH that becomes a PUT is another request, which its party has not signed at all.

        Raises:
            ConversionRefused: it does; the receiver's demand gives way to the policy ``pass``.
        """
        permitted, routed = across.routed.permitted, across.routed
        if self._demands.unmet(permitted.authenticated.platform, notary=False, strict=method_stays):
            raise ConversionRefused(
                f"{permitted.sender} demands signed answers, and a converted answer keeps strict ones only"
            )
        strict = routed.strict is not None and method_stays
        unmet = self._demands.unmet(across.peer, notary=False, strict=strict)
        if unmet and across.policy.dangerous is not Choice.PASS:
            raise ConversionRefused(
                f"{permitted.receiver} demands signatures, and a converted message keeps strict ones only",
                hint="speak its version, sign strictly, or have its node's operator set the policy to pass",
            )

    def request(self, before: Routed, after: Routed) -> Routed:
        """Extend the strict signature of a request by what was converted."""
        if after.strict is None:
            return after
        body = after.body
        if before.received.address.carries is Carries.RESPONSE_URL_IN_BODY:
            body, _ = in_body(body, "").cut()
        path, query = place_of(after.url, None)
        was, _ = place_of(before.url, None)
        changed = {"query": query} if after.url != before.url else {}
        if path != was:
            changed["path"] = path.removeprefix(was.removesuffix(before.received.address.path))
        return msgspec.structs.replace(
            after, strict=self._links.converted(after.strict, body=body, **changed)
        )

    def answer(self, delivered: Delivered) -> Standing | None:
        """Verify the signatures of an answer before anything in it is used; return the strict one.

        Raises:
            ServerFault: the receiver signed, and a signature does not hold.
            HubFault: it seems to be signed, and cannot be read.
        """
        answer = delivered.answer
        if answer.body.find(_SIGNED) < 0:
            for name, _ in answer.headers:
                if name == names.STRICT_SIGNATURE:
                    break
            else:
                return None
        headers = {name: value for name in _SIGNED_WITH_ANSWERS if (value := answer.header(name)) is not None}
        routed = delivered.routed
        self._notary.carried_by(answer.body, headers, routed.receiver or routed.permitted.receiver)
        proof = self._signatures.of_answer(routed, answer.status, headers, answer.body, once=False)
        return proof.standing if proof is not None else None

    def converted_answer(self, standing: Standing | None, body: bytes) -> tuple[tuple[str, str], ...]:
        """Return the strict header of a converted answer, this node's link in it; nothing if it has none."""
        if standing is None:
            return ()
        strict = self._links.converted_answer(standing, without_value(body, SIGNATURE_MEMBER))
        return () if strict is None else ((names.STRICT_SIGNATURE, strict.text),)
