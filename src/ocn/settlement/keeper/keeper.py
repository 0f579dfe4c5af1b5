"""The keeper as a service uses it: start it, hand it vouchers, close it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import structlog

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainError
from ocn.chain.patience import rest, retry_s
from ocn.chain.values import ZERO_ADDRESS
from ocn.settlement.core.holding_back import HoldBack
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import SignedVoucher, expanded
from ocn.settlement.core.wallet_vouchers import WalletVoucher
from ocn.settlement.errors import SettlementError
from ocn.settlement.keeper.desk import Desk
from ocn.settlement.keeper.grouping import Lanes
from ocn.settlement.keeper.jobs import Call, Claim, ClaimWallet, Job, Net
from ocn.settlement.keeper.outbox import Outbox, OutboxSettings
from ocn.settlement.keeper.store import KeeperStore, KeeperStoreUnusable
from ocn.settlement.keeper.vault_calls import VaultCalls
from ocn.settlement.lanes import calls
from ocn.settlement.lanes.reading import LanesReader
from ocn.signing.keys import PrivateKey

_log = structlog.get_logger(__name__)


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

    Claims, netting and releases that are due anybody may send, so that key need not be a vault's. What else
    moves a vault's own money is of the vault with that key; a hot key of a vault may reserve.
    """

    def __init__(
        self,
        chain: ChainClient,
        contract: str,
        key: PrivateKey,
        *,
        store: KeeperStore,
        lanes: Lanes,
        vault_key: PrivateKey | None = None,
        settings: KeeperSettings | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Prepare; nothing is sent before :meth:`start`. What is given stays the caller's to close.

        ``vault_key`` signs what only the vault may do, where ``key`` is another's.
        """
        self._vault = VaultCalls(chain, contract, key, vault_key)
        self._reader = LanesReader(chain, contract)
        self._store = store
        self._settings = settings or KeeperSettings()
        now = clock or (lambda: asyncio.get_running_loop().time())
        self._outbox = Outbox(chain, key, store, self._settings.outbox, now)
        self._desk = Desk(chain, contract, store, lanes, self._outbox, self._vault)
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

    async def claim_wallet(self, voucher: WalletVoucher) -> None:
        """Have a voucher cashed that the payer's contract wallet has to confirm, once.

        The wallet is asked when it is this voucher's turn, after all that keys have signed, and again by the
        transaction: one that says yes and then no costs the keeper at most 650,000 gas, and is not
        tried again until somebody asks for it.

        Raises:
            KeeperStoreUnusable: not taken over.
        """
        await self._take(ClaimWallet(voucher))

    async def net(self, voucher: SignedVoucher, back: SignedVoucher) -> None:
        """See the port. Where the chain refuses to net, the first voucher is claimed.

        Raises:
            KeeperStoreUnusable: not taken over.
        """
        await self._take(Net(voucher, back))

    async def reserve(self, lane: Lane, amount: int) -> None:
        """See the port. Until it is settled, asking for more on the same lane changes nothing.

        Where the key is not the payer's vault, it has to be a hot key of it that may sign vouchers.

        Raises:
            KeeperStoreUnusable: not taken over.
        """
        await self._take(self._vault.by_any_key(f"reserve {lane.key}", calls.reserve(lane, amount)))

    async def set_off(self, lane: Lane) -> None:
        """See the port.

        Raises:
            NoVaultKey: neither key is that of this party's vault.
            KeeperStoreUnusable: not taken over.
        """
        await self._take(self._vault.by_vault(f"set off {lane.key}", calls.enable_setoff(lane)))

    async def next_number(self, vault: str) -> int:
        """See the port.

        Raises:
            ChainError: the chain does not answer.
        """
        return await self._reader.nonce(vault)

    async def hold_back(self, agreed: HoldBack, payer: bytes, payee: bytes) -> None:
        """See the port. Anybody may send what both have signed.

        Raises:
            KeeperStoreUnusable: not taken over.
        """
        lane, arbiter = agreed.lane, agreed.arbiter or ZERO_ADDRESS
        signatures = expanded(payer), expanded(payee)
        data = calls.agree_hold_back(lane, agreed.window_s, arbiter, agreed.deadline, *signatures)
        await self._take(Call(f"hold back {lane.key} {agreed.window_s} {agreed.arbiter}", data))

    async def collect(self, lane: Lane) -> None:
        """See the port.

        Raises:
            ChainError: the chain does not answer.
            KeeperStoreUnusable: not taken over.
        """
        if await self._reader.collectable(lane.payer, lane.payee, lane.token):
            await self._take(Call(f"collect {lane.key}", calls.collect(lane)))

    async def request_release(self, lane: Lane, amount: int) -> None:
        """Announce that a part of the reserve leaves; the payee has the time of notice to claim.

        Raises:
            NoVaultKey: the key is not the payer's vault.
        """
        call = calls.request_release(lane, amount)
        await self._take(self._vault.by_vault(f"request release {lane.key} {amount}", call))

    async def release(self, lane: Lane) -> None:
        """Take out of the reserve what was announced, once it is time; anybody may."""
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
        return await self._desk.step()

    async def _take(self, job: Job) -> None:
        if await self._store.add(job):
            self._wake.set()

    async def _run(self) -> None:
        try:
            while True:
                self._wake.clear()
                pause = await self._pause()
                self._stepped.set()
                if self._failures:
                    await asyncio.sleep(pause)
                elif pause > 0:
                    await rest(pause, self._wake)
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
            return retry_s(self._failures, self._settings.longest_retry_s)
        if self._failures:
            _log.info("keeper_works_again", failures=self._failures)
        self._failures, self._last_error = 0, ""
        return 0.0 if more else self._settings.poll_s
