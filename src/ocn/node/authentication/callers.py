"""The two ways to be accepted: a platform by its token, a node by its signature."""

from collections.abc import Callable

from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.party_signatures import PartySignatures
from ocn.node.peers import NodeProofs
from ocn.node.ports import Directory
from ocn.node.stages import Authenticated, Door, Received
from ocn.node.strict import StrictSignatures
from ocn.ocpi import headers as names
from ocn.ocpi.errors import InvalidParameters, ReceiverUnreachable, Unauthorized, UnknownReceiver
from ocn.ocpi.party_id import PartyId
from ocn.signing import SignatureInvalid


class Callers:
    """Authenticates messages of both doors."""

    def __init__(
        self,
        *,
        members: Members,
        directory: Directory,
        party_signatures: PartySignatures,
        strict_signatures: StrictSignatures,
        proofs: NodeProofs,
        heard: Callable[[str], None],
    ) -> None:
        self._members = members
        self._directory = directory
        self._party_signatures = party_signatures
        self._strict_signatures = strict_signatures
        self._proofs = proofs
        self._heard = heard

    def authenticate(self, received: Received) -> Authenticated:
        """Accept a message, or raise Unauthorized, InvalidParameters or a HubFault.

        At the node door nothing is a 401: a party's token is never at stake there.
        """
        platform: Platform | None = None
        node_url: str | None = None
        if received.door is Door.PARTY:
            platform = self._platform(received)
            sender = _only_party(received, platform) or _named_sender(received)
            if sender not in platform.parties:
                raise InvalidParameters(f"OCPI-from: {sender} is not a party of this connection")
        else:
            sender = _named_sender(received)
            node_url = self._node_url(received, sender)
        signature = self._party_signatures.of_request(received, sender)
        strict = self._strict_signatures.of_request(received, sender)
        return Authenticated(received, sender, platform, node_url, signature, strict)

    def _platform(self, received: Received) -> Platform:
        platform = self._members.by_authorization(received.headers.get(names.AUTHORIZATION, ""))
        if platform is None:
            raise Unauthorized("the Authorization header holds no token of this node")
        self._heard(platform.id)
        return platform

    def _node_url(self, received: Received, sender: PartyId) -> str:
        listing = self._directory.party(sender)
        if listing is None or listing.node_url is None:
            raise UnknownReceiver(f"the sender {sender} is not listed in the registry")
        try:
            self._proofs.admit(
                received.method, received.target, received.headers, received.body, signer=listing.operator
            )
        except SignatureInvalid as error:
            raise ReceiverUnreachable(f"the sending node's signature was refused: {error}") from error
        return listing.node_url


def _only_party(received: Received, platform: Platform) -> PartyId | None:
    """Return who speaks where no header says it: a connection of 2.1.1 is one party's alone (HUB-72)."""
    if received.sender is None and not platform.version.has_routing and len(platform.parties) == 1:
        return next(iter(platform.parties))
    return None


def _named_sender(received: Received) -> PartyId:
    if received.sender is None:
        raise InvalidParameters("the headers OCPI-from-country-code and OCPI-from-party-id are both needed")
    return received.sender
