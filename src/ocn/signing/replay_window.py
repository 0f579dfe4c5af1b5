"""The nonces of lately accepted messages, so that none is accepted twice."""

from collections import Counter

from ocn.signing.errors import SignatureInvalid
from ocn.signing.node_signature import NodeProof

_BUCKETS = 8


class ReplayWindow:
    """Remembers proofs for as long as their age would still be accepted, and no longer.

    Bounded twice: by ``max_entries`` in all, and by ``max_per_node`` so that one busy or hostile node
    cannot use up what the others need. A full window refuses; it never forgets early. The clock is passed in.
    """

    def __init__(self, *, max_age_ms: int, max_entries: int, max_per_node: int) -> None:
        self._max_age_ms = max_age_ms
        self._max_entries = max_entries
        self._max_per_node = max_per_node
        self._width_ms = max(1, max_age_ms // _BUCKETS)
        self._seen: dict[int, set[tuple[str, str]]] = {}
        self._per_node: Counter[str] = Counter()
        self._entries = 0

    def __len__(self) -> int:
        return self._entries

    def admit(self, proof: NodeProof, *, now_ms: int) -> None:
        """Take note of a verified proof.

        Raises:
            SignatureInvalid: seen before, older than the window, or the window is full.
        """
        self._forget(now_ms)
        if abs(now_ms - proof.time_ms) > self._max_age_ms:
            raise SignatureInvalid("Node signature is too old, or the clocks of the nodes differ")
        bucket = self._seen.setdefault(proof.time_ms // self._width_ms, set())
        entry = (proof.address, proof.nonce)
        if entry in bucket:
            raise SignatureInvalid("Message has been received before")
        if self._entries >= self._max_entries or self._per_node[proof.address] >= self._max_per_node:
            raise SignatureInvalid("Too many messages from nodes within the time that replays are watched")
        bucket.add(entry)
        self._per_node[proof.address] += 1
        self._entries += 1

    def _forget(self, now_ms: int) -> None:
        """Drop the buckets whose last message would now be refused for its age."""
        oldest = (now_ms - self._max_age_ms) // self._width_ms
        for bucket in [bucket for bucket in self._seen if bucket < oldest]:
            gone = self._seen.pop(bucket)
            self._entries -= len(gone)
            self._per_node.subtract(address for address, _ in gone)
            for address, _ in gone:
                if self._per_node[address] <= 0:
                    del self._per_node[address]
