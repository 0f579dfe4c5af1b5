"""No car may end with less than least laxity would have given it from here on."""

from collections.abc import Sequence

from ocn.smart_charging.planning.least_laxity import outlook, taken_by_latecomers
from ocn.smart_charging.planning.problem import Problem

_TOLERATED_KWH = 0.01


def worse_off(problem: Problem, steps: Sequence[int]) -> dict[int, int]:
    """Return the cars that ``steps`` leave with less than least laxity would, and its steps for them now.

    Both are played over the horizon, with room left for those who are expected.
    """
    if _plenty(problem):
        return {}
    taken = taken_by_latecomers(problem)
    without = outlook(problem, taken=taken)
    after = outlook(problem, steps, taken)
    now = without.steps[0] if without.steps else ()
    return {
        i: now[i]
        for i, lacking in enumerate(after.lacking_kwh)
        if lacking > without.lacking_kwh[i] + _TOLERATED_KWH and now[i] > steps[i]
    }


def _plenty(problem: Problem) -> bool:
    """Whether all cars together could not exceed a limit in any slot, so that none can harm another."""
    most = [0] * len(problem.limits)
    for car in problem.cars:
        for load in car.loads:
            most[load.limit] += load.units * car.most
    expected = any(not late.whenever for late in problem.latecomers)
    return not expected and all(
        units <= min(limit.amounts[: problem.slots])
        for units, limit in zip(most, problem.limits, strict=True)
    )
