"""The smallest London chain that runs a contract: one py-evm state, no blocks, no fees."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import rlp  # type: ignore[import-untyped]  # ships no types
from eth.abc import ComputationAPI
from eth.constants import BLANK_ROOT_HASH, ZERO_ADDRESS
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.london.state import LondonState
from eth.vm.forks.london.transactions import LondonTransactionBuilder
from eth.vm.spoof import SpoofTransaction
from eth_abi.abi import decode
from eth_typing import Address, BlockNumber
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

GAS = 8_000_000


class Reverted(Exception):
    """A call failed; ``reason`` is its text, or None if it gave none."""

    def __init__(self, output: bytes) -> None:
        self.reason: str | None = None
        if output[:4] == keccak(text="Error(string)")[:4]:
            # not strict: behind its texts the original leaves noise where padding belongs
            (self.reason,) = decode(["string"], output[4:], strict=False)
        super().__init__(self.reason or output.hex())


@contextmanager
def refused(reason: str | None) -> Iterator[None]:
    """Expects the call inside to fail with exactly this text, or with none."""
    with pytest.raises(Reverted) as reverted:
        yield
    assert reverted.value.reason == reason


@dataclass(frozen=True, slots=True)
class Log:
    address: str
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    output: bytes
    logs: tuple[Log, ...]
    gas: int
    created: str


class Evm:
    """Accounts are lower-case hex addresses; whoever is named as the sender is the sender."""

    def __init__(self, chain_id: int = 9, now: int = 1_700_000_000) -> None:
        self._db = AtomicDB()
        self._chain_id = chain_id
        self._now = now
        self._state = self._at(BLANK_ROOT_HASH)

    def copy(self) -> "Evm":
        """Another chain with the same history; what happens on one does not happen on the other."""
        twin = Evm(self._chain_id, self._now)
        twin._db = self._db  # only grows, so both may read and write it
        twin._state = twin._at(self._root())
        return twin

    @property
    def chain_id(self) -> int:
        return self._chain_id

    @property
    def now(self) -> int:
        return self._now

    def set_time(self, now: int) -> None:
        self._now = now
        self._state = self._at(self._root())

    def fork(self, chain_id: int) -> None:
        """From now on this is another chain with the same history."""
        self._chain_id = chain_id
        self._state = self._at(self._root())

    def set_nonce(self, account: str, nonce: int) -> None:
        self._state.set_nonce(_address(account), nonce)

    def code(self, account: str) -> bytes:
        return self._state.get_code(_address(account))

    def storage_root(self, contract: str) -> bytes:
        """Equal where all that the contract has stored is equal."""
        accounts = HexaryTrie(self._db, self._root())
        return bytes(rlp.decode(accounts[keccak(_address(contract))])[2])

    def send(self, sender: str, to: str | None, data: bytes) -> Receipt:
        try:
            return self._apply(sender, to, data)
        finally:
            self._state.lock_changes()  # what one transaction warmed or changed is history for the next

    def gas_of(self, sender: str, to: str, data: bytes) -> int:
        """What a transaction uses, also one that fails; its effects are undone."""
        before = self._state.snapshot()
        try:
            return _gas_used(self._compute(sender, to, data))
        finally:
            self._state.revert(before)

    def call(self, sender: str, to: str, data: bytes) -> bytes:
        before = self._state.snapshot()
        try:
            return self._apply(sender, to, data).output
        finally:
            self._state.revert(before)

    def _compute(self, sender: str, to: str | None, data: bytes) -> ComputationAPI:
        account = _address(sender)
        transaction = LondonTransactionBuilder.create_unsigned_transaction(
            nonce=self._state.get_nonce(account),
            gas_price=0,
            gas=GAS,
            to=Address(b"") if to is None else _address(to),
            value=0,
            data=data,
        )
        spoofed = SpoofTransaction(
            transaction, from_=account, max_fee_per_gas=0, max_priority_fee_per_gas=0, access_list=()
        )
        return self._state.apply_transaction(spoofed)  # type: ignore[arg-type]  # spoofed on purpose

    def _apply(self, sender: str, to: str | None, data: bytes) -> Receipt:
        computation = self._compute(sender, to, data)
        if computation.is_error:
            raise Reverted(computation.output)
        return Receipt(
            output=computation.output,
            logs=tuple(
                Log("0x" + a.hex(), tuple(t.to_bytes(32, "big") for t in topics), log_data)
                for a, topics, log_data in computation.get_log_entries()
            ),
            gas=_gas_used(computation),
            created="0x" + computation.msg.storage_address.hex(),
        )

    def _root(self) -> bytes:
        self._state.persist()
        return self._state.make_state_root()

    def _at(self, root: bytes) -> LondonState:
        context = ExecutionContext(
            coinbase=ZERO_ADDRESS,
            timestamp=self._now,
            block_number=BlockNumber(1),
            difficulty=1,
            mix_hash=b"\0" * 32,  # type: ignore[arg-type]  # a NewType over bytes
            gas_limit=GAS,
            prev_hashes=(),
            chain_id=self._chain_id,
            base_fee_per_gas=0,
        )
        return LondonState(self._db, context, root)  # type: ignore[arg-type]  # a NewType over bytes


def _gas_used(computation: ComputationAPI) -> int:
    used = GAS - computation.get_gas_remaining()
    return used - min(computation.get_gas_refund(), used // 5)


def _address(text: str) -> Address:
    return Address(bytes.fromhex(text[2:]))
