"""Send a transaction from one account and learn what became of it."""

import asyncio
from typing import Final

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainError, ChainRejected, ChainReverted, TransactionPending
from ocn.chain.fees import FeeStyle, fee_fields
from ocn.chain.recursion import imported
from ocn.chain.values import Receipt
from ocn.signing.keys import PrivateKey

_FIRST_POLL_S: Final = 0.02
_LONGEST_POLL_S: Final = 2.0
_STALE_NONCE: Final = ("nonce too low", "already known", "replacement transaction underpriced", "same nonce")


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
    ) -> None:
        self.chain = chain
        self._key = key
        self._fees = fees
        self._timeout_s = timeout_s
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
            fields = {"to": to or "", "data": "0x" + data.hex(), "value": value, "gas": gas + gas // 5}
            fields |= await fee_fields(self.chain, self._fees)
            fields["chainId"] = await self._bound_to()
            sent = await self._submit(fields)
        receipt = await self._included(sent)
        if not receipt.succeeded:
            raise await self._why(receipt, to, data)
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
            if not any(text in error.text.lower() for text in _STALE_NONCE):
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

    async def _why(self, receipt: Receipt, to: str | None, data: bytes) -> ChainReverted:
        """Run the refused call again at its block; the reason is a service, never a second failure."""
        reason: str | None = None
        if to is not None:
            try:
                await self.chain.call_contract(to, data, at=receipt.block_number, sender=self.address)
            except ChainReverted as error:
                reason = error.reason
            except ChainError:
                reason = None
        return ChainReverted(reason, transaction=receipt.transaction)


def signed(fields: dict[str, object], key: PrivateKey) -> bytes:
    """Return the transaction, signed and encoded, as a chain takes it."""
    account = imported("eth_account").Account  # half a second that readers of the chain do not need
    return bytes(account.sign_transaction(fields, key.secret).raw_transaction)
