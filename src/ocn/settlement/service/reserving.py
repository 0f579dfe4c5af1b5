"""A payer's reserves: kept at what the terms ask for, as far as there is free money."""

from datetime import datetime, timedelta

from ocn.settlement.service.house import House
from ocn.settlement.service.pair import Pair

_WAIT = timedelta(minutes=1)
"""For the chain to show what was asked of the keeper, before it is asked again."""


class ReserveKeeping:
    """Adds to a lane's reserve up to what its terms say, and never beyond."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._asked: dict[str, tuple[int, datetime]] = {}

    async def add(self, pair: Pair, missing: int) -> int:
        """Reserve what a payee says is missing, within the terms; return how much is being reserved now."""
        lane, now = pair.account.out, self._house.now()
        if self._house.keeper is None or not pair.terms.is_in_force(now):
            return 0
        state = await self._house.ledger.state(lane)
        wanted = min(pair.terms.reserve - state.reserve, missing, state.free)
        if wanted <= 0:
            return 0
        at_reserve, at = self._asked.get(lane.key, (-1, now))
        if at_reserve == state.reserve and now - at < _WAIT:
            return wanted  # under way
        self._asked[lane.key] = state.reserve, now
        await self._house.keeper.reserve(lane, wanted)
        return wanted

    async def keep(self, pair: Pair) -> int:
        """Bring a lane's reserve to what its terms say."""
        return await self.add(pair, pair.terms.reserve)
