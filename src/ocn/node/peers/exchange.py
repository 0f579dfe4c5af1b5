"""One signed request to another node, and its answer, signed too."""

from collections.abc import Callable, Mapping

from ocn.node.node_headers import NODE_SIGNATURE, SIGNED_BY_ANSWERING_NODES, SIGNED_BY_NODES
from ocn.node.ports import Outbound, OutboundAnswer
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


class SignedExchange:
    """Sends with this node's signature, and takes no answer that the other node's key did not sign."""

    def __init__(
        self, *, key: PrivateKey, outbound: Outbound, now_ms: Callable[[], int], max_age_ms: int
    ) -> None:
        self._key = key
        self._outbound = outbound
        self._now_ms = now_ms
        self._max_age_ms = max_age_ms

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        node: str,
        target: str,
        timeout_s: float,
    ) -> OutboundAnswer:
        """Send to the node with the address ``node``; ``target`` is what of the URL both sides sign.

        Raises:
            ReceiverUnreachable: no connection, or an answer without that node's signature for it.
            HubFault: what else the outbound port raises.
        """
        nonce = new_nonce()
        sent = {name.lower(): value for name, value in headers.items()}
        message = NodeRequest(
            to=node,
            method=method,
            target=target,
            headers={name: sent.get(name, "") for name in SIGNED_BY_NODES},
            body=body,
        )
        signature = sign_node_message(self._key, message, nonce=nonce, time_ms=self._now_ms())
        answer = await self._outbound.request(
            method, url, {**headers, "OCN-Node-Signature": signature}, body, timeout_s=timeout_s
        )
        try:
            self._verify(answer, node, nonce)
        except SignatureInvalid as error:
            base = url.removesuffix(target)
            raise ReceiverUnreachable(
                f"the answer of the node at {base} is not signed by its key {node}: {error}"
            ) from error
        return answer

    def _verify(self, answer: OutboundAnswer, node: str, nonce: str) -> None:
        message = NodeResponse(
            to=self._key.address,
            request_nonce=nonce,
            status=answer.status,
            headers={name: answer.header(name) or "" for name in SIGNED_BY_ANSWERING_NODES},
            body=answer.body,
        )
        signature = answer.header(NODE_SIGNATURE) or ""
        proof = verify_node_message(signature, message, now_ms=self._now_ms(), max_age_ms=self._max_age_ms)
        if not same_address(proof.address, node):
            raise SignatureInvalid(f"signed by {proof.address}")
