"""Accounts and storage as flat keys, with an undo log: py-evm's account database without tries.

py-evm asks for about thirty small methods. Reads fall through to a `StateView`; writes stay in this object
until the chain collects them with `changes` and commits them with their block. A call frame that fails is
undone by unwinding the log to the frame's checkpoint. One instance serves exactly one transaction, so
EIP-2200's "original value" of a slot is simply what the view holds, and EIP-2929's warm sets die with the
instance.
"""

from typing import Any, Final, cast

from eth.abc import AccountDatabaseAPI, AtomicDatabaseAPI, MetaWitnessAPI
from eth.constants import BLANK_ROOT_HASH, EMPTY_SHA3
from eth.typing import JournalDBCheckpoint
from eth_hash.auto import keccak
from eth_typing import Address, Hash32

from ocn.chain.embedded.flat_keys import EMPTY, Account, StateView, account_key, code_key, slot_key

ABSENT: Final = object()


class FlatAccountDB(AccountDatabaseAPI):
    """See the module. ``db`` is a `StateView`; the state root py-evm hands around means nothing here."""

    def __init__(self, db: AtomicDatabaseAPI, state_root: Hash32 = BLANK_ROOT_HASH) -> None:
        del state_root
        self._view = cast("StateView", db)
        self._read_accounts: dict[bytes, Account | None] = {}
        self._read_slots: dict[tuple[bytes, int], int] = {}
        self._accounts: dict[bytes, Account | None] = {}
        self._slots: dict[tuple[bytes, int], int] = {}
        self._wiped: dict[bytes, bool] = {}
        self._codes: dict[bytes, bytes] = {}
        self._warm: dict[Any, bool] = {}
        self._log: list[tuple[dict[Any, Any], Any, Any]] = []

    # What the chain takes away

    def changes(self) -> dict[bytes, bytes | None]:
        """Every key whose value differs from the view's; None deletes the key."""
        found: dict[bytes, bytes | None] = {}
        for address in self._wiped:
            found.update(dict.fromkeys(self._view.keys_with_prefix(b"s" + address)))
        for address, account in self._accounts.items():
            found[account_key(address)] = None if account is None else account.encode()
        for (address, slot), value in self._slots.items():
            found[slot_key(address, slot)] = value.to_bytes((value.bit_length() + 7) // 8) if value else None
        for code_hash, code in self._codes.items():
            found[code_key(code_hash)] = code
        return {key: value for key, value in found.items() if self._view.get(key) != value}

    # Journal

    def record(self) -> JournalDBCheckpoint:
        """A mark to unwind to."""
        return JournalDBCheckpoint(len(self._log))

    def discard(self, checkpoint: JournalDBCheckpoint) -> None:
        """Undo everything since the mark, warm sets included."""
        log = self._log
        while len(log) > checkpoint:
            table, key, before = log.pop()
            if before is ABSENT:
                del table[key]
            else:
                table[key] = before

    def commit(self, checkpoint: JournalDBCheckpoint) -> None:
        """Keep what was done since the mark; an outer frame may still undo it."""

    def lock_changes(self) -> None:
        """One instance serves one transaction: there is no second one to separate from."""

    def _put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        self._log.append((table, key, table.get(key, ABSENT)))
        table[key] = value

    # Storage

    def get_storage(self, address: Address, slot: int, from_journal: bool = True) -> int:
        """The slot's value now, or at the start of the transaction."""
        key = (address, slot)
        if from_journal and (value := self._slots.get(key)) is not None:
            return value
        if address in self._wiped:
            return 0
        original = self._read_slots.get(key)
        if original is None:
            original = int.from_bytes(self._view.get(slot_key(address, slot)) or b"")
            self._read_slots[key] = original
        return original

    def set_storage(self, address: Address, slot: int, value: int) -> None:
        """Write one slot."""
        self._put(self._slots, (address, slot), value)

    def delete_storage(self, address: Address) -> None:
        """Forget every slot of a contract."""
        self._put(self._wiped, address, True)
        for key in [key for key in self._slots if key[0] == address]:
            self._put(self._slots, key, 0)

    def is_storage_warm(self, address: Address, slot: int) -> bool:
        """Whether the slot was touched in this transaction (EIP-2929)."""
        return (address, slot) in self._warm

    def mark_storage_warm(self, address: Address, slot: int) -> None:
        """Remember that the slot was touched."""
        if (address, slot) not in self._warm:
            self._put(self._warm, (address, slot), True)

    # Accounts

    def _find(self, address: bytes) -> Account | None:
        if address in self._accounts:
            return self._accounts[address]
        if address not in self._read_accounts:
            raw = self._view.get(account_key(address))
            self._read_accounts[address] = None if raw is None else Account.decode(raw)
        return self._read_accounts[address]

    def _account(self, address: bytes) -> Account:
        return self._find(address) or EMPTY

    def get_balance(self, address: Address) -> int:
        """Wei."""
        return self._account(address).balance

    def set_balance(self, address: Address, balance: int) -> None:
        """Write the balance; the EVM never makes it negative."""
        self._put(self._accounts, address, self._account(address)._replace(balance=balance))

    def get_nonce(self, address: Address) -> int:
        """Transactions sent, or contracts created."""
        return self._account(address).nonce

    def set_nonce(self, address: Address, nonce: int) -> None:
        """Write the nonce."""
        self._put(self._accounts, address, self._account(address)._replace(nonce=nonce))

    def increment_nonce(self, address: Address) -> None:
        """Add one."""
        self.set_nonce(address, self.get_nonce(address) + 1)

    def set_code(self, address: Address, code: bytes) -> None:
        """Give an account code; the bytes are kept once per hash."""
        code_hash = keccak(code)
        self._put(self._codes, code_hash, bytes(code))
        self._put(self._accounts, address, self._account(address)._replace(code_hash=code_hash))

    def get_code(self, address: Address) -> bytes:
        """The code, empty for an ordinary account."""
        code_hash = self._account(address).code_hash
        if code_hash == EMPTY_SHA3:
            return b""
        return self._codes.get(code_hash) or self._view.get(code_key(code_hash)) or b""

    def get_code_hash(self, address: Address) -> Hash32:
        """The hash of the code, that of nothing for an ordinary account."""
        return Hash32(self._account(address).code_hash)

    def delete_code(self, address: Address) -> None:
        """Make it an ordinary account."""
        self._put(self._accounts, address, self._account(address)._replace(code_hash=EMPTY_SHA3))

    def account_has_code_or_nonce(self, address: Address) -> bool:
        """Whether a creation at this address would collide."""
        account = self._account(address)
        return account.nonce != 0 or account.code_hash != EMPTY_SHA3

    def delete_account(self, address: Address) -> None:
        """Remove the account and its storage."""
        self.delete_storage(address)
        self._put(self._accounts, address, None)

    def account_exists(self, address: Address) -> bool:
        """Whether there is an account, empty or not."""
        return self._find(address) is not None

    def touch_account(self, address: Address) -> None:
        """Create it if it is not there; an empty one is removed again at the end (EIP-161)."""
        self._put(self._accounts, address, self._account(address))

    def account_is_empty(self, address: Address) -> bool:
        """No nonce, no balance, no code."""
        return self._account(address) == EMPTY

    def is_address_warm(self, address: Address) -> bool:
        """Whether the account was touched in this transaction (EIP-2929)."""
        return address in self._warm

    def mark_address_warm(self, address: Address) -> None:
        """Remember that the account was touched."""
        if address not in self._warm:
            self._put(self._warm, address, True)

    # Roots: there are none

    @property
    def state_root(self) -> Hash32:
        """A constant: this state has no trie."""
        return BLANK_ROOT_HASH

    @state_root.setter
    def state_root(self, value: Hash32) -> None:
        """py-evm restores the root before it discards a frame; nothing to do."""

    def has_root(self, state_root: bytes) -> bool:
        """Only the constant."""
        return state_root == BLANK_ROOT_HASH

    def make_state_root(self) -> Hash32:
        """The constant."""
        return BLANK_ROOT_HASH

    def persist(self) -> MetaWitnessAPI:
        """Never called: the chain takes `changes` and commits them with the block."""
        raise NotImplementedError
