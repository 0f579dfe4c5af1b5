"""Where accounts, storage and code are kept, and as which bytes: one flat key each, no tries."""

from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

from eth.constants import EMPTY_SHA3


class StateView(Protocol):
    """The state as of some block: flat keys to bytes. See `account_key`, `slot_key`, `code_key`."""

    def get(self, key: bytes) -> bytes | None:
        """The value, or None."""
        ...

    def keys_with_prefix(self, prefix: bytes) -> Iterable[bytes]:
        """Every key that begins so; needed only to delete a contract's storage."""
        ...


class Account(NamedTuple):
    """An account without its storage."""

    nonce: int
    balance: int
    code_hash: bytes

    def encode(self) -> bytes:
        """Fixed width: 8 bytes nonce, 32 bytes balance, 32 bytes code hash."""
        return self.nonce.to_bytes(8) + self.balance.to_bytes(32) + self.code_hash

    @classmethod
    def decode(cls, raw: bytes) -> "Account":
        """The inverse of `encode`."""
        return cls(int.from_bytes(raw[:8]), int.from_bytes(raw[8:40]), raw[40:])


EMPTY: Final = Account(0, 0, EMPTY_SHA3)


def account_key(address: bytes) -> bytes:
    """Where an account is kept."""
    return b"a" + address


def slot_key(address: bytes, slot: int) -> bytes:
    """Where a storage slot is kept."""
    return b"s" + address + slot.to_bytes(32)


def code_key(code_hash: bytes) -> bytes:
    """Where a contract's code is kept."""
    return b"c" + code_hash
