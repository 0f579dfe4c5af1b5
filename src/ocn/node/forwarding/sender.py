"""Send a routed request to where it goes."""

from ocn.node.links import NODE_DOOR
from ocn.node.node_headers import VIA, new_message_id
from ocn.node.peers import SignedExchange
from ocn.node.ports import Outbound, OutboundAnswer
from ocn.node.stages import Delivered, RemoteNode, Routed
from ocn.ocpi import headers as names

_ROUTING = tuple((name, names.DISPLAY_NAME[name]) for name in names.ROUTING)


class Sender:
    """Delivers to platforms and nodes."""

    def __init__(
        self,
        *,
        address: str,
        outbound: Outbound,
        exchange: SignedExchange,
        timeout_s: float,
        node_timeout_s: float,
    ) -> None:
        self._outbound = outbound
        self._exchange = exchange
        self._timeout_s = timeout_s
        self._node_timeout_s = node_timeout_s
        self._via = f"1.1 {address.lower()}"

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
        return await self._exchange.request(
            routed.received.method,
            routed.url,
            self._headers(routed),
            routed.body,
            node=node.address,
            target=routed.url.removeprefix(node.url + NODE_DOOR),
            timeout_s=self._node_timeout_s,
        )

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
