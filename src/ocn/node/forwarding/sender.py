"""Send a routed request to where it goes."""

from ocn.node.links import NODE_DOOR
from ocn.node.node_headers import COPY, COPY_RECEIVER, VIA, WAY_BROADCAST, MessageIds
from ocn.node.peers import SignedExchange
from ocn.node.ports import Outbound, OutboundAnswer
from ocn.node.stages import Delivered, LocalPlatform, RemoteNode, Routed, Way
from ocn.ocpi import headers as names

_WAY = "OCN-Way"
_OF_COPIES = ((COPY, "OCN-Copy"), (COPY_RECEIVER, "OCN-Copy-Receiver"))
_FROM_COUNTRY, _FROM_PARTY, _TO_COUNTRY, _TO_PARTY = (names.DISPLAY_NAME[name] for name in names.ROUTING)


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
        self._ids = MessageIds()

    async def deliver(self, routed: Routed) -> Delivered:
        """Send and wait for the whole answer.

        A node is given a little longer than a platform, so that its own timeout can still reach us.

        Raises:
            HubFault: what the outbound port raises, or a node's answer that its key did not sign.
        """
        target = routed.target
        if isinstance(target, LocalPlatform):
            headers = self._headers(routed)
            headers["Authorization"] = target.platform.authorization
            if routed.conversion is not None:
                headers["OCN-Conversion"] = routed.conversion
            answer = await self._outbound.request(
                routed.permitted.addressed.authenticated.received.method,
                routed.url,
                headers,
                routed.body,
                timeout_s=self._timeout_s,
            )
            return Delivered(routed, answer)
        if isinstance(target, RemoteNode):
            return Delivered(routed, await self._to_node(routed, target))
        raise AssertionError("a broadcast has no single receiver")

    async def _to_node(self, routed: Routed, node: RemoteNode) -> OutboundAnswer:
        headers = self._headers(routed)
        if routed.permitted.addressed.way is Way.BROADCAST:
            headers[_WAY] = WAY_BROADCAST
        return await self._exchange.request(
            routed.received.method,
            routed.url,
            headers,
            routed.body,
            node=node.address,
            target=routed.url.removeprefix(node.url + NODE_DOOR),
            timeout_s=self._node_timeout_s,
        )

    def _headers(self, routed: Routed) -> dict[str, str]:
        received, via = routed.permitted.addressed.authenticated.received, self._via
        if before := received.headers.get(VIA):
            via = f"{before}, {via}"
        headers = {
            "Accept": "application/json",
            "X-Request-ID": self._ids.new(),
            "X-Correlation-ID": received.correlation_id,
            VIA: via,
        }
        _name_parties(headers, routed)
        if COPY in received.headers:
            headers.update(
                (shown, received.headers[name]) for name, shown in _OF_COPIES if name in received.headers
            )
        if routed.body:
            headers["Content-Type"] = received.headers.get("content-type", "application/json")
        if routed.signature:
            headers["OCN-Signature"] = routed.signature
        if routed.strict is not None:
            headers["OCN-Strict-Signature"] = routed.strict.text
        return headers


def _name_parties(headers: dict[str, str], routed: Routed) -> None:
    headers[_FROM_COUNTRY] = routed.sender.country_code
    headers[_FROM_PARTY] = routed.sender.party_id
    if routed.receiver is not None:
        headers[_TO_COUNTRY] = routed.receiver.country_code
        headers[_TO_PARTY] = routed.receiver.party_id
