"""The promise of set-off, made on chain where the terms of two parties both ways say so."""

import logging
from datetime import datetime, timedelta
from typing import Final

from ocn.settlement.core.lane import Lane
from ocn.settlement.errors import NoTerms, NoVaultKey
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.pairs import Pairs

_LOG = logging.getLogger("ocn.settlement")
_WAIT: Final = timedelta(minutes=1)
"""For the chain to show what was asked of the keeper, before it is asked again."""


class SettingOff:
    """Has what a peer pays kept for that peer. Each side promises for itself; the other counts on it then.

    Only between parties that pay each other: elsewhere the promise would lock what a payee earns, and
    secure nothing but its credits. There people give it (``ocn settlement set-off``).
    """

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs
        self._house = pairs.house
        self._asked_at: dict[Lane, datetime] = {}
        self._warned: set[Lane] = set()

    async def step(self) -> None:
        """Promise what terms say and the chain does not. An end that people have announced is left alone."""
        if self._house.keeper is None:
            return
        for pair in await self._pairs.all():
            if not pair.pays and await self._is_agreed_both_ways(pair):
                await self._promise(pair.account.into)

    async def _is_agreed_both_ways(self, pair: Pair) -> bool:
        try:
            back = await self._pairs.on(self._house.own, pair.account.peer, pair.account.out)
        except NoTerms:
            return False
        now = self._house.now()
        return all(each.sets_off and each.terms.is_in_force(now) for each in (pair, back))

    async def _promise(self, lane: Lane) -> None:
        state, now = await self._house.ledger.state(lane), self._house.now()
        asked_at = self._asked_at.get(lane)
        waits = asked_at is not None and abs(now - asked_at) < _WAIT
        if state.set_off or state.set_off_ends or waits or self._house.keeper is None:
            return
        self._asked_at[lane] = now
        try:
            await self._house.keeper.set_off(lane)
        except NoVaultKey as error:
            if lane not in self._warned:
                _LOG.warning("terms say set-off, and it is not promised on chain: %s", error.message)
            self._warned.add(lane)
