"""Ask a car that has just come what it can take, by letting it: only a car that charges shows it.

What is not known of a car is planned wrongly for hours: one that seems to take 22 kW is put off to the last
cheap slot, in which it then takes 4. So in the first slot in which there is room it gets all it might take,
whatever that costs, until its meter has said something; then the plan is made anew.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.planning.settle import Hand


class Probes:
    """Remembers in which slot each car was asked; nobody is asked in a second one."""

    def __init__(self) -> None:
        self._slot: dict[str, int] = {}

    def may(self, key: str, slot: int) -> bool:
        """Whether a car may be asked in a slot."""
        return self._slot.get(key, slot) == slot

    def asked(self, key: str, slot: int) -> None:
        """It was."""
        self._slot[key] = slot

    def is_asked(self, key: str, slot: int) -> bool:
        """Whether an answer is awaited."""
        return self._slot.get(key) == slot

    def forget(self, present: Collection[str]) -> None:
        """Forget those that are gone."""
        self._slot = {key: slot for key, slot in self._slot.items() if key in present}


def with_probes(plan: Plan, unknown: Mapping[str, Outlet]) -> Plan:
    """Return a plan in which unknown cars get now their least first, and what is left beside the others.

    Only cars that must not be paused come before that. No limit is exceeded.
    """
    cars = tuple(
        replace(car, most=unknown[car.id].most) if car.id in unknown else car for car in plan.problem.cars
    )
    asked = [i for i, car in enumerate(cars) if car.id in unknown]
    if not asked:
        return plan
    problem = replace(plan.problem, cars=cars)
    hand = Hand(cars, problem.room(0))
    hand.raise_to((i, plan.steps[i]) for i, car in enumerate(cars) if car.held)
    hand.raise_to((i, cars[i].least) for i in asked)
    hand.raise_to(enumerate(plan.steps))
    hand.raise_to((i, cars[i].most) for i in asked)
    return replace(plan, problem=problem, steps=tuple(hand.granted))
