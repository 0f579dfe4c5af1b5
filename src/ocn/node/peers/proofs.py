"""Accept a request as that of a node: its signature, its age, and that it was not seen before."""

from collections.abc import Callable, Mapping

from ocn.node.node_headers import NODE_SIGNATURE, SIGNED_BY_NODES
from ocn.signing import (
    NodeProof,
    NodeRequest,
    ReplayWindow,
    SignatureInvalid,
    same_address,
    verify_node_message,
)


class NodeProofs:
    """Checks what nodes have signed for this one; both doors share one window of replays."""

    def __init__(
        self, *, address: str, replays: ReplayWindow, now_ms: Callable[[], int], max_age_ms: int
    ) -> None:
        self._address = address
        self._replays = replays
        self._now_ms = now_ms
        self._max_age_ms = max_age_ms
        self._started_ms = now_ms()

    def admit(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, *, signer: str
    ) -> NodeProof:
        """Accept a request that ``signer`` has signed, once.

        Only a signer that the caller has looked up in the registry takes room in the window of replays.

        Raises:
            SignatureInvalid: malformed, not by the signer, changed, too old or seen before.
        """
        now_ms = self._now_ms()
        message = NodeRequest(
            to=self._address,
            method=method,
            target=target,
            headers={name: headers.get(name, "") for name in SIGNED_BY_NODES},
            body=body,
        )
        signature = headers.get(NODE_SIGNATURE, "")
        proof = verify_node_message(signature, message, now_ms=now_ms, max_age_ms=self._max_age_ms)
        if not same_address(proof.address, signer):
            raise SignatureInvalid(f"signed by {proof.address}, not by {signer}")
        if proof.time_ms < self._started_ms:
            # Only what this process has seen can be told from a replay.
            raise SignatureInvalid("signed before this node started")
        self._replays.admit(proof, now_ms=now_ms)
        return proof
