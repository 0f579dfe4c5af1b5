"""Who demands a party signature: this node of everybody, or a party of those who write to it."""

from ocn.node.members import Members
from ocn.node.stages import Authenticated, Permitted
from ocn.ocpi.errors import InvalidParameters


class Demands:
    """Applies the demands of the node and of receivers connected here."""

    def __init__(self, members: Members, *, signatures_required: bool) -> None:
        self._members = members
        self._signatures_required = signatures_required

    def permit(self, authenticated: Authenticated) -> Permitted:
        """Accept, or raise InvalidParameters when a signature is demanded and missing."""
        platform = self._members.by_party(authenticated.received.receiver)
        demanded = self._signatures_required or (platform is not None and platform.requires_signatures)
        if demanded and authenticated.signature is None:
            raise InvalidParameters("Missing OCN Signature")
        return Permitted(authenticated, platform)
