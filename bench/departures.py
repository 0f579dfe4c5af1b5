"""What nobody can beat who does not know when cars leave: ``python -m bench.departures [--start DATE]``.

A lower bound by a linear programme. One who knows every arrival, need and price, but of departures only what
is declared and by how much that usually misses, decides in each slot for cars of which nothing is known but
that they are still there. So each kWh counts with the probability that its car is; limits hold in the mean,
which asks for less than that they always hold; a kWh that is not delivered costs so much. The least of that
is at most what any planner pays in the mean over departures. Beside it stands the mean of the optima of
those who know the departures, too.
"""

import argparse
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from statistics import NormalDist

import numpy as np

from ocn.smart_charging.planning.blocks import Floats
from ocn.smart_charging.planning.highs import Solver
from ocn.smart_charging.planning.program import Program
from ocn.smart_charging.simulation.closed_loop import World
from ocn.smart_charging.simulation.generator import Stay, Wanted, generate
from ocn.smart_charging.simulation.kinds import HABITS, Kind, Visits

LOST_EUR_PER_KWH = (60.0, 1.0, 0.3)
"""What a kWh that is not delivered is taken to cost: as the planner has it, and next to nothing."""
_SEEDS, _EVSES, _SPREAD_H, _DRAWS = 80_001, 50, 0.5, 6
_SIGMAS, _SURELY_GONE, _TIME_LIMIT_S = 7, 1e-6, 60.0


@dataclass(frozen=True)
class Bound:
    """What is paid per kWh over the optimum, in percent, and which part of the need is not delivered."""

    over_percent: float
    lost_percent: float


def bounds(wanted: Wanted) -> list[Bound]:
    """Return the bound of a made-up day for each price of what is lost."""
    world = World(generate(wanted))
    leaving = [_departures(stay, world, wanted.kind) for stay in world.days.stays]
    random = Random(wanted.seed)
    cost, energy = 0.0, 0.0
    for _ in range(_DRAWS):
        drawn = [random.choices(list(each), list(each.values()))[0] for each in leaving]
        known = [[1.0] * (last - stay.arrival) for stay, last in zip(world.days.stays, drawn, strict=True)]
        paid, delivered = _least(world, known, LOST_EUR_PER_KWH[0])
        cost, energy = cost + paid, energy + delivered
    optimum, asked = cost / energy, sum(stay.need_kwh for stay in world.days.stays)
    guessed = [_still_there(stay, each) for stay, each in zip(world.days.stays, leaving, strict=True)]
    found = []
    for lost in LOST_EUR_PER_KWH:
        paid, delivered = _least(world, guessed, lost)
        over = (paid / delivered - optimum) / abs(optimum)
        found.append(Bound(100 * over, 100 * (1 - delivered / asked)))
    return found


def _departures(stay: Stay, world: World, kind: Kind) -> dict[int, float]:
    """How likely it leaves at which slot, for one who knows what is declared and what is usual."""
    sigma = _SPREAD_H / world.days.slots.hours
    first = max(stay.arrival + 1, math.floor(stay.declared - _SIGMAS * sigma))
    likely = {
        slot: _mass(stay.declared - slot, 1.0, 0.0, sigma) * _usual(stay, slot, world, kind)
        for slot in range(first, max(first, math.ceil(stay.declared + _SIGMAS * sigma)) + 1)
    }
    total = sum(likely.values())
    return {slot: each / total for slot, each in likely.items()} if total else {first: 1.0}


def _usual(stay: Stay, slot: int, world: World, kind: Kind) -> float:
    hours = world.days.slots.hours
    arrival_h = (stay.arrival - world.midnight) * hours % 24
    return sum(
        _of_visits(visits, arrival_h, (slot - stay.arrival) * hours, hours) for visits in HABITS[kind].visits
    )


def _of_visits(visits: Visits, arrival_h: float, stay_h: float, slot_h: float) -> float:
    mean, spread = visits.stay_h
    mean += 24 - arrival_h if visits.until_clock else 0.0
    return visits.share * _mass(arrival_h, slot_h, *visits.arrival_h) * _mass(stay_h, slot_h, mean, spread)


