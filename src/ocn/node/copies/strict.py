"""The strict signature of a copy: extended when the copy is made, taken up again when it is sent.

The link that names the service is signed when the copy is made, and says when that was: by it the service and
its node judge a copy that comes late. A copy too old for them goes without.
"""

from datetime import datetime, timedelta

from ocn.node.copies.copy import NewCopy
from ocn.node.stages import Address, LocalPlatform, Permitted, Received, RemoteNode
from ocn.node.strict import StrictLinks
from ocn.node.strict.parts import request_parts, version_at
from ocn.ocpi.errors import HubFault, InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.signing import SignatureInvalid
from ocn.signing.strict import Standing, StrictProof, verify_strictly


class StrictCopies:
    """Carries strict signatures of requests over to their copies; None stands for: it has none."""

    def __init__(self, links: StrictLinks, *, good_for: timedelta) -> None:
        """``good_for`` is how old a copy may be that still gets its signature."""
        self._links = links
        self._good_for = good_for

    def text(
        self, permitted: Permitted, service: PartyId, address: Address, response_url: str | None
    ) -> str | None:
        """Return the header of a copy; ``address`` and ``response_url`` are the copy's."""
        proof = permitted.authenticated.strict
        if proof is None:
            return None
        links, asked = self._links, permitted.received.address
        try:
            standing = links.renamed(proof.standing, sender=permitted.sender.key, receiver=service.key)
            if address.path != asked.path:
                standing = links.led_to(standing, path=address.path, query=address.query)
            if response_url is not None:
                standing = links.called_back_at(standing, response_url)
        except HubFault:
            return None
        return None if standing is None else standing.text

    def taken_up(self, message: NewCopy, received: Received, now: datetime) -> StrictProof | None:
        """Return the proof over a stored copy; None for one too old."""
        if message.strict is None or now - message.created_at > self._good_for:
            return None
        try:
            return verify_strictly(message.strict, request_parts(received, message.user))
        except (SignatureInvalid, InvalidParameters):
            return None

    def called_in_its_version(
        self, proof: StrictProof | None, received: Received, target: LocalPlatform | RemoteNode
    ) -> Standing | None:
        """Return what goes to a target: the call of another version is vouched for.

        Raises:
            HubFault: the chain is full.
        """
        if proof is None:
            return None
        return self._links.converted(proof.standing, version=version_at(target, received.address.version))
