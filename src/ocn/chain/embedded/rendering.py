"""Blocks, transactions, receipts and logs in the shapes of Ethereum's JSON-RPC."""

from typing import Any

from eth_hash.auto import keccak

from ocn.chain.embedded.blocks import EMPTY_UNCLES, Header
from ocn.chain.embedded.database import Database
from ocn.chain.embedded.logs import FoundLog
from ocn.chain.embedded.quantities import data, quantity
from ocn.chain.embedded.rlp_items import rlp_encode
from ocn.chain.embedded.transactions import Transaction, decode


def render_block(database: Database, header: Header, block_hash: bytes, *, full: bool) -> dict[str, Any]:
    """A block with its transaction's hash, or with the whole transaction."""
    mined = database.transaction_in(header.number)
    transactions: list[Any] = []
    if mined:
        transaction = decode(mined[0])
        transactions.append(
            render_transaction(transaction, header, block_hash) if full else data(transaction.hash)
        )
    return {
        "number": quantity(header.number),
        "hash": data(block_hash),
        "parentHash": data(header.parent_hash),
        "nonce": data(bytes(8)),
        "mixHash": data(bytes(32)),
        "sha3Uncles": data(EMPTY_UNCLES),
        "logsBloom": data(header.bloom),
        "transactionsRoot": data(header.transactions_root),
        "stateRoot": data(header.state_root),
        "receiptsRoot": data(header.receipts_root),
        "miner": data(header.coinbase),
        "difficulty": quantity(0),
        "totalDifficulty": quantity(0),
        "extraData": data(header.extra_data),
        "size": quantity(len(header.encode()) + (len(mined[0]) if mined else 0)),
        "gasLimit": quantity(header.gas_limit),
        "gasUsed": quantity(header.gas_used),
        "timestamp": quantity(header.timestamp),
        "baseFeePerGas": quantity(header.base_fee),
        "transactions": transactions,
        "uncles": [],
    }


def render_transaction(
    transaction: Transaction, header: Header | None, block_hash: bytes | None
) -> dict[str, Any]:
    """A transaction; without a header it is still queued."""
    call = transaction.call
    body: dict[str, Any] = {
        "hash": data(transaction.hash),
        "type": quantity(transaction.type),
        "nonce": quantity(transaction.nonce),
        "blockHash": None if block_hash is None else data(block_hash),
        "blockNumber": None if header is None else quantity(header.number),
        "transactionIndex": None if header is None else quantity(0),
        "from": data(call.sender),
        "to": data(call.to) if call.to else None,
        "value": quantity(call.value),
        "gas": quantity(call.gas),
        "gasPrice": quantity(
            call.max_fee_per_gas if header is None else effective_price(transaction, header)
        ),
        "input": data(call.data),
        "v": quantity(transaction.v),
        "r": quantity(transaction.r),
        "s": quantity(transaction.s),
    }
    if transaction.chain_id is not None:
        body["chainId"] = quantity(transaction.chain_id)
    if transaction.type:
        body["yParity"] = quantity(transaction.v)
        body["accessList"] = [
            {"address": data(address), "storageKeys": [data(slot.to_bytes(32)) for slot in slots]}
            for address, slots in call.access_list
        ]
    if transaction.type == 2:
        body["maxFeePerGas"] = quantity(call.max_fee_per_gas)
        body["maxPriorityFeePerGas"] = quantity(call.max_priority_fee_per_gas)
    return body


def render_receipt(database: Database, number: int) -> dict[str, Any] | None:
    """The receipt of the transaction in a block, if it has one."""
    mined, found = database.transaction_in(number), database.header(number)
    if mined is None or found is None:
        return None
    (header, block_hash), (raw, failure, gas_used) = found, mined
    transaction = decode(raw)
    call = transaction.call
    logs = database.logs("block = ?", (number,), -1)
    return {
        "transactionHash": data(transaction.hash),
        "transactionIndex": quantity(0),
        "blockHash": data(block_hash),
        "blockNumber": quantity(number),
        "from": data(call.sender),
        "to": data(call.to) if call.to else None,
        "contractAddress": None if call.to else data(created_address(call.sender, transaction.nonce)),
        "cumulativeGasUsed": quantity(gas_used),
        "gasUsed": quantity(gas_used),
        "effectiveGasPrice": quantity(effective_price(transaction, header)),
        "type": quantity(transaction.type),
        "status": quantity(0 if failure else 1),
        "logsBloom": data(header.bloom),
        "logs": [render_log(log, block_hash, transaction.hash) for log in logs],
    }


def render_logs(database: Database, found: list[FoundLog]) -> list[dict[str, Any]]:
    """Logs of any number of blocks, in the order given."""
    if not found:
        return []
    places = database.places(found[0][0], found[-1][0])
    return [render_log(log, *places[log[0]]) for log in found]


def render_log(found: FoundLog, block_hash: bytes, transaction_hash: bytes) -> dict[str, Any]:
    """A log in its place."""
    number, position, log = found
    return {
        "address": data(log.address),
        "topics": [data(topic) for topic in log.topics],
        "data": data(log.data),
        "blockNumber": quantity(number),
        "blockHash": data(block_hash),
        "transactionHash": data(transaction_hash),
        "transactionIndex": quantity(0),
        "logIndex": quantity(position),
        "removed": False,
    }


def effective_price(transaction: Transaction, header: Header) -> int:
    """What the sender paid for a unit of gas."""
    call = transaction.call
    return min(call.max_fee_per_gas, header.base_fee + call.max_priority_fee_per_gas)


def created_address(sender: bytes, nonce: int) -> bytes:
    """Where a contract created by a transaction lives."""
    return keccak(rlp_encode([sender, nonce]))[12:]
