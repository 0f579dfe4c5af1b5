"""Run a site under every policy, and tell whether ours does what it aims at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ocn.smart_charging.planning.weights import USUAL_EFFORT, USUAL_WEIGHTS, Effort, Weights
from ocn.smart_charging.simulation.closed_loop import Run, World
from ocn.smart_charging.simulation.metrics import Outcome, outcome
from ocn.smart_charging.simulation.policies import (
    EarliestDeparture,
    EqualShare,
    LeastLaxity,
    Planned,
    Policy,
    Uncontrolled,
)

OPTIMUM = "offline optimum"
_POINTS_UNDER = 0.5
_POINTS_UNDER_CONGESTED = 1.0
_OVER_OPTIMUM = 0.07

Progress = Callable[[str, int, int], None]
"""Is told the policy, the slots that are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Aim:
    """One thing that is aimed at, what came of it, and whether that is enough."""

    name: str
    value: float
    wanted: str
    held: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The runs of one world, and what they measure."""

    world: World
    runs: tuple[Run, ...]
    outcomes: tuple[Outcome, ...]
    fallbacks: Mapping[str, int] = field(default_factory=dict)
    """In how many slots least laxity stood in for our plan, by why: no solver, or no time."""

    @property
    def outcome_by_policy(self) -> dict[str, Outcome]:
        """Return the outcomes by the names of the policies."""
        return {each.name: each for each in self.outcomes}


def compare(
    world: World,
    weights: Weights = USUAL_WEIGHTS,
    effort: Effort = USUAL_EFFORT,
    progress: Progress | None = None,
) -> Comparison:
    """Run every policy, and find the optimum if the solver is installed."""
    units = [limit.unit_kw for limit in world.limits]
    earlier = [world.seen(stay) for stay in world.days.earlier]
    places = len(world.days.site.evses)
    ours = Planned(world.days.slots.hours, earlier, units, world.midnight, places, weights, effort)
    runs = _runs(world, (*WITHOUT_A_PLAN, ours), progress)
    return replace(_compared(world, runs, progress), fallbacks=ours.fallbacks)


def compare_with(world: World, ours: Run, progress: Progress | None = None) -> Comparison:
    """Compare a run that was made elsewhere, such as over a network, with every policy and the optimum."""
    return _compared(world, [*_runs(world, WITHOUT_A_PLAN, progress), ours], progress)


WITHOUT_A_PLAN: Sequence[Policy] = (Uncontrolled(), EqualShare(), EarliestDeparture(), LeastLaxity())


def _runs(world: World, policies: Sequence[Policy], progress: Progress | None) -> list[Run]:
    count = world.days.slots.count
    runs = []
    for policy in policies:
        told = None if progress is None else _told(progress, policy.name, count)
        runs.append(world.run(policy, told))
    return runs


def _compared(world: World, runs: list[Run], progress: Progress | None) -> Comparison:
    if progress is not None:
        progress(OPTIMUM, 0, 1)
    runs = [*runs, *_optimum(world)]
    if progress is not None:
        progress(OPTIMUM, 1, 1)
    return Comparison(world, tuple(runs), tuple(outcome(world, run) for run in runs))


def aims(compared: Comparison, congested: bool) -> tuple[Aim, ...]:
    """Tell how ours stands to least laxity and to the optimum."""
    outcomes = compared.outcome_by_policy
    ours, yardstick = outcomes[Planned.name], outcomes[LeastLaxity.name]
    most_under = _POINTS_UNDER_CONGESTED if congested else _POINTS_UNDER
    delivered = ours.delivered_percent - yardstick.delivered_percent
    worst = ours.worst_5_percent - yardstick.worst_5_percent
    cheaper = _relative(ours.cost_eur_per_kwh, yardstick.cost_eur_per_kwh)
    found = [
        Aim("slots over a limit", ours.overruns, "0", ours.overruns == 0),
        Aim(
            "delivered against least laxity, points",
            delivered,
            f"at least -{most_under}",
            delivered >= -most_under,
        ),
        Aim("worst 5 % against least laxity, points", worst, f"at least -{most_under}", worst >= -most_under),
        Aim("cost per kWh against least laxity, %", 100 * cheaper, "under 0", cheaper < 0),
    ]
    best = outcomes.get(OPTIMUM)
    if best is not None:
        over = _relative(ours.cost_eur_per_kwh, best.cost_eur_per_kwh)
        wanted = f"at most {100 * _OVER_OPTIMUM:.0f}"
        found.append(Aim("cost per kWh over the optimum, %", 100 * over, wanted, over <= _OVER_OPTIMUM))
    return tuple(found)


def _told(progress: Progress, name: str, count: int) -> Callable[[int], None]:
    return lambda slot: progress(name, slot + 1, count)


def _optimum(world: World) -> list[Run]:
    try:
        from ocn.smart_charging.simulation.optimum import offline_optimum
    except ImportError:
        return []
    found = offline_optimum(world)
    return [] if found is None else [found]


def _relative(value: float, to: float) -> float:
    """By how much a value is above another, which may be negative, as a share of its size."""
    return (value - to) / abs(to) if to else 0.0
