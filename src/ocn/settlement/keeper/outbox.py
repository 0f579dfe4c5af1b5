"""One account's sequence of transactions: each is stored, sent, pressed for, and let go when it is final."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainError, ChainRejected, ChainReverted, ChainUnavailable
from ocn.chain.fees import Fee, FeeStyle, suggested_fee
from ocn.chain.refusals import Refusal, refusal
from ocn.chain.transactions import signed, transaction_hash, why_refused, with_margin
from ocn.chain.values import Block, Receipt
from ocn.settlement.keeper.store import Attempt, Draft, KeeperStore, Transaction
from ocn.signing.keys import PrivateKey

_log = structlog.get_logger(__name__)
_TRANSFER_GAS: Final = 21_000
MOST_TRIES: Final = 3
"""Transactions of one job that may fail in a block, such as for lack of gas."""


class TooMuchGas(ChainError):
    """A transaction that would take more of a block than it should."""


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """How to press for a transaction.

    ``confirmations`` lie on top of one that is final. After ``patience_s`` without a block that takes it, it
    is replaced by one that offers an eighth more, until that would exceed ``most_wei`` per gas.
    """

    most_wei: int = 500 * 10**9
    patience_s: float = 60.0
    confirmations: int = 12
    fees: FeeStyle = FeeStyle.AUTO


class Outbox:
    """Every transaction is on disk, signed, before the chain hears of it. Nobody else may use the account.

    One is under way at a time; those that are in a block and not final yet do not hold up the next.
    """

    def __init__(
        self,
        chain: ChainClient,
        key: PrivateKey,
        store: KeeperStore,
        settings: OutboxSettings,
        clock: Callable[[], float],
    ) -> None:
        self._chain = chain
        self._key = key
        self._store = store
        self._settings = settings
        self._clock = clock
        self._chain_id: int | None = None
        self._told: dict[str, tuple[float, int]] = {}
        """When, and at which block, the chain was told of an attempt; nothing of it survives a restart."""
        self.waits = ""
        """Why nothing moves, for people; empty while things do."""

    @property
    def address(self) -> str:
        """The account."""
        return self._key.address

    async def look(self) -> bool:
        """Bring every open transaction on; True when the next one may begin.

        Raises:
            ChainError: the chain does not answer, or does not take a transaction; look again later.
            KeeperStoreUnusable: the same of the storage.
        """
        head = await self._chain.block("latest")
        if head is None:
            raise ChainUnavailable("the chain endpoint has no newest block")
        used = await self._chain.nonce(self.address, "latest")
        pending: list[Transaction] = []
        for transaction in await self._store.transactions():
            receipt = await self._receipt(transaction)
            if receipt is not None:
                await self._included(transaction, receipt, head)
            elif transaction.draft.nonce < used:
                await self._lost(transaction, head)
            else:
                pending.append(transaction)
        for transaction in pending:
            if transaction.attempts[-1].hash not in self._told:
                await self._tell(transaction.attempts[-1], head.number)
        if not pending:
            self.waits = ""
        elif self._is_overdue(pending[0], head):
            if pending[0].draft.nonce > used:
                await self._fill(used, head)
            else:
                await self._press(pending[0], head)
        return not pending

    async def begin(
        self,
        to: str,
        data: bytes,
        jobs: Sequence[int],
        *,
        repeatable: bool,
        most_gas: int | None = None,
        gas: int = 0,
    ) -> None:
        """Store and send the next transaction, once :meth:`look` has said so.

        ``gas`` is what it may use, where that is not to be estimated.

        Raises:
            ChainReverted: it would be refused; nothing was stored.
            TooMuchGas: it needs more than may be; nothing was stored.
            ChainError: the chain does not answer, or does not take it; if it was stored, it is sent again.
        """
        gas = gas or with_margin(await self._chain.estimate_gas(self.address, to, data))
        if most_gas is not None and gas > most_gas:
            raise TooMuchGas(f"{len(jobs)} jobs need {gas} gas, of at most {most_gas}")
        opened = [one.draft.nonce + 1 for one in await self._store.transactions()]
        number = max(await self._chain.nonce(self.address), *opened, 0)
        fee = (await self._suggested()).bounded(self._settings.most_wei)
        draft = Draft(number, to, data, gas, repeatable)
        attempt = await self._signed(draft, fee)
        await self._store.begin(draft, attempt, jobs)
        _log.info("keeper_sends", transaction=attempt.hash, nonce=number, jobs=len(jobs), wei=fee.most)
        await self._tell(attempt, await self._chain.head_number())

    async def _receipt(self, transaction: Transaction) -> Receipt | None:
        found = await self._chain.receipts([attempt.hash for attempt in transaction.attempts])
        return next((receipt for receipt in found if receipt is not None), None)

    async def _included(self, transaction: Transaction, receipt: Receipt, head: Block) -> None:
        for attempt in transaction.attempts:
            self._told.pop(attempt.hash, None)  # should the block be replaced, it is told again at once
        if receipt.block_number + self._settings.confirmations > head.number:
            return
        if receipt.succeeded:
            _log.info("keeper_settled", transaction=receipt.transaction, block=receipt.block_number)
            await self._store.finish(transaction.id)
            return
        draft = transaction.draft
        why = await why_refused(self._chain, receipt, self.address, draft.to, draft.data)
        again = draft.repeatable and all(
            job.tries + 1 < MOST_TRIES for job in await self._store.jobs_of(transaction.id)
        )
        _log.warning("keeper_refused", transaction=receipt.transaction, error=why.message, again=again)
        if again:
            await self._store.give_back(transaction.id, failed=True)
        else:
            await self._store.finish(transaction.id)

    async def _lost(self, transaction: Transaction, head: Block) -> None:
        """Another transaction has this number. What must not happen twice waits until that is final."""
        if not transaction.draft.repeatable:
            final = max(0, head.number - self._settings.confirmations)
            if await self._chain.nonce(self.address, final) <= transaction.draft.nonce:
                return
        _log.warning("keeper_lost_a_number", nonce=transaction.draft.nonce)
        await self._store.give_back(transaction.id, failed=False)

    def _is_overdue(self, transaction: Transaction, head: Block) -> bool:
        """Whether there were time and a block to take it."""
        at, block = self._told.get(transaction.attempts[-1].hash, (self._clock(), head.number))
        return self._clock() - at >= self._settings.patience_s and head.number > block

    async def _press(self, transaction: Transaction, head: Block) -> None:
        """Offer more, or tell the chain again that this is all."""
        attempt = transaction.attempts[-1]
        least = attempt.fee.replacing
        if least.most > self._settings.most_wei:
            self.waits = f"no block takes it for the {self._settings.most_wei} wei per gas that are allowed"
            _log.warning("keeper_waits_for_fees", transaction=attempt.hash, wei=attempt.fee.most)
            await self._tell(attempt, head.number)
            self._told[attempt.hash] = (self._clock(), head.number)
            return
        offer = least.at_least(await self._suggested()).bounded(self._settings.most_wei)
        replacement = await self._signed(transaction.draft, offer)
        await self._store.attempt(transaction.id, replacement)
        _log.warning("keeper_replaces", transaction=attempt.hash, by=replacement.hash, wei=offer.most)
        self.waits = ""
        await self._tell(replacement, head.number)

    async def _fill(self, nonce: int, head: Block) -> None:
        """Use up a number that something unknown holds up: nothing above it can happen before."""
        draft = Draft(nonce, self.address, b"", _TRANSFER_GAS, repeatable=True)
        offer = (await self._suggested()).replacing.bounded(self._settings.most_wei)
        attempt = await self._signed(draft, offer)
        await self._store.begin(draft, attempt, ())
        _log.warning("keeper_fills_a_number", nonce=nonce, transaction=attempt.hash)
        await self._tell(attempt, head.number)

    async def _tell(self, attempt: Attempt, block: int) -> None:
        told = (self._clock(), block)
        try:
            await self._chain.send_raw(attempt.raw)
        except ChainReverted as error:  # some endpoints say so of a transaction that they take
            _log.info("keeper_hears_of_a_revert", transaction=attempt.hash, error=error.message)
        except ChainRejected as error:
            meaning = refusal(error)
            if meaning is Refusal.OTHER:
                self.waits = error.message
                raise
            if meaning is Refusal.UNDERPRICED:
                told = (self._clock() - self._settings.patience_s, -1)  # offer more at the next look
        self._told[attempt.hash] = told

    async def _signed(self, draft: Draft, fee: Fee) -> Attempt:
        if self._chain_id is None:
            self._chain_id = await self._chain.chain_id()
        fields: dict[str, object] = {
            "chainId": self._chain_id,
            "nonce": draft.nonce,
            "to": draft.to,
            "data": "0x" + draft.data.hex(),
            "value": 0,
            "gas": draft.gas,
        }
        raw = signed(fields | fee.fields, self._key)
        return Attempt(transaction_hash(raw), raw, fee)

    async def _suggested(self) -> Fee:
        return await suggested_fee(self._chain, self._settings.fees)
