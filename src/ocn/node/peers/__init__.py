"""What nodes say to one another: proof that a request comes from a node, and messages in a node's own name.

Enters: requests below ``/ocn/node/``, signed by a node that the registry lists, and what other parts of this
node want to tell. Leaves: what handlers answer, and signed requests to other nodes. The proofs are the same
for messages that are relayed, so both doors use :class:`NodeProofs` and :class:`SignedExchange`.
Nothing here knows an OCPI object.
"""

from ocn.node.peers.door import PeerDoor, PeerHandler
from ocn.node.peers.exchange import SignedExchange
from ocn.node.peers.peers import Peer, Peers
from ocn.node.peers.proofs import NodeProofs

__all__ = ["NodeProofs", "Peer", "PeerDoor", "PeerHandler", "Peers", "SignedExchange"]
