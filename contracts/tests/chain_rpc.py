"""Contracts on a real chain, reached by JSON-RPC: what each transaction used of gas."""

from collections.abc import Awaitable, Callable
from typing import Any

from contracts.tests.contract import Contract
from contracts.tests.evm import Evm
from contracts.tests.people import Person
from eth_account import Account
from eth_utils.address import to_checksum_address

from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS

Rpc = Callable[..., Awaitable[Any]]
"""Method and parameters to result."""

GAS = 7_000_000


class Failed(Exception):
    """A transaction that should have succeeded did not."""


class Chain:
    """Everybody who acts is given a little of the native coin by the first development account."""

    def __init__(self, rpc: Rpc, chain_id: int, gas_price: int) -> None:
        self.rpc, self.chain_id, self._gas_price = rpc, chain_id, gas_price
        self._nonces: dict[str, int] = {}
        self.used: dict[str, int] = {}
        """Gas by the name of the act."""

    @classmethod
    async def at(cls, rpc: Rpc) -> "Chain":
        return cls(rpc, int(await rpc("eth_chainId"), 16), int(await rpc("eth_gasPrice"), 16))

    async def endow(self, *people: Person) -> None:
        first = DEVELOPMENT_ACCOUNTS[0]
        for person in people:
            await self._transact(first.address, first.key_bytes, person.address, b"", value=10**18)

    async def deploy(self, name: str, sender: Person, abi: list[dict[str, Any]], code: bytes) -> Contract:
        receipt = await self._transact(sender.address, sender.key, None, code)
        self.used[name] = int(receipt["gasUsed"], 16)
        # the Evm is not asked: only the ABI's encoding is used of the contract
        return Contract(Evm(), abi, receipt["contractAddress"].lower())

    async def send(
        self, name: str, sender: Person, contract: Contract, function: str, *arguments: Any
    ) -> int:
        """Gas used, also kept under the name unless that is empty."""
        plain = [a.address if isinstance(a, Person | Contract) else a for a in arguments]
        receipt = await self._transact(
            sender.address, sender.key, contract.address, contract.encode(function, *plain)
        )
        gas = int(receipt["gasUsed"], 16)
        if name:
            self.used[name] = gas
        return gas

    async def now(self) -> int:
        return int((await self.rpc("eth_getBlockByNumber", "latest", False))["timestamp"], 16)

    async def pass_time(self, seconds: int) -> None:
        await self.rpc("evm_increaseTime", seconds)
        await self.rpc("evm_mine")

    async def _transact(
        self, sender: str, key: bytes, to: str | None, data: bytes, value: int = 0
    ) -> dict[str, Any]:
        if sender not in self._nonces:
            self._nonces[sender] = int(await self.rpc("eth_getTransactionCount", sender, "latest"), 16)
        body: dict[str, Any] = {"chainId": self.chain_id, "gas": GAS, "gasPrice": self._gas_price}
        body |= {"nonce": self._nonces[sender], "value": value, "data": data}
        if to is not None:
            body["to"] = to_checksum_address(to)
        raw = Account.sign_transaction(body, key).raw_transaction
        sent = await self.rpc("eth_sendRawTransaction", "0x" + raw.hex())
        self._nonces[sender] += 1
        receipt = None
        while receipt is None:  # anvil answers null for a moment even though it mines at once
            receipt = await self.rpc("eth_getTransactionReceipt", sent)
        if receipt["status"] != "0x1":
            raise Failed(f"{to}: {data[:4].hex()} used {int(receipt['gasUsed'], 16)} gas and failed")
        return dict(receipt)
