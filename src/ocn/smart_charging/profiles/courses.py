"""Make courses of a plan: what is planned for the next hour, and after it the safe tail.

Every slot of all courses together keeps every limit, the tail for as long as limits are known. A session
whose course is not renewed falls into its tail by itself, so a site stays legal when its planner is dead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.problem import Car, Limit, Outlet, Problem
from ocn.smart_charging.planning.settle import Hand, settle
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.tail import tail
from ocn.smart_charging.slots import Slots

REFRESH = timedelta(hours=1)
"""Courses not renewed for so long end in their tail."""


def courses(
    plan: Plan,
    slots: Slots,
    limits: Sequence[Limit],
    present: Mapping[str, Outlet],
    refresh: timedelta = REFRESH,
) -> dict[str, Course]:
    """Return the course of every session in ``present``, the planned ones and those that need nothing now.

    ``slots`` begin with the plan's and reach as far as ``limits`` do: as far as anything is known. The limits
    are what is left after whatever obeys nobody. They may be others than those it was planned by, and others
    may be there: the outlets of ``present`` say what loads which of them. Where the tail has not the smallest
    power for everybody, those get it who come first in ``present``.
    """
    count = max(1, refresh // timedelta(minutes=slots.minutes))
    steps = _planned(_problem(plan, limits, present), plan, min(count, slots.count))
    last = tail(limits, range(min(len(steps), slots.count - 1), slots.count), present)
    return {
        session: Course(slots.start, slots.minutes, (*(row.get(session, 0) for row in steps), last[session]))
        for session in present
    }


def _problem(plan: Plan, limits: Sequence[Limit], present: Mapping[str, Outlet]) -> Problem:
    """Return what was planned, within these limits; a car that is not there takes no room from others."""
    cars = tuple(
        replace(car, loads=present[car.id].loads if car.id in present else ()) for car in plan.problem.cars
    )
    return replace(plan.problem, limits=tuple(limits), cars=cars)


def _planned(problem: Problem, plan: Plan, count: int) -> list[dict[str, int]]:
    """What every car gets, slot by slot: slot 0 as planned, later ones settled by what is meant for them."""
    needs = [car.need_kwh for car in problem.cars]
    rows: list[tuple[int, ...]] = []
    for slot in range(count):
        row = _now(plan, problem) if slot == 0 else settle(problem, _wishes(plan, slot), slot, needs)
        needs = [_left(*each, problem) for each in zip(needs, problem.cars, row, strict=True)]
        rows.append(row)
    return [{car.id: steps for car, steps in zip(problem.cars, row, strict=True)} for row in rows]


def _now(plan: Plan, problem: Problem) -> tuple[int, ...]:
    """The plan's own steps, unless these limits are lower than those it was made for."""
    hand = Hand(problem.cars, problem.room(0))
    hand.raise_to(enumerate(plan.steps))
    return tuple(hand.granted)


def _wishes(plan: Plan, slot: int) -> Sequence[float]:
    wishes = plan.wishes.powers_kw
    return wishes[slot] if slot < len(wishes) else [0.0] * len(plan.problem.cars)


def _left(need_kwh: float, car: Car, steps: int, problem: Problem) -> float:
    return max(0.0, need_kwh - steps * car.step_kw * problem.slot_h)
