"""Who demands a party signature: this node of everybody, or a party of those who write to it."""

from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.stages import Addressed, Permitted
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId


class Demands:
    """Applies the demands of the node and of receivers connected here."""

    def __init__(self, members: Members, *, signatures_required: bool) -> None:
        self._members = members
        self._signatures_required = signatures_required

    def permit(self, addressed: Addressed) -> Permitted:
        """Accept, or raise InvalidParameters when a signature is demanded and missing."""
        platform = self._members.by_party(addressed.receiver)
        demanded = self._signatures_required or (platform is not None and platform.requires_signatures)
        if demanded and addressed.authenticated.signature is None:
            raise InvalidParameters("Missing OCN Signature")
        return Permitted(addressed, platform)

    def admits(self, platform: Platform, _sender: PartyId, _module: str, *, signed: bool) -> bool:
        """Whether a platform takes its share of a broadcast; one it does not take is not for it."""
        return signed or not platform.requires_signatures
