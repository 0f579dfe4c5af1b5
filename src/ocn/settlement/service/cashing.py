"""From vouchers to money: what a lane stands at, when to go to the chain, what each transaction paid."""

import logging
from datetime import datetime, timedelta

from ocn.settlement.core.delivering import Exposure
from ocn.settlement.core.settling import SettlePolicy, Settling, Standing, settle_now
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.voucher_log import first_beyond

_LOG = logging.getLogger("ocn.settlement")
_ASK_AGAIN = timedelta(minutes=1)
_LEAVING_AGAIN = timedelta(minutes=10)
"""Between claims while a reserve is about to leave."""


class Cashing:
    """The chain side of one pair at its payee."""

    def __init__(self, pair: Pair, policy: SettlePolicy) -> None:
        self._pair = pair
        self._house = pair.account.house
        self._policy = policy
        self._sent: tuple[int, int] | None = None
        self._sent_at: datetime | None = None
        self._owed_since: datetime | None = None
        self._secured_at: datetime | None = None
        self._warned_at: datetime | None = None

    async def exposure(self) -> Exposure:
        """Return what is owed and what secures it."""
        standing, terms = await self._standing(), self._pair.terms
        owed = standing.net if self._pair.sets_off else standing.owed
        leaving = standing.there.exit.amount if standing.there.exit else 0
        secured = max(standing.there.reserve - leaving, 0)
        return Exposure(owed, secured, terms.unsecured, await self._worthless(standing))

    async def step(self, *, at_once: bool = False) -> Settling | None:
        """Have the keeper settle if it is time. Returns what was asked of it."""
        now = self._house.now()
        if self._house.keeper is None:
            return None
        standing = await self._standing()
        if standing.owed <= 0:
            self._owed_since = None
            return None
        policy = SettlePolicy(threshold=1) if at_once else self._policy
        found = settle_now(
            policy,
            standing,
            set_off=self._pair.sets_off,
            granted=self._pair.terms.unsecured,
            since=now - await self._since(standing.there.claimed, now),
            warned=self._is_warned(standing, now),
        )
        return await self._send(found, standing, now) if found else None

    def _is_warned(self, standing: Standing, now: datetime) -> bool:
        """Whether a claim went out for a reserve about to leave, and another one is early enough later."""
        exit_ = standing.there.exit
        if exit_ is None:
            self._warned_at = None
        if exit_ is None or self._warned_at is None:
            return False
        return abs(now - self._warned_at) < _LEAVING_AGAIN and exit_.ready_at - now > 2 * _LEAVING_AGAIN

    async def make_good(self) -> None:
        """Net the credits that the payer takes for promises, or reserve what they are worth."""
        if await self.step(at_once=True) is Settling.NET:
            return
        standing, now = await self._standing(), self._house.now()
        wanted = min(standing.owed_back - standing.back.reserve, standing.back.free)
        waits = self._secured_at is not None and abs(now - self._secured_at) < _ASK_AGAIN
        if wanted > 0 and not waits and self._house.keeper is not None:
            self._secured_at = now
            await self._house.keeper.reserve(self._pair.account.out, wanted)

    async def _worthless(self, standing: Standing) -> str:
        """Say why the contract would pay nothing for the next voucher."""
        terms = self._pair.terms
        if standing.there.claimed > standing.signed:
            forgotten = terms.said(standing.there.claimed - standing.signed)
            return (
                f"vouchers were cashed that are not known here, of {forgotten}: recover them from the payer"
            )
        signer = self._pair.signed.terms.signer_on(self._pair.account.into)
        if not await self._house.ledger.may_sign(self._pair.account.into, signer):
            return f"the payer has removed {signer}, which signs its vouchers"
        return ""

    async def _standing(self) -> Standing:
        account, ledger = self._pair.account, self._house.ledger
        newest = await account.last(account.into)
        return Standing(
            (await account.head(account.into)).cumulative,
            await ledger.state(account.into),
            (await account.head(account.out)).cumulative,
            await ledger.state(account.out),
            key_removed=newest is not None and not await ledger.may_sign(account.into, newest.voucher.signer),
        )

    async def _since(self, claimed: int, now: datetime) -> datetime:
        """Return since when something is owed."""
        if self._owed_since is None:
            first = await first_beyond(self._house.store, self._pair.account.into, claimed)
            self._owed_since = first.at if first is not None else now
        return self._owed_since

    async def _send(self, found: tuple[Settling, str], standing: Standing, now: datetime) -> Settling | None:
        """Ask the keeper; once for each state of the lane, and again after a while if nothing came of it."""
        settling, why = found
        state = standing.signed, standing.there.claimed
        if self._sent == state and self._sent_at is not None and abs(now - self._sent_at) < _ASK_AGAIN:
            return None
        account, keeper = self._pair.account, self._house.keeper
        voucher, back = await account.last(account.into), await account.last(account.out)
        if voucher is None or keeper is None:
            return None
        self._sent, self._sent_at = state, now
        if standing.there.exit is not None:
            self._warned_at = self._warned_at if self._is_warned(standing, now) else now
        _LOG.info("%s %s with %s: %s", settling.name, self._pair.terms.said(standing.owed), account.peer, why)
        if settling is Settling.NET and back is not None:
            await keeper.net(voucher.voucher, back.voucher)
            return Settling.NET
        await keeper.claim(voucher.voucher)
        return Settling.CLAIM
