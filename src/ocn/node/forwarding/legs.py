"""One leg of a broadcast: the request as one of its receivers gets it (HUB-24, HUB-25).

To a party: FROM is the hub, TO the party. To another node: the names stay, since that node has its own
receivers. The body and the owner in the URL stay the sender's, and a party signature is kept valid.

A leg is made when it is its turn, which may be long after the broadcast was accepted: it goes where its
receiver is by then.
"""

from typing import Protocol

from ocn.node.endpoints import endpoint_of, join
from ocn.node.party_signatures import readdressed
from ocn.node.stages import LocalPlatform, Permitted, RemoteNode, Routed
from ocn.node.strict import StrictLinks
from ocn.node.strict.parts import version_at
from ocn.ocpi import headers as names
from ocn.ocpi.party_id import PartyId
from ocn.signing import PrivateKey


class Audiences(Protocol):
    """Where the receivers of a broadcast are by now."""

    def still(self, permitted: Permitted, party: PartyId, target: LocalPlatform) -> LocalPlatform:
        """Return where a party is connected; ReceiverUnreachable when it is gone or wants this no more."""
        ...

    def still_listed(self, node: RemoteNode) -> RemoteNode:
        """Return where a node is listed; ReceiverUnreachable when it is not."""
        ...


class Legs:
    """Makes the legs of this node's broadcasts."""

    def __init__(
        self, *, hub: PartyId, key: PrivateKey, strict_links: StrictLinks, audiences: Audiences
    ) -> None:
        self._hub = hub
        self._key = key
        self._strict_links = strict_links
        self._audiences = audiences

    def to_party(self, permitted: Permitted, party: PartyId, target: LocalPlatform) -> Routed:
        """Address a broadcast to one party connected here.

        Raises:
            ReceiverUnreachable: it has left, or wants this no more, since the broadcast was accepted.
            UnknownReceiver: its platform has withdrawn the module meanwhile.
            HubFault: the party signature cannot be carried over.
        """
        target = self._audiences.still(permitted, party, target)
        received = permitted.received
        endpoint = endpoint_of(received.address, target, party)
        url = join(endpoint, received.address.path, received.address.query)
        signature = readdressed(permitted, self._hub, party, self._key)
        proof = permitted.authenticated.strict
        strict = self._strict_links.renamed(
            proof.standing if proof else None, sender=self._hub.key, receiver=party.key
        )
        strict = self._strict_links.converted(strict, version=version_at(target, received.address.version))
        return Routed(permitted, target, self._hub, party, url, received.body, signature, strict)

    def to_node(self, permitted: Permitted, node: RemoteNode) -> Routed:
        """Pass a broadcast to a node, for its parties.

        Raises:
            ReceiverUnreachable: the node is no longer listed.
        """
        node = self._audiences.still_listed(node)
        received = permitted.received
        url = join(
            endpoint_of(received.address, node, self._hub), received.address.path, received.address.query
        )
        signature = received.headers.get(names.SIGNATURE)
        proof = permitted.authenticated.strict
        strict = proof.standing if proof else None
        return Routed(
            permitted, node, permitted.sender, received.receiver, url, received.body, signature, strict
        )
