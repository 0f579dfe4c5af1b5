"""The door for messages of other nodes in their own name: who may come in, how much, and who answers."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Protocol

from ocn.node.links import PEER_DOOR
from ocn.node.node_headers import NODE_SIGNATURE
from ocn.node.peers.proofs import NodeProofs
from ocn.node.ports import Directory
from ocn.ocpi.errors import InvalidParameters, ReceiverUnreachable, ServerFault, TooLarge, UnknownObject
from ocn.signing import SignatureInvalid, address_bytes, checksummed, claimed_node

MOST_BYTES = 4 * 1024 * 1024
"""Of one message; who has more to say sends several."""
MOST_PER_MINUTE = 6000
"""Messages of one node."""


class TooManyMessages(ServerFault):
    """One node sends more than its share."""

    http_status = 429


class PeerHandler(Protocol):
    """Answers one kind of message."""

    async def __call__(self, sender: str, method: str, query: str, body: bytes) -> tuple[int, bytes]:
        """Return HTTP status and body of the answer; ``sender`` is the proven operator, in EIP-55 case.

        What it raises is rendered like every failure: an OcpiError as its status in the envelope.
        """
        ...


class PeerDoor:
    """Accepts messages that a listed node has signed, and hands each to the handler of its path."""

    def __init__(
        self,
        *,
        directory: Directory,
        proofs: NodeProofs,
        handlers: Mapping[str, PeerHandler],
        now_ms: Callable[[], int],
    ) -> None:
        self._directory = directory
        self._proofs = proofs
        self._handlers = handlers
        self._now_ms = now_ms
        self._minute = 0
        self._counts: defaultdict[str, int] = defaultdict(int)

    def refuse_strangers(self, headers: Mapping[str, str]) -> None:
        """Raise unless the head says it is of a listed node and of a length that is taken.

        Nothing is proven yet; it spares reading the bodies of those who cannot be accepted anyway.

        Raises:
            InvalidParameters, ReceiverUnreachable, TooLarge: as the words say.
        """
        self._claimed(headers)
        length = headers.get("content-length", "0" if "transfer-encoding" not in headers else "")
        if not length.isdecimal() or int(length[:20]) > MOST_BYTES:
            raise TooLarge(f"a message of a node has at most {MOST_BYTES} bytes, and its length is told")

    async def answer(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        """Have a message answered; ``path`` is what follows the door, without a slash in front.

        Raises:
            ReceiverUnreachable: no node that the registry lists has signed this message now.
            TooManyMessages, TooLarge: beyond what one node is given.
            UnknownObject: nobody answers there.
        """
        if len(body) > MOST_BYTES:
            raise TooLarge(f"a message of a node has at most {MOST_BYTES} bytes")
        claimed = self._claimed(headers)
        target = f"{PEER_DOOR}/{path}"
        try:
            proof = self._proofs.admit(
                method, f"{target}?{query}" if query else target, headers, body, signer=claimed
            )
        except SignatureInvalid as error:
            raise ReceiverUnreachable(f"the sending node's signature was refused: {error}") from error
        self._count(proof.address)
        handler = self._handlers.get(path)
        if handler is None:
            raise UnknownObject(f"this node answers no messages at {PEER_DOOR}/{path[:100]}")
        return await handler(proof.address, method, query, body)

    def _claimed(self, headers: Mapping[str, str]) -> str:
        try:
            claimed = checksummed(address_bytes(claimed_node(headers.get(NODE_SIGNATURE, "")).address))
        except SignatureInvalid as error:
            raise InvalidParameters(f"only nodes speak here: {error}") from error
        if self._directory.node(claimed) is None:
            raise ReceiverUnreachable(f"the registry lists no node of {claimed}")
        return claimed

    def _count(self, address: str) -> None:
        minute = self._now_ms() // 60_000
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        self._counts[address] += 1
        if self._counts[address] > MOST_PER_MINUTE:
            raise TooManyMessages(f"more than {MOST_PER_MINUTE} messages of one node within a minute")
