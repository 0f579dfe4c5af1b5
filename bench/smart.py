"""What planning costs, and what plans are worth: ``python -m bench.smart [--quick] [--seeds N]``.

CPU time of one process. A plan is one slot of the closed loop of a made-up depot, with everything that
belongs to it: learning, programme, guard, last stage. All of a day are timed. Beside it the same day by least
laxity alone. Then whole days of made-up sites, with seeds that were not tuned on, against the aims of the
planner: see docs/explanation/smart-charging.md.
"""

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ocn.smart_charging.simulation.closed_loop import World
from ocn.smart_charging.simulation.comparison import OPTIMUM, Aim, aims, compare, planned_for
from ocn.smart_charging.simulation.generator import Wanted, generate
from ocn.smart_charging.simulation.kinds import Kind
from ocn.smart_charging.simulation.policies import LeastLaxity

GOALS_MS = {500: 1_000, 2_000: 3_000}
_SEEDS = 3_001
_DAY_EVSES = 50
_HISTORY_DAYS = 21


@dataclass(frozen=True)
class PlanTimes:
    """Milliseconds of CPU for the slots of a day on which at most ``present`` cars are there."""

    evses: int
    present: int
    plan_ms: float
    most_ms: float
    least_laxity_ms: float


@dataclass(frozen=True)
class HeldDays:
    """Days of one kind of site: for each aim on how many it was held, and the median of its value."""

    kind: Kind
    congested: bool
    days: int
    held: int
    """All aims at once."""
    aims: tuple[tuple[str, int, float], ...]


@dataclass(frozen=True)
class SmartCharging:
    times: list[PlanTimes]
    days: list[HeldDays]
    first_days: list[HeldDays]


def smart_charging(*, quick: bool, seeds: int = 3) -> SmartCharging:
    if quick:
        return measure_smart_charging((20,), 1, 2)
    return measure_smart_charging((50, 500, 2_000), seeds)


def measure_smart_charging(sizes: Sequence[int], seeds: int, evses: int = _DAY_EVSES) -> SmartCharging:
    times = [plan_times(size) for size in sizes]
    days, first_days = (
        [held_days(kind, congested, seeds, evses, history) for kind in Kind for congested in (False, True)]
        for history in (_HISTORY_DAYS, 0)
    )
    return SmartCharging(times, days, first_days)


def plan_times(evses: int, kind: Kind = Kind.DEPOT) -> PlanTimes:
    """Time every plan of a day but the first, for imports are in it."""
    world = World(generate(Wanted(kind, evses, 1, history_days=_HISTORY_DAYS)))
    plans, plain = world.run(planned_for(world)).cpu_ms[1:], world.run(LeastLaxity()).cpu_ms[1:]
    stays = world.days.stays
    present = max(
        sum(stay.arrival <= slot < stay.departure for stay in stays) for slot in range(world.days.slots.count)
    )
    return PlanTimes(evses, present, statistics.mean(plans), max(plans), statistics.mean(plain))


def held_days(
    kind: Kind, congested: bool, seeds: int, evses: int = _DAY_EVSES, history_days: int = 0
) -> HeldDays:
    """Run days, departures half an hour off, each at a site of which so many days are known."""
    found: list[tuple[Aim, ...]] = []
    for seed in range(_SEEDS, _SEEDS + seeds):
        compared = compare(
            World(generate(Wanted(kind, evses, seed, congested=congested, history_days=history_days)))
        )
        if OPTIMUM not in compared.outcome_by_policy:
            raise SystemExit("the bench of smart charging needs highspy: pip install ocn[smart]")
        found.append(aims(compared, congested))
    by_aim = tuple(
        (same[0].name, sum(aim.held for aim in same), statistics.median(aim.value for aim in same))
        for same in zip(*found, strict=True)
    )
    held = sum(all(aim.held for aim in day) for day in found)
    return HeldDays(kind, congested, seeds, held, by_aim)


def smart_section(found: SmartCharging) -> list[str]:
    """The same as Markdown."""
    lines = [
        "## Smart charging",
        "",
        "All plans of a day at a depot, three weeks known, everything included; CPU of one core. The solver",
        "decides below 500 cars also who gets nothing or at least 6 A; above, powers are rounded.",
        "",
        "| EVSEs | most cars there | ms a plan | most | goal | least laxity alone, ms |",
        "|---|---|---|---|---|---|",
    ]
    for each in found.times:
        goal = f"{GOALS_MS[each.evses]:,}" if each.evses in GOALS_MS else ""
        lines.append(
            f"| {each.evses:,} | {each.present:,} | {each.plan_ms:,.0f} | {each.most_ms:,.0f} | {goal}"
            f" | {each.least_laxity_ms:.1f} |"
        )
    lines += [
        "",
        "Days of made-up sites, departures off by 30 minutes (1 sigma). On how many each aim was held, and",
        f"in brackets the median of its value. Who came on the {_HISTORY_DAYS} days before is known:",
        *_table(found.days),
        "",
        "And on a site's first day, of which nothing is known:",
        *_table(found.first_days),
    ]
    return lines


def _table(days: Sequence[HeldDays]) -> list[str]:
    names = [name for name, *_ in days[0].aims]
    lines = ["", f"| | all | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}"]
    for day in days:
        cells = " | ".join(f"{held} ({median:.2f})" for _, held, median in day.aims)
        name = f"{day.kind}{', congested' if day.congested else ''}"
        lines.append(f"| {name} | {day.held} of {day.days} | {cells} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.smart", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see that it runs; the figures mean little")
    parser.add_argument("--seeds", type=int, default=3, help="days of each kind of site")
    chosen = parser.parse_args()
    print("\n".join(smart_section(smart_charging(quick=chosen.quick, seeds=chosen.seeds))))


if __name__ == "__main__":
    main()
