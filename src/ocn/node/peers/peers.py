"""The other nodes of the registry, and a message to one of them in this node's own name."""

from dataclasses import dataclass

from ocn.node.links import PEER_DOOR
from ocn.node.node_headers import new_message_id
from ocn.node.peers.exchange import SignedExchange
from ocn.node.ports import Directory, OutboundAnswer
from ocn.signing import same_address


@dataclass(frozen=True, slots=True)
class Peer:
    """Another node: its operator's address (EIP-55) and its base URL without a trailing slash."""

    address: str
    url: str


class Peers:
    """Who else is there, and how to speak to them."""

    def __init__(
        self,
        *,
        address: str,
        url: str,
        directory: Directory,
        exchange: SignedExchange,
        timeout_s: float = 10.0,
    ) -> None:
        self._address = address
        self._url = url
        self._directory = directory
        self._exchange = exchange
        self._timeout_s = timeout_s

    def others(self) -> list[Peer]:
        """Return every listed node but this one, in no particular order."""
        peers = [Peer(node.operator, node.url.rstrip("/")) for node in self._directory.nodes()]
        return [
            peer
            for peer in peers
            if not same_address(peer.address, self._address) and peer.url.lower() != self._url.lower()
        ]

    async def send(
        self, node: Peer, method: str, path: str, body: bytes = b"", *, timeout_s: float | None = None
    ) -> OutboundAnswer:
        """Send to ``/ocn/node/{path}`` of a node and return its answer, whose signature has been verified.

        ``path`` may have a query. A refusal is an answer too: look at its status, HTTP's and OCPI's. Nothing
        is repeated: the caller knows whether it may be.

        Raises:
            ReceiverUnreachable, ReceiverTimeout, HubFault: it could not be sent, or nobody answered for it.
        """
        target = f"{PEER_DOOR}/{path}"
        headers = {
            "Accept": "application/json",
            "X-Request-ID": new_message_id(),
            "X-Correlation-ID": new_message_id(),
        }
        if body:
            headers["Content-Type"] = "application/json"
        return await self._exchange.request(
            method,
            node.url + target,
            headers,
            body,
            node=node.address,
            target=target,
            timeout_s=timeout_s or self._timeout_s,
        )
