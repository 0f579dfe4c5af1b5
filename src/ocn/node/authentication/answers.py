"""Sign what this node answers to another: the other knows that its own request was answered, and by whom."""

from collections.abc import Callable

from ocn.node.node_headers import SIGNED_BY_ANSWERING_NODES
from ocn.node.stages import Answer
from ocn.signing import (
    NodeResponse,
    PrivateKey,
    SignatureInvalid,
    claimed_node,
    new_nonce,
    sign_node_message,
)


class AnswersToNodes:
    """Signs answers with the node's key."""

    def __init__(self, *, key: PrivateKey, now_ms: Callable[[], int]) -> None:
        self._key = key
        self._now_ms = now_ms

    def sign(self, request_signature: str, answer: Answer) -> str | None:
        """Return the header value, or None when the request's signature cannot be read."""
        try:
            claimed = claimed_node(request_signature)
        except SignatureInvalid:
            return None
        message = NodeResponse(
            to=claimed.address,
            request_nonce=claimed.nonce,
            status=answer.http_status,
            headers={name: answer.headers.get(name, "") for name in SIGNED_BY_ANSWERING_NODES},
            body=answer.body,
        )
        return sign_node_message(self._key, message, nonce=new_nonce(), time_ms=self._now_ms())
