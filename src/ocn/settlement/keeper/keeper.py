"""The keeper as a service uses it: start it, hand it vouchers, close it."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

import structlog

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainError, ChainReverted
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.errors import SettlementError
from ocn.settlement.keeper.grouping import Lanes, Plan, next_call
from ocn.settlement.keeper.jobs import Call, Claim, Job, Net
from ocn.settlement.keeper.outbox import Outbox, OutboxSettings, TooMuchGas
from ocn.settlement.keeper.store import KeeperStore, KeeperStoreUnusable
from ocn.settlement.lanes import calls
from ocn.settlement.lanes.contract import MOST_ITEMS
from ocn.signing.keys import PrivateKey

_log = structlog.get_logger(__name__)
_FIRST_RETRY_S: Final = 0.5
_GAS_LIMIT: Final = 8_000_000
"""Of a block, where the endpoint does not say it."""


@dataclass(frozen=True, slots=True)
class KeeperSettings:
    """How often to look, how long to wait for an endpoint that is away, and how to press; see there."""

    poll_s: float = 1.0
    longest_retry_s: float = 30.0
    outbox: OutboxSettings = field(default_factory=OutboxSettings)


@dataclass(frozen=True, slots=True)
class KeeperStanding:
    """A moment of the keeper; ``waits`` says why nothing moves, and is empty while things do."""

    waiting: int
    under_way: int
    waits: str
    failures: int


class Keeper:
    """:class:`ocn.settlement.ports.Keeper` for one account. Its gas is paid by the account of the key.

    Claims and netting anybody may send, so that key need not be a vault's. What moves a vault's own money
    (:meth:`reserve`, :meth:`withdraw`, :meth:`release`) is of the vault with that key.
    """

    def __init__(
        self,
        chain: ChainClient,
        contract: str,
        key: PrivateKey,
        *,
        store: KeeperStore,
        lanes: Lanes,
        settings: KeeperSettings | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Prepare; nothing is sent before :meth:`start`. What is given stays the caller's to close."""
        self._chain = chain
        self._contract = contract
        self._store = store
        self._lanes = lanes
        self._settings = settings or KeeperSettings()
        now = clock or (lambda: asyncio.get_running_loop().time())
        self._outbox = Outbox(chain, key, store, self._settings.outbox, now)
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._stepped = asyncio.Event()
        self._failures = 0
        self._last_error = ""

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def start(self) -> None:
        """Go on with what is stored, then with what comes."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="keeper")

    async def close(self) -> None:
        """Stop; what is stored goes on at the next start."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def claim(self, voucher: SignedVoucher) -> None:
        """See the port.

        Raises:
            KeeperStoreUnusable: not taken over.
        """
        await self._take(Claim(voucher))

    async def net(self, voucher: SignedVoucher, back: SignedVoucher) -> None:
        """See the port. Where the chain refuses to net, the first voucher is claimed.

        Raises:
            KeeperStoreUnusable: not taken over.
        """
        await self._take(Net(voucher, back))

    async def reserve(self, lane: Lane, amount: int) -> None:
        """See the port. Until it is settled, asking for more on the same lane changes nothing."""
        await self._take(Call(f"reserve {lane.key}", calls.reserve(lane, amount).data))

    async def request_release(self, lane: Lane, amount: int) -> None:
        """Announce that a part of the reserve leaves; the payee has the time of notice to claim."""
        name = f"request release {lane.key} {amount}"
        await self._take(Call(name, calls.request_release(lane, amount).data))

    async def release(self, lane: Lane) -> None:
        """Take out of the reserve what was announced, once it is time."""
        await self._take(Call(f"release {lane.key}", calls.release(lane)))

    async def withdraw(self, token: str, amount: int, to: str) -> None:
        """Pay free money out to a wallet, once; the same again is another withdrawal once this is done."""
        call = calls.withdraw(self._outbox.address, token, amount, to)
        await self._take(Call(f"withdraw {token} {amount} {to}", call.data))

    async def standing(self) -> KeeperStanding:
        """Return how things stand."""
        waits = self._outbox.waits or self._last_error
        under_way = len(await self._store.transactions())
        return KeeperStanding(len(await self._store.waiting()), under_way, waits, self._failures)

    async def at_rest(self) -> None:
        """Wait until nothing waits and nothing is under way any more; bound it with :func:`asyncio.timeout`.

        Raises:
            SettlementError: the keeper is not running, or stops meanwhile.
        """
        while await self._store.waiting() or await self._store.transactions():
            if self._task is None or self._task.done():
                raise SettlementError("the keeper is not running")
            self._stepped.clear()
            await self._stepped.wait()

    async def step(self) -> bool:
        """Bring on what is open and begin what may begin; True when there is more to do now.

        Raises:
            ChainError: the chain does not answer or does not take a transaction. Nothing is lost.
            KeeperStoreUnusable: the same of the storage.
        """
        if not await self._outbox.look() or not self._lanes.complete:
            return False
        most = MOST_ITEMS
        gas = await self._budget()
        while True:
            plan = next_call(await self._store.waiting(), self._lanes, gas=gas, most=most)
            await self._let_go(plan)
            if not plan.jobs:
                return False
            try:
                await self._outbox.begin(
                    self._contract, plan.data, plan.jobs, repeatable=plan.repeatable, most_gas=gas
                )
            except TooMuchGas:
                most = max(1, min(most, len(plan.jobs)) // 2)
                continue
            except ChainReverted as error:
                await self._refused(plan, error)
            return True

    async def _take(self, job: Job) -> None:
        if await self._store.add(job):
            self._wake.set()

    async def _budget(self) -> int:
        """A quarter of a block: others want to be in it, too."""
        head = await self._chain.block("latest")
        limit = None if head is None else head.gas_limit
        return (limit or _GAS_LIMIT) // 4

    async def _let_go(self, plan: Plan) -> None:
        for number, why in plan.pointless:
            _log.info("keeper_lets_go", job=number, reason=why)
        await self._store.drop([number for number, _ in plan.pointless])

    async def _refused(self, plan: Plan, error: ChainReverted) -> None:
        """The contract would not do it: say so, and claim what was to be netted."""
        _log.error("keeper_refused", jobs=plan.jobs, error=error.message)
        refused = [one for one in await self._store.waiting() if one.id in plan.jobs]
        for one in refused:
            if isinstance(one.job, Net):
                await self._store.add(Claim(one.job.voucher))
        await self._store.drop([one.id for one in refused])

    async def _run(self) -> None:
        try:
            while True:
                self._wake.clear()
                pause = await self._pause()
                self._stepped.set()
                if self._failures:
                    await asyncio.sleep(pause)
                elif pause > 0:
                    await self._sleep(pause)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._last_error = f"stopped by a defect: {type(error).__name__}"
            _log.exception("keeper_stopped")
            raise
        finally:
            self._stepped.set()

    async def _pause(self) -> float:
        try:
            more = await self.step()
        except (ChainError, KeeperStoreUnusable) as error:
            self._failures += 1
            self._last_error = error.message
            _log.warning("keeper_waits", error=error.message, failures=self._failures)
            longest: float = min(
                self._settings.longest_retry_s, _FIRST_RETRY_S * 2.0 ** min(self._failures, 10)
            )
            return longest * random.uniform(0.5, 1.0)
        if self._failures:
            _log.info("keeper_works_again", failures=self._failures)
        self._failures, self._last_error = 0, ""
        return 0.0 if more else self._settings.poll_s

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
