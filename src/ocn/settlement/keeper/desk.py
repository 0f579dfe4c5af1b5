"""From jobs that wait to the next transaction, and what is not worth one."""

from typing import Final

import structlog

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainRejected, ChainReverted
from ocn.settlement.keeper.grouping import Lanes, Plan, next_call
from ocn.settlement.keeper.jobs import Call, Claim, Net
from ocn.settlement.keeper.outbox import Outbox, TooMuchGas
from ocn.settlement.keeper.store import KeeperStore
from ocn.settlement.keeper.vault_calls import VaultCalls
from ocn.settlement.lanes import calls
from ocn.settlement.lanes.contract import MOST_ITEMS

_log = structlog.get_logger(__name__)
_GAS_LIMIT: Final = 8_000_000
"""Of a block, where the endpoint does not say it."""


class Desk:
    """Hands the outbox one transaction after the other."""

    def __init__(
        self,
        chain: ChainClient,
        contract: str,
        store: KeeperStore,
        lanes: Lanes,
        outbox: Outbox,
        vaults: VaultCalls,
    ) -> None:
        self._chain = chain
        self._contract = contract
        self._store = store
        self._lanes = lanes
        self._outbox = outbox
        self._vaults = vaults

    async def step(self) -> bool:
        """See :meth:`ocn.settlement.keeper.keeper.Keeper.step`."""
        if not await self._outbox.look() or not self._lanes.complete:
            return False
        most = MOST_ITEMS
        gas = await self._budget()
        while True:
            plan = next_call(await self._store.waiting(), self._lanes, gas=gas, most=most)
            await self._let_go(plan)
            if not plan.jobs:
                return False
            if await self._refuses_some(plan) or (plan.gas and await self._wallet_denies(plan)):
                continue
            try:
                await self._outbox.begin(
                    self._contract,
                    plan.data if plan.unsigned is None else await self._vaults.signed(plan.unsigned),
                    plan.jobs,
                    repeatable=plan.repeatable,
                    most_gas=gas if plan.together else None,  # one alone cannot be made smaller
                    gas=plan.gas,
                )
            except TooMuchGas:
                most = len(plan.together) // 2
                continue
            except ChainReverted as error:
                await self._refused(plan, error)
            return True

    async def _budget(self) -> int:
        """A quarter of a block: others want to be in it, too."""
        head = await self._chain.block("latest")
        limit = None if head is None else head.gas_limit
        return (limit or _GAS_LIMIT) // 4

    async def _let_go(self, plan: Plan) -> None:
        for number, why in plan.pointless:
            _log.info("keeper_lets_go", job=number, reason=why)
        await self._store.drop([number for number, _ in plan.pointless])

    async def _refuses_some(self, plan: Plan) -> bool:
        """Ask about each voucher that a claim would skip silently, again and again; let go of those."""
        asked = [(self._contract, calls.claim_one(voucher)) for voucher in plan.together]
        answers = await self._chain.call_many(asked)
        refused = {
            voucher.lane: answer
            for voucher, answer in zip(plan.together, answers, strict=True)
            if isinstance(answer, ChainReverted)
        }
        jobs = [one for one in await self._store.waiting() if one.id in plan.jobs]
        gone = [one.id for one in jobs if not isinstance(one.job, Call) and one.job.voucher.lane in refused]
        for lane, answer in refused.items():
            _log.warning("keeper_refused", lane=lane.key, error=answer.message)
        await self._store.drop(gone)
        return bool(refused)

    async def _wallet_denies(self, plan: Plan) -> bool:
        """Ask a contract wallet now, with bounded gas, and let go of what it does not stand by.

        Any error is its own answer, not the endpoint's: a wallet must not be able to stop the keeper.
        """
        try:
            await self._chain.call_contract(
                self._contract, plan.data, sender=self._outbox.address, gas=plan.gas
            )
        except (ChainReverted, ChainRejected) as error:
            _log.warning("keeper_refused", jobs=plan.jobs, error=error.message)
            await self._store.drop(plan.jobs)
            return True
        return False

    async def _refused(self, plan: Plan, error: ChainReverted) -> None:
        """The contract would not do it: say so, and claim what was to be netted."""
        _log.warning("keeper_refused", jobs=plan.jobs, error=error.message)
        refused = [one for one in await self._store.waiting() if one.id in plan.jobs]
        for one in refused:
            if isinstance(one.job, Net):
                await self._store.add(Claim(one.job.voucher))
        await self._store.drop([one.id for one in refused])
