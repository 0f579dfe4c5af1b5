"""The calls of a chain that this project uses, typed."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from ocn.chain import values
from ocn.chain.errors import ChainRejected, ChainReverted
from ocn.chain.reverts import reverted
from ocn.chain.rpc import Json, Rpc
from ocn.chain.values import Block, Log, Receipt

At: TypeAlias = int | Literal["latest", "pending", "finalized", "safe"]
"""A block number or tag."""


class ChainClient:
    """One chain, over whatever speaks JSON-RPC. Every method may raise the errors of :class:`Rpc`."""

    def __init__(self, rpc: Rpc) -> None:
        self.rpc = rpc

    async def chain_id(self) -> int:
        """Return the number that transactions are bound to."""
        return values.quantity(await self.rpc.call("eth_chainId"))

    async def head_number(self) -> int:
        """Return the number of the newest block."""
        return values.quantity(await self.rpc.call("eth_blockNumber"))

    async def block(self, at: At) -> Block | None:
        """Return a block's header, or None when there is no such block."""
        return values.block(await self.rpc.call("eth_getBlockByNumber", tag(at), False))

    async def blocks(self, numbers: Sequence[At]) -> list[Block | None]:
        """Return several headers in one request, in order."""
        answers = await self.rpc.batch([("eth_getBlockByNumber", (tag(n), False)) for n in numbers])
        return [values.block(_accepted(answer)) for answer in answers]

    async def logs(
        self, addresses: Sequence[str], topics: Sequence[bytes], first: int, last: int
    ) -> list[Log]:
        """Return the events of these contracts with one of these first topics, in chain order."""
        query = {
            "address": list(addresses),
            "topics": [["0x" + topic.hex() for topic in topics]],
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        found = values.logs(await self.rpc.call("eth_getLogs", query))
        return sorted(found, key=lambda log: (log.block_number, log.log_index))

    async def call_contract(
        self,
        to: str,
        data: bytes,
        *,
        at: At = "latest",
        sender: str | None = None,
        gas: int | None = None,
    ) -> bytes:
        """Run a read-only call and return its raw result; ``gas`` bounds what a stranger's contract may do.

        Raises:
            ChainReverted: the contract refused.
        """
        try:
            return values.octets(await self.rpc.call("eth_call", *_call(to, data, at, sender, gas)))
        except ChainRejected as error:
            raise (reverted(error) or error) from error

    async def call_many(
        self, calls: Sequence[tuple[str, bytes]], *, at: At = "latest"
    ) -> list[bytes | ChainReverted]:
        """Run several read-only calls in one request; a refused one is an error in its place."""
        answers = await self.rpc.batch([("eth_call", _call(to, data, at)) for to, data in calls])
        return [_ran(answer) for answer in answers]

    async def estimate_gas(self, sender: str, to: str | None, data: bytes, value: int = 0) -> int:
        """Return the gas a transaction would use now.

        Raises:
            ChainReverted: the contract would refuse it.
        """
        transaction = {"from": sender, "data": "0x" + data.hex(), "value": hex(value)}
        if to is not None:
            transaction["to"] = to
        try:
            return values.quantity(await self.rpc.call("eth_estimateGas", transaction))
        except ChainRejected as error:
            raise (reverted(error) or error) from error

    async def nonce(self, account: str, at: At = "pending") -> int:
        """Return the number of the account's next transaction; by default counting those in no block yet."""
        return values.quantity(await self.rpc.call("eth_getTransactionCount", account, tag(at)))

    async def balance(self, account: str) -> int:
        """Return the account's money in wei."""
        return values.quantity(await self.rpc.call("eth_getBalance", account, "latest"))

    async def code(self, account: str) -> bytes:
        """Return the account's contract code; empty when it is no contract."""
        return values.octets(await self.rpc.call("eth_getCode", account, "latest"))

    async def gas_price(self) -> int:
        """Return what the endpoint suggests to pay per gas, in wei."""
        return values.quantity(await self.rpc.call("eth_gasPrice"))

    async def priority_fee(self) -> int:
        """Return what the endpoint suggests to pay the block's author per gas, in wei."""
        return values.quantity(await self.rpc.call("eth_maxPriorityFeePerGas"))

    async def send_raw(self, transaction: bytes) -> str:
        """Hand a signed transaction to the chain and return its hash."""
        try:
            return values.text(await self.rpc.call("eth_sendRawTransaction", "0x" + transaction.hex()))
        except ChainRejected as error:
            raise (reverted(error) or error) from error

    async def receipt(self, transaction: str) -> Receipt | None:
        """Return what became of a transaction, or None while it is in no block."""
        return values.receipt(await self.rpc.call("eth_getTransactionReceipt", transaction))

    async def receipts(self, transactions: Sequence[str]) -> list[Receipt | None]:
        """Return what became of several transactions in one request, in order."""
        answers = await self.rpc.batch([("eth_getTransactionReceipt", (one,)) for one in transactions])
        return [values.receipt(_accepted(answer)) for answer in answers]

    async def close(self) -> None:
        """Close the endpoint."""
        await self.rpc.close()


def tag(at: At) -> str:
    """Return a block number or tag as JSON-RPC writes it."""
    return hex(at) if isinstance(at, int) else at


def _call(
    to: str, data: bytes, at: At, sender: str | None = None, gas: int | None = None
) -> tuple[Json, Json]:
    message = {"to": to, "data": "0x" + data.hex()}
    if sender is not None:
        message["from"] = sender
    if gas is not None:
        message["gas"] = hex(gas)
    return message, tag(at)


def _accepted(answer: Json | ChainRejected) -> Json:
    if isinstance(answer, ChainRejected):
        raise answer
    return answer


def _ran(answer: Json | ChainRejected) -> bytes | ChainReverted:
    if isinstance(answer, ChainRejected):
        refusal = reverted(answer)
        if refusal is None:
            raise answer
        return refusal
    return values.octets(answer)
