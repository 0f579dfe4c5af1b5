"""The JSON-RPC methods that look: blocks, accounts, transactions, logs, fees."""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

from eth_hash.auto import keccak

from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS
from ocn.chain.embedded.blocks import Header
from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.errors import invalid_params, refused
from ocn.chain.embedded.flat_keys import code_key, slot_key
from ocn.chain.embedded.logs import LogFilter, parse_height
from ocn.chain.embedded.quantities import (
    data,
    parse_address,
    parse_data,
    parse_hash,
    parse_quantity,
    quantity,
)
from ocn.chain.embedded.rendering import render_block, render_logs, render_receipt, render_transaction
from ocn.chain.embedded.transactions import decode

MAX_FEE_HISTORY: Final = 1024


def resolve_block(chain: Chain, tag: Any) -> int:
    """A block tag, number, or EIP-1898 object, as the height of an existing block.

    Raises:
        RpcError: there is no such block (any more).
    """
    if isinstance(tag, Mapping):
        if "blockHash" in tag:
            number = chain.database.number_of(parse_hash(tag["blockHash"], "blockHash"))
        else:
            number = parse_height(tag.get("blockNumber"), chain.head.number)
    else:
        number = parse_height(tag, chain.head.number)
    if number is None or number > chain.head.number:
        raise refused("header not found")
    return number


