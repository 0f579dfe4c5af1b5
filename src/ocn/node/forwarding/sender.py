"""Send a routed request to where it goes."""

from collections.abc import Callable

from ocn.node.links import NODE_DOOR
from ocn.node.node_headers import (
    NODE_SIGNATURE,
    SIGNED_BY_ANSWERING_NODES,
    SIGNED_BY_NODES,
    VIA,
    new_message_id,
)
from ocn.node.ports import Outbound, OutboundAnswer
from ocn.node.stages import Delivered, RemoteNode, Routed
from ocn.ocpi import headers as names
from ocn.ocpi.errors import ReceiverUnreachable
from ocn.signing import (
    NodeRequest,
    NodeResponse,
    PrivateKey,
    SignatureInvalid,
    new_nonce,
    same_address,
    sign_node_message,
    verify_node_message,
)

_ROUTING = tuple((name, names.DISPLAY_NAME[name]) for name in names.ROUTING)


class Sender:
    """Delivers to platforms and nodes."""

    def __init__(
        self,
        *,
        key: PrivateKey,
        outbound: Outbound,
        now_ms: Callable[[], int],
        max_age_ms: int,
        timeout_s: float,
        node_timeout_s: float,
    ) -> None:
        self._key = key
        self._outbound = outbound
        self._now_ms = now_ms
        self._max_age_ms = max_age_ms
        self._timeout_s = timeout_s
        self._node_timeout_s = node_timeout_s
        self._via = f"1.1 {key.address.lower()}"

    async def deliver(self, routed: Routed) -> Delivered:
        """Send and wait for the whole answer.

        A node is given a little longer than a platform, so that its own timeout can still reach us.

        Raises:
            HubFault: what the outbound port raises, or a node's answer that its key did not sign.
        """
        target = routed.target
        if isinstance(target, RemoteNode):
            answer = await self._to_node(routed, target)
        else:
            headers = self._headers(routed)
            headers["Authorization"] = target.platform.authorization
            answer = await self._outbound.request(
                routed.received.method, routed.url, headers, routed.body, timeout_s=self._timeout_s
            )
        return Delivered(routed, answer)

    async def _to_node(self, routed: Routed, node: RemoteNode) -> OutboundAnswer:
        headers = self._headers(routed)
        nonce = new_nonce()
        headers["OCN-Node-Signature"] = self._signature(routed, node, headers, nonce)
        answer = await self._outbound.request(
            routed.received.method, routed.url, headers, routed.body, timeout_s=self._node_timeout_s
        )
        try:
            self._verify(answer, node, nonce)
        except SignatureInvalid as error:
            raise ReceiverUnreachable(
                f"the answer of the node {node.url} is not signed by its key {node.address}: {error}"
            ) from error
        return answer

    def _signature(self, routed: Routed, node: RemoteNode, headers: dict[str, str], nonce: str) -> str:
        sent = {name.lower(): value for name, value in headers.items()}
        message = NodeRequest(
            to=node.address,
            method=routed.received.method,
            target=routed.url.removeprefix(node.url + NODE_DOOR),
            headers={name: sent.get(name, "") for name in SIGNED_BY_NODES},
            body=routed.body,
        )
        return sign_node_message(self._key, message, nonce=nonce, time_ms=self._now_ms())

    def _verify(self, answer: OutboundAnswer, node: RemoteNode, nonce: str) -> None:
        message = NodeResponse(
            to=self._key.address,
            request_nonce=nonce,
            status=answer.status,
            headers={name: answer.header(name) or "" for name in SIGNED_BY_ANSWERING_NODES},
            body=answer.body,
        )
        proof = verify_node_message(
            answer.header(NODE_SIGNATURE) or "",
            message,
            now_ms=self._now_ms(),
            max_age_ms=self._max_age_ms,
        )
        if not same_address(proof.address, node.address):
            raise SignatureInvalid(f"signed by {proof.address}")

    def _headers(self, routed: Routed) -> dict[str, str]:
        received = routed.received
        headers = {
            "Accept": "application/json",
            "X-Request-ID": new_message_id(),
            "X-Correlation-ID": received.correlation_id,
            VIA: f"{received.headers[VIA]}, {self._via}" if VIA in received.headers else self._via,
        }
        for name, display_name in _ROUTING:
            headers[display_name] = received.headers[name]
        if routed.body:
            headers["Content-Type"] = received.headers.get("content-type", "application/json")
        if routed.signature:
            headers["OCN-Signature"] = routed.signature
        return headers
