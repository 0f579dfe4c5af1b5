"""What would be best for a problem, by the solver. Needs highspy and numpy; nothing else here does."""

import math
from collections.abc import Sequence

import numpy as np

from ocn.smart_charging.planning.blocks import Blocks, Floats, Ints, coarser_later, every_slot
from ocn.smart_charging.planning.demands import Demands, demands_of
from ocn.smart_charging.planning.highs import Optimum, Solver
from ocn.smart_charging.planning.plan import ShadowPrice, Wishes
from ocn.smart_charging.planning.problem import Problem
from ocn.smart_charging.planning.program import Program, program
from ocn.smart_charging.planning.weights import Effort, Weights

_NEARLY_KW = 1e-4
_NOTHING = 1e-7
_ZERO = np.zeros(1)


class Optimal:
    """A solved problem: what would be best, and what anything else for now would cost."""

    def __init__(self, problem: Problem, weights: Weights, effort: Effort) -> None:
        self._problem = problem
        self._effort = effort
        self._demands = demands_of(problem)
        self._blocks = every_slot(problem.slots)
        if float(self._demands.overlap(self._blocks).sum()) > effort.columns_exact:
            self._blocks = coarser_later(problem.prices)
        self._program = program(problem, self._demands, self._blocks, weights)
        self._segments = len(weights.lacking_segments)
        self._solver = Solver(self._program)
        self._found = self._solver.optimum(effort.program_s)

    @property
    def solved(self) -> bool:
        """Whether there was time enough."""
        return self._found is not None

    def wishes(self) -> Wishes:
        """Return the best powers for every car and slot; none if there was no time to find them."""
        if self._found is None:
            return Wishes((), ())
        problem, values = self._problem, self._found.values
        return Wishes(
            _powers(problem, self._program, self._blocks, self._demands, values),
            _lacking(problem, self._program, values, self._demands, self._segments),
            _shadow_prices(problem, self._program, self._blocks, self._found),
        )

    def lacking_share(self) -> float:
        """Return which part of all that is asked for, also by those who are expected, limits keep back.

        What a car could not get though it were alone there, for its time is too short, does not count.
        """
        if self._found is None:
            return 1.0
        written, demands, count = self._program, self._demands, len(self._demands)
        hours = self._problem.slot_h * self._blocks.lengths[written.block_of]
        most = np.bincount(written.demand_of, written.upper[: written.powers] * hours, minlength=count)
        lacking = self._found.values[written.powers : written.powers + self._segments * count]
        kept_back = lacking.reshape(count, -1).sum(axis=1) - (demands.need_kwh - most).clip(0)
        counted = ~demands.whenever
        asked = float(demands.need_kwh[counted].sum())
        return float(kept_back[counted].clip(0).sum()) / asked if asked > 0 else 0.0

    def with_least_powers(self) -> Floats | None:
        """Return nearly the best powers for now that are nothing or at least each car's smallest.

        Decides car by car, the nearest to its smallest power first, by what either way would cost. Only cars
        that would get something in between are decided; None if there are none. The first columns are the
        cars now, in order. A car whose last bit is less than a slot at the smallest power may draw less.
        """
        found, decided = self._found, list[int]()
        for _ in range(self._effort.least_powers_decisions):
            car = None if found is None else self._in_between(found.values)
            if car is None:
                break
            decided.append(car)
            column = np.array([car])
            least = np.array([self._problem.cars[car].least_kw])
            on = self._with(column, least, self._program.upper[column])
            off = self._with(column, _ZERO, _ZERO)
            if on is not None and (off is None or on.cost <= off.cost):
                self._solver.bound(column, least, self._program.upper[column])
                found = on
            else:
                found = off
        self._solver.release(np.array(decided, dtype=np.int64))
        return found.values[: len(self._problem.cars)] if decided and found is not None else None

    def cost_with(self, steps: Sequence[int]) -> float:
        """Return what the best plan costs that begins with so many steps for each car."""
        cars, columns = self._problem.cars, np.arange(len(self._problem.cars))
        asked = np.array([car.step_kw * count for car, count in zip(cars, steps, strict=True)])
        powers = np.minimum(asked, self._program.upper[columns])
        found = self._with(columns, powers, powers)
        self._solver.release(columns)
        return math.inf if found is None else found.cost

    def _with(self, columns: Ints, lower: Floats, upper: Floats) -> Optimum | None:
        self._solver.bound(columns, lower, upper)
        return self._solver.optimum(self._effort.program_s)

    def _in_between(self, values: Floats) -> int | None:
        """Return the car whose power now is in between nothing and its smallest, and the nearest to that."""
        shares = {
            i: float(values[i]) / car.least_kw
            for i, car in enumerate(self._problem.cars)
            if _NEARLY_KW < values[i] < car.least_kw - _NEARLY_KW
            and car.need_kwh > car.least_kw * self._problem.slot_h
        }
        return max(shares, key=lambda i: (shares[i], -i)) if shares else None


def _powers(
    problem: Problem, written: Program, blocks: Blocks, demands: Demands, values: Floats
) -> tuple[tuple[float, ...], ...]:
    """Spread each block's energy over those of its slots in which the car is there."""
    cars = len(problem.cars)
    mean_kw = np.zeros((len(blocks), len(demands)))
    mean_kw[written.block_of, written.demand_of] = values[: written.powers]
    here = demands.overlap(every_slot(problem.slots))[:, :cars]
    overlap = np.maximum(demands.overlap(blocks)[:, :cars], 1.0)
    while_here = mean_kw[:, :cars] * blocks.lengths[:, None] / overlap
    return tuple(map(tuple, (while_here[blocks.of_slot()] * here).tolist()))


def _lacking(
    problem: Problem, written: Program, values: Floats, demands: Demands, segments: int
) -> tuple[float, ...]:
    first = written.powers
    lacking = values[first : first + segments * len(demands)].reshape(len(demands), segments).sum(axis=1)
    return tuple(lacking[: len(problem.cars)].tolist())


def _shadow_prices(
    problem: Problem, written: Program, blocks: Blocks, found: Optimum
) -> tuple[ShadowPrice, ...]:
    """A row's dual is EUR per kW of its block: per kWh it is that by the block's hours."""
    priced = np.nonzero((written.block_of_row >= 0) & (found.duals < -_NOTHING))[0]
    prices = []
    for row in priced.tolist():
        block, limit = int(written.block_of_row[row]), int(written.limit_of[row])
        start, length = int(blocks.starts[block]), int(blocks.lengths[block])
        eur = -float(found.duals[row]) / (length * problem.slot_h)
        prices += [
            ShadowPrice(None if limit < 0 else limit, slot, eur) for slot in range(start, start + length)
        ]
    return tuple(prices)
