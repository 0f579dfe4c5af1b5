"""Send a transaction from one account and learn what became of it."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainError, ChainRejected, ChainReverted, TransactionPending
from ocn.chain.fees import FeeStyle, suggested_fee
from ocn.chain.recursion import imported
from ocn.chain.refusals import Refusal, refusal
from ocn.chain.values import Receipt
from ocn.signing.hashes import keccak256
from ocn.signing.keys import PrivateKey

_FIRST_POLL_S: Final = 0.02
_LONGEST_POLL_S: Final = 2.0

OnSent: TypeAlias = Callable[[str], None]
"""Hears the hash of a transaction once the chain has taken it."""


class Sender:
    """One account that pays. Transactions leave one after the other; each waits for its block alone.

    A chain's own nonce is asked for every time, and the order kept by a lock, so several programs may use
    the account unless they do so in the same moment; a nonce lost to another one is tried once more.
    """

    def __init__(
        self,
        chain: ChainClient,
        key: PrivateKey,
        *,
        fees: FeeStyle = FeeStyle.AUTO,
        timeout_s: float = 120.0,
        on_sent: OnSent | None = None,
    ) -> None:
        self.chain = chain
        self._key = key
        self._fees = fees
        self._timeout_s = timeout_s
        self._on_sent = on_sent
        self._order = asyncio.Lock()
        self._chain_id: int | None = None

    @property
    def address(self) -> str:
        """The account that pays."""
        return self._key.address

    async def send(self, to: str | None, data: bytes, *, value: int = 0) -> Receipt:
        """Send a transaction (``to`` None creates a contract) and return its receipt once it succeeded.

        Raises:
            ChainReverted: the contract refused, found out before sending when possible.
            ChainRejected: the chain refused the transaction, such as for lack of funds.
            TransactionPending: sent, but in no block within the time allowed.
            ChainUnavailable: the chain does not answer; unless the text says so nothing was sent.
        """
        async with self._order:
            gas = await self.chain.estimate_gas(self.address, to, data, value)
            fields = {"to": to or "", "data": "0x" + data.hex(), "value": value, "gas": with_margin(gas)}
            fields |= (await suggested_fee(self.chain, self._fees)).fields
            fields["chainId"] = await self._bound_to()
            sent = await self._submit(fields)
        if self._on_sent is not None:
            self._on_sent(sent)
        receipt = await self._included(sent)
        if not receipt.succeeded:
            raise await why_refused(self.chain, receipt, self.address, to, data)
        return receipt

    async def create(self, data: bytes) -> tuple[str, Receipt]:
        """Deploy a contract and return its address with the receipt."""
        receipt = await self.send(None, data)
        if receipt.contract_address is None:
            raise ChainError(f"transaction {receipt.transaction} created no contract")
        return receipt.contract_address, receipt

    async def _bound_to(self) -> int:
        if self._chain_id is None:
            self._chain_id = await self.chain.chain_id()
        return self._chain_id

    async def _submit(self, fields: dict[str, object]) -> str:
        try:
            return await self._submit_at(fields, await self.chain.nonce(self.address))
        except ChainRejected as error:
            if refusal(error) is Refusal.OTHER:
                raise
        return await self._submit_at(fields, await self.chain.nonce(self.address))

    async def _submit_at(self, fields: dict[str, object], nonce: int) -> str:
        return await self.chain.send_raw(signed(fields | {"nonce": nonce}, self._key))

    async def _included(self, sent: str) -> Receipt:
        pause = _FIRST_POLL_S
        try:
            async with asyncio.timeout(self._timeout_s):
                while True:
                    receipt = await self.chain.receipt(sent)
                    if receipt is not None:
                        return receipt
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_POLL_S)
        except TimeoutError:
            raise TransactionPending(sent, self._timeout_s) from None


async def why_refused(
    chain: ChainClient, receipt: Receipt, sender: str, to: str | None, data: bytes
) -> ChainReverted:
    """Run the refused call again at its block; the reason is a service, never a second failure."""
    reason: str | None = None
    if to is not None:
        try:
            await chain.call_contract(to, data, at=receipt.block_number, sender=sender)
        except ChainReverted as error:
            reason = error.reason
        except ChainError:
            reason = None
    return ChainReverted(reason, transaction=receipt.transaction)


def with_margin(gas: int) -> int:
    """Return the gas to allow where an estimate said so much: the state may be another by then."""
    return gas + gas // 5


def signed(fields: dict[str, object], key: PrivateKey) -> bytes:
    """Return the transaction, signed and encoded, as a chain takes it."""
    account = imported("eth_account").Account  # half a second that readers of the chain do not need
    return bytes(account.sign_transaction(fields, key.secret).raw_transaction)


def transaction_hash(raw: bytes) -> str:
    """Return the hash by which a chain will know a signed transaction."""
    return "0x" + keccak256(raw).hex()
