"""Ways to charge that need no plan, to compare with; and ours."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ocn.smart_charging.planning.crowds import arrival_of
from ocn.smart_charging.planning.least_laxity import least_laxity_now, useful
from ocn.smart_charging.planning.problem import Car, Limit, Problem
from ocn.smart_charging.planning.replanner import Replanner
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.planning.settle import Hand
from ocn.smart_charging.planning.weights import USUAL_EFFORT, USUAL_WEIGHTS, Effort, Weights


@dataclass(frozen=True, slots=True)
class Moment:
    """What a policy is shown at the beginning of a slot."""

    now: int
    slot_h: float
    seen: tuple[Seen, ...]
    limits: tuple[Limit, ...]
    """From this slot on."""
    prices: tuple[float, ...]
    """From this slot on."""
    peak_price: float
    peak_so_far_kw: float

    def problem(self) -> Problem:
        """Return the current slot as a problem, with nothing learned and nothing expected."""
        cars = tuple(
            Car(
                each.id,
                each.outlet.step_kw,
                each.outlet.least,
                each.outlet.most,
                each.outlet.loads,
                each.need_kwh,
                each.asked_kwh,
                each.departure - self.now,
            )
            for each in self.seen
        )
        return Problem(self.slot_h, self.prices[:1], self.limits, cars)


class Policy(Protocol):
    """Says how many steps every car that is seen gets in this slot."""

    @property
    def name(self) -> str:
        """Return what it is called in tables."""
        ...

    def steps(self, moment: Moment) -> Sequence[int]:
        """Decide."""
        ...


class Uncontrolled:
    """Everybody at full power, whatever the fuses say."""

    name = "uncontrolled"

    def steps(self, moment: Moment) -> Sequence[int]:
        """See :class:`Policy`."""
        cars = moment.problem().cars
        return [useful(car, car.need_kwh, moment.slot_h) if car.need_kwh > 0 else 0 for car in cars]


class EqualShare:
    """The same power for everybody, at least 6 A, by turns if that is more than there is."""

    name = "equal share"

    def steps(self, moment: Moment) -> Sequence[int]:
        """See :class:`Policy`."""
        problem = moment.problem()
        count = len(problem.cars)
        wanting = [i for i in range(count) if problem.cars[i].need_kwh > 0]
        turn = moment.now % max(1, len(wanting))
        order = wanting[turn:] + wanting[:turn]
        hand = Hand(problem.cars, problem.room(0))
        hand.raise_to((i, problem.cars[i].least) for i in order)
        for level in range(_LEVELS):
            power_kw = _MOST_SHARE_KW * (level + 1) / _LEVELS
            hand.raise_to(
                (i, min(_steps(problem.cars[i], power_kw), _useful(problem, i)))
                for i in order
                if hand.granted[i]
            )
        return hand.granted


_LEVELS, _MOST_SHARE_KW = 100, 22.0


class EarliestDeparture:
    """Full power for whoever leaves first."""

    name = "earliest departure"

    def steps(self, moment: Moment) -> Sequence[int]:
        """See :class:`Policy`."""
        problem = moment.problem()
        order = sorted(
            range(len(problem.cars)), key=lambda i: (problem.cars[i].departure, problem.cars[i].id)
        )
        hand = Hand(problem.cars, problem.room(0))
        hand.raise_to((i, _useful(problem, i)) for i in order if problem.cars[i].need_kwh > 0)
        return hand.granted


class LeastLaxity:
    """Full power for whoever can wait least."""

    name = "least laxity"

    def steps(self, moment: Moment) -> Sequence[int]:
        """See :class:`Policy`."""
        return least_laxity_now(moment.problem())


class Planned:
    """Our planner, with what it remembers and what it knows of earlier days."""

    name = "ocn"
    fallbacks: Counter[str]
    """In how many slots least laxity planned instead, by why."""

    def __init__(
        self,
        slot_h: float,
        earlier: Sequence[Seen] = (),
        units_kw: Sequence[float] = (),
        midnight: float | None = None,
        places: int | None = None,
        weights: Weights = USUAL_WEIGHTS,
        effort: Effort = USUAL_EFFORT,
    ) -> None:
        self.fallbacks = Counter()
        known = [arrival_of(each, units_kw) for each in earlier]
        since = math.floor(min((each.arrival for each in earlier), default=0)) if earlier else None
        self._replanner = Replanner(
            slot_h,
            weights=weights,
            effort=effort,
            known=known,
            since=since,
            midnight=midnight,
            places=places,
        )

    def steps(self, moment: Moment) -> Sequence[int]:
        """See :class:`Policy`."""
        made = self._replanner.plan(
            moment.now,
            moment.seen,
            moment.limits,
            moment.prices,
            peak_price=moment.peak_price,
            peak_so_far_kw=moment.peak_so_far_kw,
        )
        if made.because is not None:
            self.fallbacks[made.because] += 1
        steps_by_car = {car.id: steps for car, steps in zip(made.problem.cars, made.steps, strict=True)}
        return [steps_by_car.get(each.id, 0) for each in moment.seen]


def _useful(problem: Problem, i: int) -> int:
    return useful(problem.cars[i], problem.cars[i].need_kwh, problem.slot_h)


def _steps(car: Car, power_kw: float) -> int:
    return int(power_kw / car.step_kw)
