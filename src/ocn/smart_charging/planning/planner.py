"""Make a plan: what is best by the solver, guarded by least laxity, settled last."""

from typing import TYPE_CHECKING

from ocn.smart_charging.planning.guard import worse_off
from ocn.smart_charging.planning.least_laxity import least_laxity_now, outlook
from ocn.smart_charging.planning.plan import Method, Plan, Wishes
from ocn.smart_charging.planning.problem import Problem
from ocn.smart_charging.planning.settle import settle
from ocn.smart_charging.planning.weights import USUAL_EFFORT, USUAL_WEIGHTS, Effort, Weights

if TYPE_CHECKING:
    from ocn.smart_charging.planning.optimal import Optimal


def plan(problem: Problem, weights: Weights = USUAL_WEIGHTS, effort: Effort = USUAL_EFFORT) -> Plan:
    """Plan. Pure: the same problem gives the same plan."""
    if not problem.cars:
        return Plan(problem, Method.PROGRAM, (), Wishes((), ()))
    try:
        from ocn.smart_charging.planning.optimal import Optimal
    except ImportError as error:
        return by_least_laxity(problem, f"{error.name} is not installed")
    optimal = Optimal(problem, weights, effort)
    if not optimal.solved:
        return by_least_laxity(problem, "the solver did not finish in time")
    wishes = optimal.wishes()
    steps = settle(problem, wishes.powers_kw[0])
    if _is_uncertain(problem, weights) and optimal.lacking_share() > weights.congested_share:
        steps = least_laxity_now(problem)
    elif len(problem.cars) < effort.least_powers_cars:
        steps = _cheapest(problem, optimal, steps)
    worse = worse_off(problem, steps)
    if worse:
        raised = [
            max(power, worse.get(i, 0) * car.step_kw)
            for i, (car, power) in enumerate(zip(problem.cars, problem.powers_kw(steps), strict=True))
        ]
        steps = settle(problem, raised)
    return Plan(problem, Method.PROGRAM, steps, wishes, frozenset(worse))


def _is_uncertain(problem: Problem, weights: Weights) -> bool:
    """Whether too little is known of too many to plan by, if there is not enough for all.

    Least laxity needs no forecast, so then it serves best; only of a price for the peak it knows nothing.
    """
    if problem.peak_price > 0:
        return False
    guessed = sum(each.need_kwh for each in problem.latecomers if each.guessed and not each.whenever)
    return guessed > weights.uncertain_share * (guessed + sum(car.need_kwh for car in problem.cars))


def _cheapest(problem: Problem, optimal: "Optimal", rounded: tuple[int, ...]) -> tuple[int, ...]:
    """Of what can be done now, take what leaves the cheapest rest: rounded, whole powers, least laxity."""
    ways = [rounded]
    least = optimal.with_least_powers()
    if least is not None:
        ways.append(settle(problem, least.tolist()))
    ways.append(least_laxity_now(problem))
    ways = list(dict.fromkeys(ways))
    return ways[0] if len(ways) == 1 else min(ways, key=optimal.cost_with)


def by_least_laxity(problem: Problem, because: str | None = None) -> Plan:
    """Plan without a solver."""
    ahead = outlook(problem)
    steps = least_laxity_now(problem)
    powers = tuple(
        tuple(car.step_kw * count for car, count in zip(problem.cars, row, strict=True))
        for row in ahead.steps
    )
    return Plan(problem, Method.LEAST_LAXITY, steps, Wishes(powers, ahead.lacking_kwh), because=because)
