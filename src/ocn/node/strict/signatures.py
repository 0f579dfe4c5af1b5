"""Verify strict signatures: who spoke and who changed what, each asked of the registry; fresh, and once."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from ocn.node.node_headers import COPY
from ocn.node.ports import Directory
from ocn.node.stages import Address, Door, LocalPlatform, Received, RemoteNode, Routed
from ocn.node.strict.parts import answer_parts, codes, request_parts
from ocn.ocpi import headers as names
from ocn.ocpi.errors import HubFault, InvalidParameters, ServerFault
from ocn.ocpi.party_id import PartyId
from ocn.signing import NodeProof, ReplayWindow, SignatureInvalid, same_address
from ocn.signing.strict import (
    AnswerParts,
    Reason,
    RequestParts,
    StrictProof,
    Window,
    require_copy,
    require_fresh,
    verify_strictly,
)

_BY_THE_SENDERS_NODE: Final = frozenset({Reason.RESPONSE_URL, Reason.ADDRESS, Reason.TO})
_BY_THE_RECEIVERS_NODE: Final = frozenset({Reason.LINK, Reason.LOCATION, Reason.CONVERSION})
_CONVERTED_HERE: Final = frozenset({Reason.CONVERSION})
_NOBODY: Final = frozenset[Reason]()
_NO_TIME: Final = timedelta(0)


class StrictSignatures:
    """Checks strict signatures of requests and answers.

    A party's own key signs; with ``by_operator`` the key of its node may do it instead. A change must be
    signed by the one node that can have made it: of a request from another node, the sender's; of an answer,
    the receiver's. What a party sends itself has no changes but the conversion of this node.

    What another node marks as a copy may be late and come again, for ``copies_for`` after it was made;
    ``is_copy_permitted`` says whether a sender permits a service copies of what goes to an address.
    """

    def __init__(
        self,
        directory: Directory,
        *,
        window: Window,
        replays: ReplayWindow,
        now_ms: Callable[[], int],
        by_operator: bool = False,
        is_copy_permitted: Callable[[PartyId, PartyId, Address], bool] = lambda _user, _service, _to: False,
        copies_for: timedelta = _NO_TIME,
    ) -> None:
        self._directory = directory
        self._window = window
        self._replays = replays
        self._now_ms = now_ms
        self._by_operator = by_operator
        self._is_copy_permitted = is_copy_permitted
        self._copies_for_ms = int(copies_for.total_seconds() * 1000)
        self._started_ms = now_ms()

    def of_request(self, received: Received, sender: PartyId) -> StrictProof | None:
        """Verify the strict signature of a request, if it has one.

        Raises:
            InvalidParameters: malformed, altered, by somebody not entitled, out of date, or seen before.
            HubFault: a copy that the sender does not permit, as far as this node's index knows by now.
        """
        text = received.headers.get(names.STRICT_SIGNATURE)
        if not text:
            return None
        try:
            proof = self._spoken(text, request_parts(received, sender), sender)
            reasons = _BY_THE_SENDERS_NODE if received.door is Door.NODE else _NOBODY
            self._require_changes(proof, reasons, self._operator_of(sender))
            if received.door is Door.NODE and COPY in received.headers:
                self._require_copy(proof, received, sender)
            else:
                require_fresh(proof, self._window, now_ms=self._now_ms())
                self._require_same_addressee(proof, received)
                self.admit_once(proof, codes(received.receiver))
        except SignatureInvalid as error:
            raise InvalidParameters(f"Invalid strict signature: {error}") from error
        return proof

    def of_answer(
        self, routed: Routed, status: int, headers: Mapping[str, str], body: bytes, *, once: bool = True
    ) -> StrictProof | None:
        """Verify the strict signature of an answer, if it has one; it must be one to this very request.

        ``once`` is off for whoever looks at an answer that will be verified again.

        Raises:
            ServerFault: malformed, altered, by somebody not entitled, out of date, or to another request.
        """
        text = headers.get(names.STRICT_SIGNATURE)
        if not text or not isinstance(routed.target, LocalPlatform | RemoteNode) or routed.receiver is None:
            return None
        asked = routed.permitted.authenticated.strict
        try:
            parts = answer_parts(
                status,
                headers,
                body,
                request=asked.signature if asked is not None else "",
                sender=routed.receiver,
                receiver=routed.sender,
                correlation_id=routed.received.correlation_id,
            )
            proof = self.verified(text, parts, routed.receiver)
            remote = isinstance(routed.target, RemoteNode)
            reasons = _BY_THE_RECEIVERS_NODE if remote else _CONVERTED_HERE
            self._require_changes(proof, reasons, self._operator_of(routed.receiver))
            if asked is None and once:
                self.admit_once(proof, codes(routed.sender))
        except SignatureInvalid as error:
            raise ServerFault(f"Unable to verify response signature: {error}") from error
        return proof

    def verified(self, text: str, parts: RequestParts | AnswerParts, speaker: PartyId) -> StrictProof:
        """Verify that a party said this, lately; changes and replays are for the caller to look at.

        Raises:
            SignatureInvalid: it did not.
        """
        proof = self._spoken(text, parts, speaker)
        require_fresh(proof, self._window, now_ms=self._now_ms())
        return proof

    def _spoken(self, text: str, parts: RequestParts | AnswerParts, speaker: PartyId) -> StrictProof:
        """Verify that a party said this, whenever it was."""
        proof = verify_strictly(text, parts)
        if proof.origin.party != codes(speaker):
            raise SignatureInvalid(f"Strict signature: {proof.origin.party} speaks, expected {speaker}")
        listing = self._directory.party(speaker)
        if listing is None:
            raise SignatureInvalid(f"Strict signature: {speaker} is not listed in the registry")
        if not same_address(proof.address, listing.address) and not (
            self._by_operator and same_address(proof.address, listing.operator)
        ):
            raise SignatureInvalid(
                f"Strict signature: altered, or signed by another key than {listing.address} of {speaker}"
            )
        return proof

    def admit_once(self, proof: StrictProof, receiver: str) -> None:
        """Take note of a nonce. A broadcast reaches several receivers behind one address under one nonce.

        Raises:
            SignatureInvalid: seen before, or from before this process began to watch.
        """
        origin = proof.origin
        if origin.created < self._started_ms:
            # Only what this process has seen can be told from a replay.
            raise SignatureInvalid("Strict signature: made before this node started, sign again")
        seen = NodeProof(proof.address, origin.nonce + receiver, origin.created)
        self._replays.admit(seen, now_ms=self._now_ms())

    def _operator_of(self, party: PartyId) -> str:
        listing = self._directory.party(party)
        return listing.operator if listing is not None else ""

    def _require_changes(self, proof: StrictProof, reasons: frozenset[Reason], node: str) -> None:
        for change in proof.changes:
            if change.reason not in reasons:
                raise SignatureInvalid(
                    f"Strict signature: nobody on the way may change {', '.join(change.was)}"
                )
            if not same_address(change.address, node):
                raise SignatureInvalid(
                    f"Strict signature: {', '.join(change.was)} changed by {change.address}, expected {node}"
                )

    def _require_same_addressee(self, proof: StrictProof, received: Received) -> None:
        """A node may name a receiver where the party left it open or named the hub."""
        for change in proof.changes:
            if "from" in change.was:
                raise SignatureInvalid("Strict signature: the sending node named itself as sender")
            written_to = change.was.get("to", "")
            if not written_to or received.receiver is None:
                continue
            to = _party_named(written_to)
            if self._directory.party(to) is not None:  # a hub has no listing
                raise SignatureInvalid(f"Strict signature: this was written to {to}")

    def _require_copy(self, proof: StrictProof, received: Received, sender: PartyId) -> None:
        """A copy is for a service that the sender permits it, and nothing but a copy is judged as one."""
        service = received.receiver
        if service is None:
            raise SignatureInvalid("Strict signature: a copy for nobody")
        require_copy(
            proof,
            self._window,
            receiver=service.key,
            node=self._operator_of(sender),
            latest_ms=self._copies_for_ms,
            now_ms=self._now_ms(),
        )
        if not self._is_copy_permitted(sender, service, received.address):
            # No refusal of the message itself: the sending node's index may be ahead of this one by a block.
            raise HubFault(f"{sender} permits {service} no copies of this, as far as this node knows")


def _party_named(codes_of: str) -> PartyId:
    try:
        return PartyId(codes_of[:2], codes_of[2:])
    except ValueError as error:
        raise SignatureInvalid("Strict signature: a node says that this was written to no party") from error
