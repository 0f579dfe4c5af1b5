"""Headers between nodes, beside OCPI's own."""

import os

from ocn.ocpi import headers as names

NODE_SIGNATURE = "ocn-node-signature"
"""What one node signs for the next, over the bytes it sends; see :mod:`ocn.signing.node_signature`."""

VIA = "via"
"""Names the nodes a request has passed (RFC 9110, 7.6.3); one that comes back is refused."""

WAY = "ocn-way"
"""Set between nodes on what is for every party the receiving node has."""

WAY_BROADCAST = "broadcast"

CONVERSION = "ocn-conversion"
"""Set by the node that converted a message between versions of OCPI: which way, and what was lost."""

COPY = "ocn-copy"
"""By this a service tells a copy from a message that is meant for it: says what was copied, ``request``."""

COPY_RECEIVER = "ocn-copy-receiver"
"""For whom the copied message was, such as ``NL MSP``; not there when it was a broadcast."""

SIGNED_BY_NODES = (
    *names.ROUTING,
    names.REQUEST_ID,
    names.CORRELATION_ID,
    names.SIGNATURE,
    names.STRICT_SIGNATURE,
    "content-type",
    WAY,
    COPY,
    COPY_RECEIVER,
)
"""Request headers under a node's signature, in the order they are signed."""

SIGNED_BY_ANSWERING_NODES = (*names.RELAYED_WITH_ANSWERS, CONVERSION)
"""Answer headers under a node's signature."""

_BATCH = 1_000
LONGEST_MESSAGE_ID = 128
"""Characters that a caller's request or correlation id may have."""


def new_message_id() -> str:
    """Return an id for a request, or for the requests that belong together: a UUID, version 4.

    Every message gets one, and the standard library takes three times as long to write it.
    """
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


class MessageIds:
    """Ids of the same form for who needs one after the other: a count, and 90 random bits for every thousand.

    They are unique and no secret: who has seen one can guess the next. A process must not fork with these.
    """

    def __init__(self) -> None:
        self._count, self._tail = 0, ""

    def new(self) -> str:
        """Return an id that nobody has had before."""
        if not self._count:
            self._count, self._tail = _BATCH, new_message_id()[8:]
        self._count -= 1
        return f"{self._count:08x}{self._tail}"
