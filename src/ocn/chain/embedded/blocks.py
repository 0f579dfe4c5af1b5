"""Headers of the embedded chain: real RLP headers, of which only the state root is not a trie root.

With at most one transaction in a block, the transaction and receipt roots are tries of a single leaf and cost
two hashes. The state root would cost a trie over every account and slot; it is instead a running commitment,
``keccak(parent's root || every changed key and value)``: equal for equal histories, useless for proofs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_hash.auto import keccak

from ocn.chain.embedded.evm import EmittedLog, Outcome
from ocn.chain.embedded.rlp_items import rlp_decode, rlp_encode
from ocn.chain.embedded.transactions import Transaction

EMPTY_TRIE: Final = keccak(rlp_encode(b""))
EMPTY_UNCLES: Final = keccak(rlp_encode([]))


@dataclass(frozen=True, slots=True)
class Header:
    """One block's header, with the hash it has by go-ethereum's rules."""

    number: int
    parent_hash: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    bloom: bytes
    gas_limit: int
    gas_used: int
    timestamp: int
    extra_data: bytes
    coinbase: bytes = bytes(20)
    base_fee: int = 0

    def encode(self) -> bytes:
        """RLP of the sixteen London fields."""
        encoded: bytes = rlp_encode(
            [
                self.parent_hash,
                EMPTY_UNCLES,
                self.coinbase,
                self.state_root,
                self.transactions_root,
                self.receipts_root,
                self.bloom,
                0,
                self.number,
                self.gas_limit,
                self.gas_used,
                self.timestamp,
                self.extra_data,
                bytes(32),
                bytes(8),
                self.base_fee,
            ]
        )
        return encoded

    @classmethod
    def decode(cls, raw: bytes) -> "Header":
        """The inverse of `encode`."""
        fields: Any = rlp_decode(raw)
        return cls(
            parent_hash=fields[0],
            coinbase=fields[2],
            state_root=fields[3],
            transactions_root=fields[4],
            receipts_root=fields[5],
            bloom=fields[6],
            number=int.from_bytes(fields[8]),
            gas_limit=int.from_bytes(fields[9]),
            gas_used=int.from_bytes(fields[10]),
            timestamp=int.from_bytes(fields[11]),
            extra_data=fields[12],
            base_fee=int.from_bytes(fields[15]),
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A header, its hash, and the transaction in it, if any, with what it did."""

    header: Header
    hash: bytes
    transaction: Transaction | None
    outcome: Outcome | None


def seal(
    parent: Header,
    parent_hash: bytes,
    timestamp: int,
    extra_data: bytes,
    changes: Mapping[bytes, bytes | None],
    done: tuple[Transaction, Outcome] | None,
) -> Block:
    """The block after ``parent`` that holds what was ``done``."""
    bloom = logs_bloom(done[1].logs) if done else bytes(256)
    header = Header(
        number=parent.number + 1,
        parent_hash=parent_hash,
        state_root=next_state_root(parent.state_root, changes),
        transactions_root=_single_leaf_root(done[0].raw) if done else EMPTY_TRIE,
        receipts_root=_single_leaf_root(_receipt(*done, bloom)) if done else EMPTY_TRIE,
        bloom=bloom,
        gas_limit=parent.gas_limit,
        gas_used=done[1].gas_used if done else 0,
        timestamp=timestamp,
        extra_data=extra_data,
    )
    return Block(header, keccak(header.encode()), *(done or (None, None)))


def first_block(gas_limit: int, timestamp: int, changes: Mapping[bytes, bytes | None]) -> Block:
    """The genesis block."""
    header = Header(
        number=0,
        parent_hash=bytes(32),
        state_root=next_state_root(bytes(32), changes),
        transactions_root=EMPTY_TRIE,
        receipts_root=EMPTY_TRIE,
        bloom=bytes(256),
        gas_limit=gas_limit,
        gas_used=0,
        timestamp=timestamp,
        extra_data=b"",
    )
    return Block(header, keccak(header.encode()), None, None)


def next_state_root(before: bytes, changes: Mapping[bytes, bytes | None]) -> bytes:
    """The running commitment described in the module."""
    if not changes:
        return before
    return keccak(before + rlp_encode([[key, changes[key] or b""] for key in sorted(changes)]))


def logs_bloom(logs: Iterable[EmittedLog]) -> bytes:
    """The 2048-bit filter over addresses and topics."""
    bits = 0
    for entry in (item for log in logs for item in (log.address, *log.topics)):
        digest = keccak(entry)
        for start in (0, 2, 4):
            bits |= 1 << (int.from_bytes(digest[start : start + 2]) & 2047)
    return bits.to_bytes(256)


def _single_leaf_root(value: bytes) -> bytes:
    # A trie with one entry under the key rlp(0) = 0x80: one leaf whose path has two nibbles.
    return keccak(rlp_encode([b"\x20\x80", value]))


def _receipt(transaction: Transaction, outcome: Outcome, bloom: bytes) -> bytes:
    logs = [[log.address, list(log.topics), log.data] for log in outcome.logs]
    body: bytes = rlp_encode([0 if outcome.failure else 1, outcome.gas_used, bloom, logs])
    return bytes([transaction.type]) + body if transaction.type else body
