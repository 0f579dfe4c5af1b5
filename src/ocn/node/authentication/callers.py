"""The two ways to be accepted: a platform by its token, a node by its signature."""

from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.party_signatures import PartySignatures
from ocn.node.peers import NodeProofs
from ocn.node.ports import Directory
from ocn.node.stages import Authenticated, Door, Received
from ocn.ocpi import headers as names
from ocn.ocpi.errors import InvalidParameters, ReceiverUnreachable, Unauthorized, UnknownReceiver
from ocn.signing import SignatureInvalid


class Callers:
    """Authenticates messages of both doors."""

    def __init__(
        self,
        *,
        members: Members,
        directory: Directory,
        party_signatures: PartySignatures,
        proofs: NodeProofs,
    ) -> None:
        self._members = members
        self._directory = directory
        self._party_signatures = party_signatures
        self._proofs = proofs

    def authenticate(self, received: Received) -> Authenticated:
        """Accept a message, or raise Unauthorized, InvalidParameters or a HubFault.

        At the node door nothing is a 401: a party's token is never at stake there.
        """
        platform: Platform | None = None
        node_url: str | None = None
        if received.door is Door.PARTY:
            platform = self._platform(received)
        else:
            node_url = self._node_url(received)
        signature = self._party_signatures.of_request(received)
        return Authenticated(received, platform, node_url, signature)

    def _platform(self, received: Received) -> Platform:
        platform = self._members.by_authorization(received.headers.get(names.AUTHORIZATION, ""))
        if platform is None:
            raise Unauthorized("the Authorization header holds no token of this node")
        if received.sender not in platform.parties:
            raise InvalidParameters(f"OCPI-from: {received.sender} is not a party of this connection")
        return platform

    def _node_url(self, received: Received) -> str:
        listing = self._directory.party(received.sender)
        if listing is None or listing.node_url is None:
            raise UnknownReceiver(f"the sender {received.sender} is not listed in the registry")
        try:
            self._proofs.admit(
                received.method, received.target, received.headers, received.body, signer=listing.operator
            )
        except SignatureInvalid as error:
            raise ReceiverUnreachable(f"the sending node's signature was refused: {error}") from error
        return listing.node_url
