"""Charge whoever can wait least, at full power: the planner without a solver, and the yardstick with one."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocn.smart_charging.planning.problem import Car, Problem, in_order
from ocn.smart_charging.planning.settle import Hand

_NOTHING_KWH = 1e-9


@dataclass(frozen=True, slots=True)
class Outlook:
    """What becomes of the cars: their steps, slot by slot, and what each will lack when it leaves."""

    steps: tuple[tuple[int, ...], ...]
    lacking_kwh: tuple[float, ...]


def least_laxity_now(problem: Problem) -> tuple[int, ...]:
    """Return the steps of every car in the current slot."""
    return _slot(problem, 0, [car.need_kwh for car in problem.cars], problem.room(0))


def outlook(problem: Problem, first: Sequence[int] | None = None, taken: "Taken | None" = None) -> Outlook:
    """Play least laxity over the horizon, after ``first`` in the current slot, in what is not ``taken``."""
    needs = [car.need_kwh for car in problem.cars]
    rows: list[tuple[int, ...]] = []
    for slot in range(problem.slots):
        if all(need <= _NOTHING_KWH for need in needs):
            break
        room = problem.room(slot)
        if taken is not None:
            room = [amount - gone for amount, gone in zip(room, taken[slot], strict=True)]
        row = tuple(first) if slot == 0 and first is not None else _slot(problem, slot, needs, room)
        for i, steps in enumerate(row):
            if steps:
                needs[i] = max(0.0, needs[i] - steps * problem.cars[i].step_kw * problem.slot_h)
        rows.append(row)
    return Outlook(tuple(rows), tuple(needs))


def _slot(problem: Problem, slot: int, needs: Sequence[float], room: list[int]) -> tuple[int, ...]:
    cars = problem.cars
    here = [
        i
        for i in in_order(problem, slot, needs)
        if needs[i] > _NOTHING_KWH and (slot == 0 or cars[i].departure > slot)
    ]
    hand = Hand(cars, room)
    if slot == 0:
        hand.raise_to((i, cars[i].least) for i in here if cars[i].held)
    hand.raise_to((i, useful(cars[i], needs[i], problem.slot_h)) for i in here)
    return tuple(hand.granted)


def useful(car: Car, need_kwh: float, slot_h: float) -> int:
    """Return the steps that a car can use up in one slot: all of them, or as many as its last bit takes."""
    per_step = car.step_kw * slot_h
    return min(car.most, max(car.least, -int(-need_kwh // per_step))) if per_step > 0 else 0


Taken = Sequence[Sequence[int]]
"""Units of every limit that are gone in every slot."""


def taken_by_latecomers(problem: Problem) -> Taken:
    """What latecomers take of every limit if they charge evenly while they stay, in the limits' units.

    Not those for whom room is kept at any price: least laxity would keep none.
    """
    taken = [[0.0] * len(problem.limits) for _ in range(problem.slots)]
    for late in problem.latecomers:
        if late.whenever:
            continue
        stay = max(1.0, late.departure - late.at)
        power_kw = min(late.most_kw, late.need_kwh / (stay * problem.slot_h))
        units = [(limit, power_kw * share / problem.limits[limit].unit_kw) for limit, share in late.shares]
        for row in taken[late.at : int(late.departure)]:
            for limit, more in units:
                row[limit] += more
    return [[int(units) for units in row] for row in taken]