class Reading:
    """See the module."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def methods(self) -> Mapping[str, Callable[..., Any]]:
        """Names on the wire to what answers them."""
        chain = self._chain
        return {
            "web3_clientVersion": client_version,
            "web3_sha3": lambda text: data(keccak(parse_data(text, "data"))),
            "net_version": lambda: str(chain.settings.chain_id),
            "net_listening": lambda: True,
            "eth_chainId": lambda: quantity(chain.settings.chain_id),
            "eth_syncing": lambda: False,
            "eth_accounts": lambda: [one.address.lower() for one in DEVELOPMENT_ACCOUNTS],
            "eth_gasPrice": lambda: quantity(chain.head.base_fee),
            "eth_maxPriorityFeePerGas": lambda: quantity(0),
            "eth_feeHistory": self.fee_history,
            "eth_blockNumber": lambda: quantity(chain.head.number),
            "eth_getBalance": self.balance,
            "eth_getTransactionCount": self.transaction_count,
            "eth_getCode": self.code,
            "eth_getStorageAt": self.storage,
            "eth_getBlockByNumber": self.block_by_number,
            "eth_getBlockByHash": self.block_by_hash,
            "eth_getBlockTransactionCountByNumber": lambda tag: self.count(self._by_number(tag)),
            "eth_getBlockTransactionCountByHash": lambda block_hash: self.count(self._by_hash(block_hash)),
            "eth_getBlockReceipts": self.receipts,
            "eth_getTransactionByHash": self.transaction,
            "eth_getTransactionByBlockNumberAndIndex": lambda tag, index: self.nth(
                self._by_number(tag), index
            ),
            "eth_getTransactionByBlockHashAndIndex": lambda block_hash, index: self.nth(
                self._by_hash(block_hash), index
            ),
            "eth_getTransactionReceipt": self.receipt,
            "eth_getLogs": self.logs,
        }

    def balance(self, address: Any, block: Any = "latest") -> str:
        """Wei."""
        return quantity(
            self._chain.account(parse_address(address), resolve_block(self._chain, block)).balance
        )

    def transaction_count(self, address: Any, block: Any = "latest") -> str:
        """The next nonce; queued ones have a gap below them, so ``pending`` says the same as ``latest``."""
        return quantity(self._chain.account(parse_address(address), resolve_block(self._chain, block)).nonce)

    def code(self, address: Any, block: Any = "latest") -> str:
        """The code of a contract."""
        number = resolve_block(self._chain, block)
        account = self._chain.account(parse_address(address), number)
        return data(self._chain.view(number).get(code_key(account.code_hash)) or b"")

    def storage(self, address: Any, slot: Any, block: Any = "latest") -> str:
        """One slot, 32 bytes."""
        key = slot_key(parse_address(address), parse_quantity(slot, "slot"))
        return data((self._chain.view(resolve_block(self._chain, block)).get(key) or b"").rjust(32, b"\0"))

    def fee_history(self, count: Any, newest: Any, percentiles: Any = None) -> dict[str, Any]:
        """Base fees (all 0), how full the blocks were, and tips (reported as 0: none is needed)."""
        last = resolve_block(self._chain, newest)
        wanted = min(parse_quantity(count, "blockCount"), MAX_FEE_HISTORY, last + 1)
        found = [self._chain.database.header(number) for number in range(last - wanted + 1, last + 1)]
        headers = [header for header, _ in filter(None, found)]
        answer: dict[str, Any] = {
            "oldestBlock": quantity(last - wanted + 1),
            "baseFeePerGas": [quantity(header.base_fee) for header in headers] + [quantity(0)],
            "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
        }
        if isinstance(percentiles, list):
            if len(percentiles) > 100:
                raise invalid_params("rewardPercentiles: at most 100")
            answer["reward"] = [[quantity(0)] * len(percentiles) for _ in headers]
        return answer

    # Blocks

    def _by_number(self, tag: Any) -> tuple[Header, bytes] | None:
        number = parse_height(tag, self._chain.head.number)
        if number is None:
            raise invalid_params("block: missing")
        return self._chain.database.header(number)

    def _by_hash(self, block_hash: Any) -> tuple[Header, bytes] | None:
        number = self._chain.database.number_of(parse_hash(block_hash, "block hash"))
        return None if number is None else self._chain.database.header(number)

    def block_by_number(self, tag: Any, full: Any = False) -> dict[str, Any] | None:
        """A block, or null."""
        found = self._by_number(tag)
        return None if found is None else render_block(self._chain.database, *found, full=full is True)

    def block_by_hash(self, block_hash: Any, full: Any = False) -> dict[str, Any] | None:
        """A block of the present chain, or null."""
        found = self._by_hash(block_hash)
        return None if found is None else render_block(self._chain.database, *found, full=full is True)

    def count(self, found: tuple[Header, bytes] | None) -> str | None:
        """Transactions in a block."""
        if found is None:
            return None
        return quantity(1 if self._chain.database.transaction_in(found[0].number) else 0)

    def receipts(self, block: Any) -> list[dict[str, Any]] | None:
        """The receipts of a block, by number, tag or hash."""
        by_hash = isinstance(block, str) and len(block) == 66
        found = self._by_hash(block) if by_hash else self._by_number(block)
        if found is None:
            return None
        receipt = render_receipt(self._chain.database, found[0].number)
        return [receipt] if receipt else []

    # Transactions

    def nth(self, found: tuple[Header, bytes] | None, index: Any) -> dict[str, Any] | None:
        """A transaction by its place; there is at most one in a block."""
        place = parse_quantity(index, "index")
        mined = self._chain.database.transaction_in(found[0].number) if found and place == 0 else None
        return render_transaction(decode(mined[0]), *found) if found and mined else None

    def transaction(self, transaction_hash: Any) -> dict[str, Any] | None:
        """A mined or queued transaction, or null."""
        wanted = parse_hash(transaction_hash, "transaction hash")
        if queued := self._chain.pool.find(wanted):
            return render_transaction(queued, None, None)
        number = self._chain.database.block_of_transaction(wanted)
        return None if number is None else self.nth(self._chain.database.header(number), 0)

    def receipt(self, transaction_hash: Any) -> dict[str, Any] | None:
        """The receipt of a mined transaction, or null."""
        number = self._chain.database.block_of_transaction(parse_hash(transaction_hash, "transaction hash"))
        return None if number is None else render_receipt(self._chain.database, number)

    def logs(self, spec: Any) -> list[dict[str, Any]]:
        """Logs by addresses, topics, range or block hash."""
        found = LogFilter.parse(spec, self._chain.head.number).find_all(self._chain)
        return render_logs(self._chain.database, found)


def client_version() -> str:
    """Says which program this is, and what its headers lack."""
    return f"ocn-devnet/{version('ocn')}/py-evm-{version('py-evm')}/london/state-root-is-no-trie-root"
