"""Credits as money: the vouchers that a payee has signed back, taken to the chain by the payer."""

from ocn.settlement.core.lane import Lane
from ocn.settlement.core.settling import SettlePolicy
from ocn.settlement.service.cashing import Cashing
from ocn.settlement.service.pairs import Pairs


class CreditCashing:
    """For pairs that this party only pays in: where it is paid as well, the lane back is collected anyway."""

    def __init__(self, pairs: Pairs, policy: SettlePolicy) -> None:
        self._pairs = pairs
        self._policy = policy
        self._cashing: dict[Lane, Cashing] = {}

    async def step(self) -> None:
        """Have the keeper settle what it is time for."""
        own = self._pairs.house.own
        for pair in await self._pairs.all():
            if not pair.pays or await self._pairs.newest(pair.payee, own) is not None:
                continue
            cashing = self._cashing.setdefault(pair.terms.lane, Cashing(pair, self._policy))
            await cashing.step()
