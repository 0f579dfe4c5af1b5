"""Blocks, logs and receipts as frozen values, read strictly from their JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from ocn.chain.errors import ChainUnavailable
from ocn.signing.addresses import checksummed

ZERO_ADDRESS = "0x" + "0" * 40


@dataclass(frozen=True, slots=True)
class Block:
    """What matters of a block header here. Hashes are 0x-hex text; ``timestamp`` is Unix seconds."""

    number: int
    hash: str
    parent_hash: str
    timestamp: int
    base_fee: int | None
    gas_limit: int | None


@dataclass(frozen=True, slots=True)
class Log:
    """One event as a contract emitted it."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: str
    log_index: int
    transaction: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction; ``succeeded`` is false when the contract refused it."""

    transaction: str
    block_number: int
    block_hash: str
    gas_used: int
    succeeded: bool
    contract_address: str | None


def block(value: object) -> Block | None:
    """Read the answer of ``eth_getBlockBy...``; None for a block that is not there."""
    if value is None:
        return None
    fields = _object(value)
    base_fee, gas_limit = fields.get("baseFeePerGas"), fields.get("gasLimit")
    return Block(
        number=quantity(fields.get("number")),
        hash=text(fields.get("hash")).lower(),
        parent_hash=text(fields.get("parentHash")).lower(),
        timestamp=quantity(fields.get("timestamp")),
        base_fee=None if base_fee is None else quantity(base_fee),
        gas_limit=None if gas_limit is None else quantity(gas_limit),
    )


def logs(value: object) -> list[Log]:
    """Read the answer of ``eth_getLogs``."""
    if not isinstance(value, list):
        raise _unexpected("a list of logs", value)
    return [_log(_object(item)) for item in value]


def _log(fields: Mapping[str, object]) -> Log:
    topics = fields.get("topics")
    if not isinstance(topics, list):
        raise _unexpected("topics", topics)
    return Log(
        address=address(fields.get("address")),
        topics=tuple(octets(topic) for topic in topics),
        data=octets(fields.get("data")),
        block_number=quantity(fields.get("blockNumber")),
        block_hash=text(fields.get("blockHash")).lower(),
        log_index=quantity(fields.get("logIndex")),
        transaction=text(fields.get("transactionHash")).lower(),
    )


def receipt(value: object) -> Receipt | None:
    """Read the answer of ``eth_getTransactionReceipt``; None while the transaction is in no block."""
    if value is None:
        return None
    fields = _object(value)
    if fields.get("blockNumber") is None:
        return None
    created = fields.get("contractAddress")
    return Receipt(
        transaction=text(fields.get("transactionHash")).lower(),
        block_number=quantity(fields.get("blockNumber")),
        block_hash=text(fields.get("blockHash")).lower(),
        gas_used=quantity(fields.get("gasUsed")),
        succeeded=quantity(fields.get("status")) == 1,
        contract_address=None if created is None else address(created),
    )


def quantity(value: object) -> int:
    """Read a hexadecimal quantity."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return int(value, 16)
        except ValueError:
            pass
    raise _unexpected("a quantity", value)


def octets(value: object) -> bytes:
    """Read hexadecimal data."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            pass
    raise _unexpected("data", value)


def address(value: object) -> str:
    """Read an address into EIP-55 case."""
    raw = octets(value)
    if len(raw) != 20:
        raise _unexpected("an address", value)
    return checksummed(raw)


def text(value: object) -> str:
    """Read a text."""
    if isinstance(value, str):
        return value
    raise _unexpected("a text", value)


def _object(value: object) -> Mapping[str, object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value)
    raise _unexpected("an object", value)


def _unexpected(wanted: str, value: object) -> ChainUnavailable:
    return ChainUnavailable(
        f"the chain endpoint answered {str(value)[:60]!r} where {wanted} belongs",
        hint="Is this the address of an Ethereum JSON-RPC endpoint?",
    )
