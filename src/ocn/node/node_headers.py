"""Headers between nodes, beside OCPI's own."""

from ocn.ocpi import headers as names

NODE_SIGNATURE = "ocn-node-signature"
"""What one node signs for the next, over the bytes it sends; see :mod:`ocn.signing.node_signature`."""

VIA = "via"
"""Names the nodes a request has passed (RFC 9110, 7.6.3); one that comes back is refused."""

SIGNED_BY_NODES = (
    *names.ROUTING,
    names.REQUEST_ID,
    names.CORRELATION_ID,
    names.SIGNATURE,
    "content-type",
)
"""Request headers under a node's signature, in the order they are signed."""

SIGNED_BY_ANSWERING_NODES = names.RELAYED_WITH_ANSWERS
"""Answer headers under a node's signature."""