def _mass(value: float, width: float, mean: float, sigma: float) -> float:
    """How likely a normal number is to be within half a width of a value."""
    normal = NormalDist(mean, sigma)
    return normal.cdf(value + width / 2) - normal.cdf(value - width / 2)


def _still_there(stay: Stay, leaving: dict[int, float]) -> list[float]:
    return [
        sum(likely for last, likely in leaving.items() if last > slot)
        for slot in range(stay.arrival, max(leaving))
    ]


def _least(world: World, there: Sequence[Sequence[float]], lost_eur_per_kwh: float) -> tuple[float, float]:
    """Return what is paid at least (EUR), and what is delivered for it (kWh)."""
    days, slot_h = world.days, world.days.slots.hours
    units = [limit.unit_kw for limit in world.limits]
    entries: list[tuple[int, int, float]] = []
    rows: dict[tuple[int, int], int] = {}
    chances: list[float] = []
    prices: list[float] = []
    most: list[float] = []
    for i, (stay, chance_by_slot) in enumerate(zip(days.stays, there, strict=True)):
        outlet = world.outlet(stay)
        for slot, chance in enumerate(chance_by_slot, stay.arrival):
            if chance < _SURELY_GONE or slot >= len(days.prices):
                continue
            entries.append((i, len(chances), slot_h))
            for load in outlet.loads:
                row = rows.setdefault((load.limit, slot), len(days.stays) + len(rows))
                kw = load.units * units[load.limit] / outlet.step_kw
                entries.append((row, len(chances), chance * kw))
            chances.append(chance)
            prices.append(days.prices[slot])
            most.append(outlet.most * outlet.step_kw)
    limits = [world.limits[limit].amounts[slot] * units[limit] for limit, slot in rows]
    energy_h, price = np.array(chances) * slot_h, np.array(prices)
    upper = np.array([*(stay.need_kwh for stay in days.stays), *limits])
    power = _solved(energy_h * (price - lost_eur_per_kwh), np.array(most), upper, entries)
    return float((power * energy_h * price).sum()), float((power * energy_h).sum())


def _solved(cost: Floats, most: Floats, upper: Floats, entries: Sequence[tuple[int, int, float]]) -> Floats:
    row, column, value = (np.array(each) for each in zip(*sorted(entries), strict=True))
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(upper)))])
    none = np.zeros(0, dtype=np.int64)
    written = Program(
        cost, np.zeros(len(cost)), most, np.full(len(upper), -math.inf), upper, starts, column, value,
        none, none, none, none,
    )  # fmt: skip
    found = Solver(written).optimum(_TIME_LIMIT_S)
    if found is None:
        raise SystemExit("the solver found no bound in time")
    return found.values


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.departures", description=__doc__)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2026, 3, 2), help="the day")
    parser.add_argument("--seeds", type=int, default=6, help="days of each kind")
    chosen = parser.parse_args()
    prices = ", ".join(f"{each:g}" for each in LOST_EUR_PER_KWH)
    print(f"least over the optimum, and what is lost, at {prices} EUR for a kWh that is lost")
    for kind in Kind:
        found = []
        for seed in range(_SEEDS, _SEEDS + chosen.seeds):
            found.append(bounds(Wanted(kind, _EVSES, seed, start=chosen.start)))
            print(f"{kind} {seed}: {_shown(found[-1])}", flush=True)
        means = [
            Bound(
                statistics.mean(b.over_percent for b in each), statistics.mean(b.lost_percent for b in each)
            )
            for each in zip(*found, strict=True)
        ]
        print(f"{kind}, mean: {_shown(means)}")


def _shown(found: Sequence[Bound]) -> str:
    return "; ".join(f"{each.over_percent:+.1f} % (lost {each.lost_percent:.2f} %)" for each in found)


if __name__ == "__main__":
    main()
