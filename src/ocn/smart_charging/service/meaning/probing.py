"""Ask a car that has just come what it can take, by letting it: only a car that charges shows it.

What is not known of a car is planned wrongly for hours: one that seems to take 22 kW is put off to the last
cheap slot, in which it then takes 4. So in the first slot in which there is room it gets all it might take,
whatever that costs, until its meter has said something; then the plan is made anew. Where there was too
little room to tell, it is asked again in later slots, of what others leave.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.problem import Outlet, laxity
from ocn.smart_charging.planning.settle import Hand

_MOST_SLOTS = 6


class Probes:
    """Remembers in which slots each car was asked, and which of them its meter answered."""

    def __init__(self) -> None:
        self._asked: dict[str, set[int]] = {}
        self._answered: dict[str, set[int]] = {}

    def may(self, key: str, slot: int) -> bool:
        """Whether a car may be asked in a slot: until it answers in it; never after one without answer."""
        asked, answered = self._asked.get(key, set()), self._answered.get(key, set())
        if slot in answered or len(asked - {slot}) >= _MOST_SLOTS:
            return False
        return asked - {slot} <= answered

    def asked(self, key: str, slot: int) -> None:
        """It was."""
        self._asked.setdefault(key, set()).add(slot)

    def is_asked(self, key: str, slot: int) -> bool:
        """Whether an answer is awaited."""
        return slot in self._asked.get(key, set()) and slot not in self._answered.get(key, set())

    def answered(self, key: str, slot: int) -> None:
        """Its meter has said something."""
        self._answered.setdefault(key, set()).add(slot)

    def forget(self, present: Collection[str]) -> None:
        """Forget those that are gone."""
        self._asked = {key: slots for key, slots in self._asked.items() if key in present}
        self._answered = {key: slots for key, slots in self._answered.items() if key in present}


def with_probes(plan: Plan, unknown: Mapping[str, Outlet], first: Collection[str] = ()) -> Plan:
    """Return a plan in which unknown cars get now what is left beside the others.

    Those in ``first`` get their least before anybody but cars that must not be paused, and then those get all
    they might take that could not be served in time by what they have shown. No limit is exceeded.
    """
    short = [
        i
        for i, car in enumerate(plan.problem.cars)
        if car.id in unknown and plan.steps[i] and laxity(car, plan.problem.slot_h) < car.sigma
    ]
    cars = tuple(
        replace(car, most=unknown[car.id].most) if car.id in unknown else car for car in plan.problem.cars
    )
    asked = [i for i, car in enumerate(cars) if car.id in unknown]
    if not asked:
        return plan
    problem = replace(plan.problem, cars=cars)
    hand = Hand(cars, problem.room(0))
    hand.raise_to((i, plan.steps[i]) for i, car in enumerate(cars) if car.held)
    hand.raise_to((i, cars[i].least) for i in asked if cars[i].id in first)
    hand.raise_to((i, cars[i].most) for i in short)
    hand.raise_to(enumerate(plan.steps))
    hand.raise_to((i, cars[i].most) for i in asked)
    return replace(plan, problem=problem, steps=tuple(hand.granted))
