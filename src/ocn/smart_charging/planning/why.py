"""Why a car gets what it gets now: what it needs, what bound it, what waiting saves."""

import math
from dataclasses import dataclass
from enum import StrEnum

from ocn.smart_charging.planning.plan import Method, Plan
from ocn.smart_charging.planning.problem import Car
from ocn.smart_charging.planning.rivals import NO_RIVALS, Rivalry, Rivals

_NOTHING_KW = 1e-6
_NEARLY = 0.999
_CHEAPER_EUR = 1e-6
_WORTH_SAYING_KWH = 0.05


class Bound(StrEnum):
    """What kept a car from more now, or from waiting for something better."""

    OWN_LIMIT = "own limit"
    """It gets all that it, its cable or its connector can take."""
    LAST_BIT = "last bit"
    """It gets all that it still needs."""
    LIMIT = "limit"
    """A fuse lets no more through."""
    LEAST_POWER = "least power"
    """What is left for it is less than the smallest power it can charge at."""
    PRICE = "price"
    """Energy is cheaper later."""
    PEAK = "peak"
    """More would raise the highest power of the site, which has a price."""
    RISK = "risk"
    """Energy is cheaper later, but the car might be gone by then."""
    TURN = "turn"
    """It can wait less than the others: least laxity would serve it now, so it is served now."""


@dataclass(frozen=True, slots=True)
class Why:
    """One car in one plan. Slots are counted from the plan's; ``limit`` is a number of the problem's."""

    car: str
    now_kw: float
    need_kwh: float
    departure: float
    sigma: float
    bound: Bound
    limit: int | None
    begins: int | None
    """The first slot in which it is meant to charge; None: never."""
    done: int | None
    """The slot after the last one."""
    lacking_kwh: float
    saves_eur: float
    """What the plan costs less than as much energy at once, at full power."""
    rivals: Rivals = NO_RIVALS
    """If others keep it from what it needs: who draws through what is scarcest for it while it is here. If a
    limit holds it back now: who draws through that one now."""

    has_begun: bool = False
    """Whether it got some of what it asked for already."""

    @property
    def lacks(self) -> bool:
        """Whether it will leave with less than it needs, by an amount worth saying."""
        return self.lacking_kwh >= _WORTH_SAYING_KWH


def explained(plan: Plan) -> tuple[Why, ...]:
    """Explain every car of a plan."""
    left = plan.problem.room(0)
    for car, steps in zip(plan.problem.cars, plan.steps, strict=True):
        for load in car.loads:
            left[load.limit] -= load.units * steps
    rivalry = Rivalry(plan)
    return tuple(_Explaining(plan, i, left, rivalry).why() for i in range(len(plan.problem.cars)))


class _Explaining:
    def __init__(self, plan: Plan, i: int, left: list[int], rivalry: Rivalry) -> None:
        self.plan = plan
        self.i = i
        self.rivalry = rivalry
        self.left = left
        """What the plan leaves of every limit now, in its units."""
        self.car: Car = plan.problem.cars[i]
        self.steps = plan.steps[i]
        self.slot_h = plan.problem.slot_h
        self.prices = self.car.prices or plan.problem.prices
        self.powers = [row[i] for row in plan.wishes.powers_kw] or [0.0]
        self.powers[0] = min(self.car.step_kw * self.steps, self.car.need_kwh / self.slot_h)

    def why(self) -> Why:
        charging = [slot for slot, kw in enumerate(self.powers) if kw > _NOTHING_KW]
        bound, limit = self._bound()
        return Why(
            self.car.id,
            self.car.step_kw * self.steps,
            self.car.need_kwh,
            self.car.departure,
            self.car.sigma,
            bound,
            limit,
            charging[0] if charging else None,
            charging[-1] + 1 if charging else None,
            self.plan.wishes.lacking_kwh[self.i],
            self._saves_eur(),
            self._rivals(limit),
            self.car.asked_kwh - self.car.need_kwh >= _WORTH_SAYING_KWH,
        )

    def _rivals(self, limit: int | None) -> Rivals:
        lacking = self.plan.wishes.lacking_kwh[self.i]
        if lacking < _WORTH_SAYING_KWH:
            return NO_RIVALS if limit is None else self.rivalry.now(self.i, limit)
        kept_by_others = lacking - self._lacking_alone_kwh()
        return self.rivalry.while_here(self.i) if kept_by_others >= _WORTH_SAYING_KWH else NO_RIVALS

    def _lacking_alone_kwh(self) -> float:
        """What it would lack though nobody else were there."""
        return max(0.0, self.car.need_kwh - self.car.most_kw * math.ceil(self.car.departure) * self.slot_h)

    def _bound(self) -> tuple[Bound, int | None]:
        if self.steps and self.i in self.plan.guarded:
            return Bound.TURN, None
        if self.steps * self.car.step_kw * self.slot_h >= self.car.need_kwh * _NEARLY:
            return Bound.LAST_BIT, None
        if self.steps >= self.car.most:
            return (Bound.RISK if self._could_wait_for_less() else Bound.OWN_LIMIT), None
        return self._scarce_or_dear()

    def _scarce_or_dear(self) -> tuple[Bound, int | None]:
        scarce = {price.limit for price in self.plan.wishes.shadow_prices if price.slot == 0}
        for load in self.car.loads:
            if self.left[load.limit] < load.units or load.limit in scarce:
                return Bound.LIMIT, load.limit
        least = self.car.least
        if not self.steps and any(self.left[load.limit] < load.units * least for load in self.car.loads):
            return Bound.LEAST_POWER, None
        return (Bound.PEAK if None in scarce and not self._cheaper_later() else Bound.PRICE), None

    def _cheaper_later(self) -> list[int]:
        """The slots of its stay in which energy costs less than now."""
        last = min(len(self.prices), int(self.car.departure))
        return [slot for slot in range(1, last) if self.prices[slot] < self.prices[0] - _CHEAPER_EUR]

    def _could_wait_for_less(self) -> bool:
        """Whether a cheaper slot is not used though nothing is scarce in it; least laxity looks for none."""
        if self.plan.method is Method.LEAST_LAXITY:
            return False
        scarce = {price.slot for price in self.plan.wishes.shadow_prices}
        planned = dict(enumerate(self.powers))
        return any(
            slot not in scarce and planned.get(slot, 0.0) < self.car.most_kw * _NEARLY
            for slot in self._cheaper_later()
        )

    def _saves_eur(self) -> float:
        planned = sum(kw * self.slot_h * price for kw, price in zip(self.powers, self.prices, strict=False))
        left, at_once = sum(self.powers) * self.slot_h, 0.0
        for price in self.prices:
            energy = min(left, self.car.most_kw * self.slot_h)
            at_once += energy * price
            left -= energy
        return at_once - planned
