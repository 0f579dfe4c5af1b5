"""What is demanded of a sender: to be let in by the receiver, and a signature where one is wanted."""

from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.ocn_rules import NO_RULES, admits
from ocn.node.rules.admission import refuse_unwelcome
from ocn.node.stages import Addressed, Authenticated, Permitted
from ocn.node.strict import SignatureDemands
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId


class Demands:
    """Applies the demands of the node and of receivers connected here."""

    def __init__(self, members: Members, *, signatures: SignatureDemands) -> None:
        self._members = members
        self._signatures = signatures

    def permit(self, addressed: Addressed) -> Permitted:
        """Accept a message; of one to everybody the receivers are asked one by one, by ``admits``.

        Raises:
            ClientFault: the receiver's rules do not let the sender use the module (2000).
            InvalidParameters: a signature is demanded and missing.
        """
        authenticated, receiver = addressed.authenticated, addressed.receiver
        platform = self._members.by_party(receiver)
        if platform is not None and platform.rules is not NO_RULES:
            module = authenticated.received.address.module
            refuse_unwelcome(platform.rules, authenticated.sender, receiver, module)
        if unmet := self._signatures.unmet_by(platform, authenticated):
            raise InvalidParameters(unmet)
        return Permitted(addressed, platform)

    def signed_enough(self, platform: Platform, authenticated: Authenticated) -> bool:
        """Whether a request has the signatures that a platform and this node demand."""
        return self._signatures.unmet_by(platform, authenticated) is None

    def admits(self, platform: Platform, sender: PartyId, module: str, *, signed: bool) -> bool:
        """Whether a platform takes its share of a broadcast; one it does not take is not for it.

        ``signed`` is what ``signed_enough`` says.
        """
        return signed and admits(platform.rules, sender, module)
