"""The last word: whatever was wished, no limit is exceeded, and every car gets nothing or what it can use.

All in integers. A car gets a step only out of room that is left on every limit which it loads, so the sum
over the cars cannot exceed a limit, whoever wished and whatever they wished.
"""

import math
from collections.abc import Iterable, Sequence

from ocn.smart_charging.planning.problem import Car, Outlet, Problem, in_order

_NEARLY = 1e-6  # of a step: solvers miss whole numbers by less
_WORTH_STARTING = 0.05  # of the smallest power: less is noise in the wishes, unless it is all that is needed


class Hand:
    """Hands out room, and never more than there is."""

    def __init__(self, cars: Sequence[Car | Outlet], room: list[int]) -> None:
        self.cars = cars
        self.granted = [0] * len(cars)
        self._room = room

    def raise_to(self, wanted: Iterable[tuple[int, int]]) -> None:
        """Raise cars, in this order, to so many steps or as far as there is room, but not to under least."""
        for i, steps in wanted:
            car, has = self.cars[i], self.granted[i]
            more = min(steps, car.most) - has
            for load in car.loads:
                if more <= 0:
                    break
                if load.units > 0:
                    more = min(more, self._room[load.limit] // load.units)
            if more <= 0 or has + more < car.least:
                continue
            for load in car.loads:
                self._room[load.limit] -= more * max(0, load.units)
            self.granted[i] = has + more


def settle(
    problem: Problem, wishes_kw: Sequence[float], slot: int = 0, needs_kwh: Sequence[float] | None = None
) -> tuple[int, ...]:
    """Turn wishes for one slot into steps that hold.

    Wishes may be anything, also infinite, negative or no number. They are rounded down to steps, and what the
    rounding leaves is handed out to the cars that can wait least; a wish below a car's smallest power becomes
    that. Cars that must not be paused come first. ``needs_kwh`` is what the cars need by then, if not now.
    """
    cars = problem.cars
    needs = [car.need_kwh for car in cars] if needs_kwh is None else needs_kwh
    order = in_order(problem, slot, needs)
    wishes = [_in_steps(car, wish) for car, wish in zip(cars, wishes_kw, strict=True)]
    hand = Hand(cars, problem.room(slot))
    if slot == 0:
        hand.raise_to((i, cars[i].least) for i in order if cars[i].held)
    hand.raise_to((i, _rounded(cars[i], wishes[i], needs[i], problem.slot_h)) for i in order)
    _hand_out_rest(hand, wishes, needs, order, problem.slot_h)
    return tuple(hand.granted)


def _in_steps(car: Car, wish_kw: float) -> float:
    if not wish_kw > 0 or car.step_kw <= 0:
        return 0.0
    return min(wish_kw / car.step_kw, float(car.most))


def _rounded(car: Car, wish: float, need_kwh: float, slot_h: float) -> int:
    """Round a wish down; up only to the smallest power, and for what is needed to the end."""
    if wish <= 0:
        return 0
    if wish * car.step_kw * slot_h >= need_kwh - _NEARLY:
        return max(car.least, math.ceil(wish - _NEARLY))
    steps = math.floor(wish + _NEARLY)
    return car.least if steps < car.least and wish > _WORTH_STARTING * car.least else steps


def _hand_out_rest(
    hand: Hand, wishes: Sequence[float], needs: Sequence[float], order: Sequence[int], slot_h: float
) -> None:
    rest_kw = sum((wishes[i] - hand.granted[i]) * car.step_kw for i, car in enumerate(hand.cars))
    for i in order:
        car, has = hand.cars[i], hand.granted[i]
        if not 0 < has < car.most or has * car.step_kw * slot_h >= needs[i]:
            continue
        more = int(rest_kw / car.step_kw + _NEARLY)
        if more > 0:
            hand.raise_to([(i, has + more)])
            rest_kw -= (hand.granted[i] - has) * car.step_kw
