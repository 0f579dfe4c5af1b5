"""Transactions that came before their turn: queued per sender until the nonces below them are mined.

Held in memory, as other nodes hold theirs: a restart forgets them.
"""

from typing import Final

from ocn.chain.embedded.errors import refused
from ocn.chain.embedded.transactions import Transaction

MAX_PER_SENDER: Final = 64
MAX_TOTAL: Final = 1024


class Pool:
    """The queue. Every transaction in it has a nonce above its sender's next one."""

    def __init__(self) -> None:
        self._by_sender: dict[bytes, dict[int, Transaction]] = {}
        self._by_hash: dict[bytes, Transaction] = {}

    def add(self, transaction: Transaction) -> None:
        """Queue, or replace one of the same nonce if the new one pays at least a tenth more.

        Raises:
            RpcError: already there, pays too little to replace, or the queue is full.
        """
        if transaction.hash in self._by_hash:
            raise refused("already known")
        queue = self._by_sender.setdefault(transaction.call.sender, {})
        rival = queue.get(transaction.nonce)
        if rival is not None:
            if transaction.call.max_fee_per_gas * 10 < rival.call.max_fee_per_gas * 11 or (
                transaction.call.max_fee_per_gas == rival.call.max_fee_per_gas
            ):
                raise refused("replacement transaction underpriced")
            del self._by_hash[rival.hash]
        elif len(queue) >= MAX_PER_SENDER or len(self._by_hash) >= MAX_TOTAL:
            raise refused("txpool is full: send the transactions with the lower nonces first")
        queue[transaction.nonce] = transaction
        self._by_hash[transaction.hash] = transaction

    def take(self, sender: bytes, nonce: int) -> Transaction | None:
        """Remove and return the sender's transaction of that nonce."""
        queue = self._by_sender.get(sender, {})
        transaction = queue.pop(nonce, None)
        if not queue:
            self._by_sender.pop(sender, None)
        if transaction is not None:
            del self._by_hash[transaction.hash]
        return transaction

    def find(self, transaction_hash: bytes) -> Transaction | None:
        """A queued transaction by its hash."""
        return self._by_hash.get(transaction_hash)

    def clear(self) -> None:
        """Forget everything, as after a rewind, when the nonces no longer fit."""
        self._by_sender.clear()
        self._by_hash.clear()
