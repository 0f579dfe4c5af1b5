"""The side that pays: an eMSP. It answers requests, and keeps its reserves at what the terms say."""

from ocn.settlement.core.asked import PayerPolicy
from ocn.settlement.core.settling import ONLY_IN_TIME, SettlePolicy
from ocn.settlement.ports import Drivers, Meters, Pricing, Relayed
from ocn.settlement.service.credits import CreditCashing
from ocn.settlement.service.house import House
from ocn.settlement.service.looking_up import LookingUp
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.paying import Paying
from ocn.settlement.service.reserving import ReserveKeeping


class Payer:
    """Give it to :class:`Settlement`; it needs nothing from the back end but what OCPI brings.

    Args:
        relayed: what CPOs have told.
        pricing: what that costs.
        drivers: stands for sessions; without it, every session told of on a token of this party is paid.
        meters: looks at the signed meter values of CDRs; without it they are kept and not verified.
        policy: what passes without asking people.
        keeps_reserves: whether reserves are brought to what the terms say, from free money.
        settle: when to go to the chain for credits. By default they wait for the payee to net them, and are
            cashed only before their security leaves.
    """

    def __init__(
        self,
        relayed: Relayed,
        pricing: Pricing,
        *,
        policy: PayerPolicy | None = None,
        keeps_reserves: bool = True,
        settle: SettlePolicy = ONLY_IN_TIME,
        drivers: Drivers | None = None,
        meters: Meters | None = None,
    ) -> None:
        self._relayed = relayed
        self._pricing = pricing
        self._policy = policy or PayerPolicy()
        self._keeps_reserves = keeps_reserves
        self._settle = settle
        self._drivers = drivers
        self._meters = meters

    def paying(self, pairs: Pairs) -> Paying:
        """Return what answers requests."""
        house = pairs.house
        looking_up = LookingUp(house, pairs, self._relayed, self._pricing, self._drivers, self._meters)
        return Paying(house, looking_up, self._policy)

    def cashing(self, pairs: Pairs) -> CreditCashing:
        """Return what takes credits to the chain."""
        return CreditCashing(pairs, self._settle)

    def reserving(self, house: House) -> ReserveKeeping | None:
        """Return what keeps reserves, if anything does."""
        return ReserveKeeping(house) if self._keeps_reserves else None


async def keep_reserves(pairs: Pairs, reserving: ReserveKeeping) -> None:
    """Bring the reserve of every lane out to what its terms say."""
    for pair in await pairs.all():
        if pair.pays:
            await reserving.keep(pair)
