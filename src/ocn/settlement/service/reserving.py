"""A payer's reserves: kept at what the terms ask for, as far as there is free money."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ocn.settlement.core.lane import Lane
from ocn.settlement.service.house import House
from ocn.settlement.service.pair import Pair

_WAIT = timedelta(minutes=1)
"""For the chain to show what was asked of the keeper, before it is asked again."""


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """What the keeper was asked for, when the reserve was so much."""

    amount: int
    reserve: int
    at: datetime


class ReserveKeeping:
    """Adds to a lane's reserve up to what its terms say, never beyond, and no unit to two lanes."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._asked: dict[Lane, _UnderWay] = {}

    async def add(self, pair: Pair, missing: int) -> int:
        """Reserve what a payee says is missing, within the terms; return how much is being reserved now."""
        lane, now = pair.account.out, self._house.now()
        if self._house.keeper is None or not pair.terms.is_in_force(now):
            return 0
        under_way = await self._under_way(lane, now)
        if under_way:
            return under_way
        state = await self._house.ledger.state(lane)
        free = state.free - await self._promised(lane, now)
        wanted = min(pair.terms.reserve - state.reserve, missing, free)
        if wanted <= 0:
            return 0
        self._asked[lane] = _UnderWay(wanted, state.reserve, now)
        await self._house.keeper.reserve(lane, wanted)
        return wanted

    async def keep(self, pair: Pair) -> int:
        """Bring a lane's reserve to what its terms say."""
        return await self.add(pair, pair.terms.reserve)

    async def _promised(self, lane: Lane, now: datetime) -> int:
        """Return what other lanes will take of the same free money."""
        others = [each for each in self._asked if each != lane and each.token == lane.token]
        return sum([await self._under_way(each, now) for each in others])

    async def _under_way(self, lane: Lane, now: datetime) -> int:
        """Return what was asked for and is not to be seen on the chain yet."""
        asked = self._asked.get(lane)
        if asked is None or abs(now - asked.at) >= _WAIT:
            return 0
        state = await self._house.ledger.state(lane)
        return asked.amount if state.reserve == asked.reserve else 0
