"""The chain itself: accepts transactions, mines each at once in a block of its own, rewinds.

Synchronous and of one thread; `ocn.chain.embedded.devnet` puts it behind a worker.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from eth.constants import EMPTY_SHA3

from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS, DEVELOPMENT_BALANCE
from ocn.chain.embedded.acceptance import check_fields, check_sender
from ocn.chain.embedded.blocks import Block, Header, first_block, seal
from ocn.chain.embedded.database import Database, PastState
from ocn.chain.embedded.errors import DevnetError, refused
from ocn.chain.embedded.evm import Environment, Outcome, run
from ocn.chain.embedded.flat_keys import EMPTY, Account, StateView, account_key
from ocn.chain.embedded.pool import Pool
from ocn.chain.embedded.settings import Settings
from ocn.chain.embedded.snapshots import Snapshot, Snapshots
from ocn.chain.embedded.transactions import Call, Transaction, decode

MAX_REORG: Final = 1024


class Chain:
    """One chain over one database. Base fee and suggested price are 0: an empty account can transact."""

    def __init__(self, path: Path | None, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        """Open the chain at ``path``, or make a new one with the development accounts funded.

        Raises:
            DevnetError: the file is in use, is not ours, or belongs to a chain with another id.
        """
        self.settings = settings
        self.database = Database(path)
        self.pool = Pool()
        self._clock = clock
        self._snapshots = Snapshots()
        try:
            self.head, self.head_hash = self._start()
        except BaseException:
            self.database.close()
            raise

    def _start(self) -> tuple[Header, bytes]:
        self._offset = int(self.database.meta("clock_offset") or 0)
        self._generation = int(self.database.meta("generation") or 0)
        if head := self.database.head():
            if (found := self.database.meta("chain_id")) != str(self.settings.chain_id):
                raise DevnetError(
                    f"the chain state belongs to chain id {found}, not {self.settings.chain_id}",
                    hint="Choose another file, or start with the chain id it was made with.",
                )
            return head
        funded = Account(0, DEVELOPMENT_BALANCE, EMPTY_SHA3).encode()
        alloc: dict[bytes, bytes | None] = {
            account_key(one.address_bytes): funded for one in DEVELOPMENT_ACCOUNTS
        }
        genesis = first_block(self.settings.gas_limit, int(self._clock()), alloc)
        self.database.set_meta("chain_id", str(self.settings.chain_id))
        self.database.append(genesis, alloc)
        return genesis.header, genesis.hash

    def close(self) -> None:
        """Release the file."""
        self.database.close()

    # Reading

    def view(self, number: int) -> StateView:
        """The state as it was after a block."""
        return self.database if number == self.head.number else PastState(self.database, number)

    def account(self, address: bytes, number: int | None = None) -> Account:
        """An account, empty if there is none."""
        raw = self.view(self.head.number if number is None else number).get(account_key(address))
        return EMPTY if raw is None else Account.decode(raw)

    def call(self, call: Call, number: int) -> Outcome:
        """Run a call upon the state after block ``number``, as if within that block. Nothing is kept."""
        found = self.database.header(number)
        if found is None:
            raise refused("header not found")
        environment = self._environment(number, found[0].timestamp)
        return run(self.view(number), environment, call, seconds=self.settings.call_seconds)

    def call_pending(self, call: Call) -> Outcome:
        """Run a call as the next block would."""
        environment = self._environment(self.head.number + 1, self.next_timestamp())
        return run(self.database, environment, call, seconds=self.settings.call_seconds)

    def next_timestamp(self) -> int:
        """The time of the next block: the clock, never before the head's."""
        return max(self.head.timestamp, int(self._clock()) + self._offset)

    def _environment(self, number: int, timestamp: int) -> Environment:
        return Environment(
            number=number,
            timestamp=timestamp,
            gas_limit=self.head.gas_limit,
            coinbase=self.head.coinbase,
            chain_id=self.settings.chain_id,
            base_fee=self.head.base_fee,
            ancestors=self.database.ancestors(number - 1),
        )

    # Writing

    def submit(self, raw: bytes) -> bytes:
        """Accept a signed transaction: mine it now, or queue it until its nonce is due. Returns its hash.

        Raises:
            RpcError: it is not acceptable, in go-ethereum's words.
        """
        transaction = decode(raw)
        check_fields(transaction, self.settings.chain_id, self.head.gas_limit)
        sender = transaction.call.sender
        due = self.account(sender).nonce
        if transaction.nonce > due:
            self.pool.add(transaction)
            return transaction.hash
        if transaction.nonce < due:
            raise refused(f"nonce too low: next nonce {due}, tx nonce {transaction.nonce}")
        self._mine_transaction(transaction, self.next_timestamp())
        self.pool.take(sender, due)  # a rival of the same nonce has lost
        while queued := self.pool.take(sender, self.account(sender).nonce):
            if not self._try_mine(queued, self.next_timestamp()):
                break
        return transaction.hash

    def mine(self, timestamp: int | None = None) -> Block:
        """Add an empty block; a timestamp given moves the chain's clock there."""
        if timestamp is not None:
            if timestamp < self.head.timestamp:
                raise refused(f"timestamp {timestamp} is before the previous block's {self.head.timestamp}")
            self.shift_clock(timestamp - int(self._clock()) - self._offset)
        return self._append(self.next_timestamp() if timestamp is None else timestamp, {}, None)

    def shift_clock(self, seconds: int) -> int:
        """Move the chain's clock; returns how far it is from the wall clock now."""
        self._offset += seconds
        self.database.set_meta("clock_offset", str(self._offset))
        return self._offset

    def _mine_transaction(self, transaction: Transaction, timestamp: int) -> Block:
        check_sender(transaction, self.account(transaction.call.sender))
        environment = self._environment(self.head.number + 1, timestamp)
        outcome = run(self.database, environment, transaction.call, seconds=self.settings.transaction_seconds)
        return self._append(timestamp, outcome.changes, (transaction, outcome))

    def _try_mine(self, transaction: Transaction, timestamp: int) -> bool:
        try:
            self._mine_transaction(transaction, timestamp)
        except DevnetError:
            return False  # a queued transaction that can no longer be paid for is dropped, as every pool does
        return True

    def _append(
        self, timestamp: int, changes: dict[bytes, bytes | None], done: tuple[Transaction, Outcome] | None
    ) -> Block:
        extra = self._generation.to_bytes(4) if self._generation else b""
        block = seal(self.head, self.head_hash, timestamp, extra, changes, done)
        self.database.append(block, changes)
        self.head, self.head_hash = block.header, block.hash
        return block

    # Going back

    def snapshot(self) -> int:
        """Remember the present; ids are not kept over a restart."""
        return self._snapshots.take(Snapshot(self.head.number, self.head_hash, self._offset))

    def revert(self, snapshot_id: int) -> bool:
        """Return to a snapshot and use it up with all later ones. False if it is not (or no longer) there."""
        wanted = self._snapshots.use(snapshot_id)
        if wanted is None or self.database.block_hash(wanted.number) != wanted.block_hash:
            return False
        self._rewind(wanted.number)
        self.shift_clock(wanted.clock_offset - self._offset)
        return True

    def reorg(self, depth: int, *, keep: bool) -> None:
        """Replace the last ``depth`` blocks by as many others: same height, other hashes.

        ``keep`` mines the same transactions again; without it the new blocks are empty and the transactions
        gone.
        """
        if not 1 <= depth <= min(self.head.number, MAX_REORG):
            raise refused(
                f"cannot replace {depth} blocks: between 1 and {min(self.head.number, MAX_REORG)} can be"
            )
        first = self.head.number - depth + 1
        replaced = [self._timestamp_and_transaction(number) for number in range(first, self.head.number + 1)]
        self._rewind(first - 1)
        self._generation += 1
        self.database.set_meta("generation", str(self._generation))
        for timestamp, raw in replaced:
            if not (keep and raw and self._try_mine(decode(raw), timestamp)):
                self._append(timestamp, {}, None)

    def _timestamp_and_transaction(self, number: int) -> tuple[int, bytes | None]:
        header, mined = self.database.header(number), self.database.transaction_in(number)
        if header is None:
            raise refused("header not found")
        return header[0].timestamp, mined[0] if mined else None

    def _rewind(self, number: int) -> None:
        self.database.rewind(number)
        self.pool.clear()
        head = self.database.head()
        if head is None:
            raise DevnetError("the chain state lost its genesis block")
        self.head, self.head_hash = head
