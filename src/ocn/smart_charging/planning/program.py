"""The linear programme of a plan, as sparse arrays.

Columns: the mean power q[block, demand] in kW wherever a demand is there, ordered by block; then what each
demand will lack, in segments that cost more and more; then the peak, if it is priced. A demand is a car or a
group of latecomers. Rows: the energy of each demand; each limit in each block in which it could be exceeded;
the peak.
"""

import math
from dataclasses import dataclass

import numpy as np

from ocn.smart_charging.planning.blocks import Blocks, Floats, Ints
from ocn.smart_charging.planning.demands import Demands
from ocn.smart_charging.planning.problem import Problem
from ocn.smart_charging.planning.weights import Weights


@dataclass(frozen=True, slots=True)
class Program:
    """Minimise cost x; row_lower <= A x <= row_upper, lower <= x <= upper; A by rows."""

    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    starts: Ints
    columns: Ints
    values: Floats
    demand_of: Ints
    """The demand of every power column."""
    block_of: Ints
    """The block of every power column."""
    limit_of: Ints
    """The limit of every row, -1 where it is another kind of row."""
    block_of_row: Ints
    """The block of every row, -1 where it has none."""

    @property
    def powers(self) -> int:
        """The number of power columns, which are the first."""
        return len(self.demand_of)


def program(problem: Problem, demands: Demands, blocks: Blocks, weights: Weights) -> Program:
    """Write the programme."""
    overlap = demands.overlap(blocks)
    block_of, demand_of = np.nonzero(overlap > 0)
    there = overlap[block_of, demand_of] / blocks.lengths[block_of]
    energy_h = problem.slot_h * blocks.lengths[block_of]
    segments = _Segments.of(demands, weights)
    with_peak = problem.peak_price > 0
    powers, lacking = len(block_of), len(segments.cost)
    rows = _Rows(powers)
    by_demand = np.argsort(demand_of, kind="stable")
    rows.add(
        np.concatenate([demand_of[by_demand], segments.demand_of]),
        np.concatenate([by_demand, powers + np.arange(lacking)]),
        np.concatenate([energy_h[by_demand], np.ones(lacking)]),
        demands.need_kwh,
        demands.need_kwh,
    )
    _add_limits(rows, problem, demands, blocks, block_of, demand_of, overlap)
    if with_peak:
        _add_peak(rows, block_of, np.nonzero(~demands.whenever[demand_of])[0], powers + lacking)
    peak = [problem.peak_price] if with_peak else []
    cost = energy_h * _price_per_kwh(problem, demands, blocks, weights)[block_of, demand_of]
    upper = np.minimum(demands.most_kw[demand_of] * there, demands.need_kwh[demand_of] / energy_h)
    lower = np.zeros(powers + lacking)
    return rows.program(
        cost=np.concatenate([cost, segments.cost, peak]),
        lower=np.concatenate([lower, [problem.peak_so_far_kw] if with_peak else []]),
        upper=np.concatenate([upper, segments.upper, [math.inf] if with_peak else []]),
        demand_of=demand_of,
        block_of=block_of,
    )


def _price_per_kwh(problem: Problem, demands: Demands, blocks: Blocks, weights: Weights) -> Floats:
    """What a kWh costs in each block for each demand: price, risk, and what breaks ties."""
    price = blocks.mean(np.array(problem.prices, dtype=np.float64))[:, None]
    per_kwh = np.broadcast_to(price, (len(blocks), len(demands))).copy()
    for i, car in enumerate(problem.cars):
        if car.prices is not None:
            per_kwh[:, i] = blocks.mean(np.array(car.prices, dtype=np.float64))
    per_kwh[:, demands.whenever] = 0.0
    risk = np.maximum(0.0, demands.gone(blocks) - weights.tolerated_risk)
    per_kwh += risk * (weights.risk_eur_per_kwh * demands.weight * _small_needs(demands, weights))
    per_kwh += weights.waiting_eur_per_kwh * blocks.starts[:, None]
    per_kwh[0] -= weights.going_on_eur_per_kwh * demands.charging
    return per_kwh


def _small_needs(demands: Demands, weights: Weights) -> Floats:
    """How many times more a kWh counts for whoever asked for little: it is a larger share of that."""
    share = weights.small_need_kwh / np.maximum(demands.asked_kwh, 1e-9)
    return np.asarray(share.clip(1.0, weights.most_for_small_needs))


@dataclass(frozen=True, slots=True)
class _Segments:
    """What is lacking, cut into pieces of each demand's energy that cost more the more is lacking."""

    demand_of: Ints
    upper: Floats
    cost: Floats

    @classmethod
    def of(cls, demands: Demands, weights: Weights) -> "_Segments":
        edges = np.diff([0.0, *(up_to for up_to, _ in weights.lacking_segments)])
        factors = np.array([factor for _, factor in weights.lacking_segments])
        price = weights.lacking_eur_per_kwh * demands.weight
        price = np.where(demands.whenever, price, price * _small_needs(demands, weights))
        return cls(
            np.repeat(np.arange(len(demands)), len(edges)),
            (demands.asked_kwh[:, None] * edges).ravel(),
            (price[:, None] * factors).ravel(),
        )


def _add_limits(
    rows: "_Rows",
    problem: Problem,
    demands: Demands,
    blocks: Blocks,
    block_of: Ints,
    demand_of: Ints,
    overlap: Floats,
) -> None:
    """Add each limit in those blocks in which the demands could exceed it."""
    most = demands.most_kw * overlap / blocks.lengths[:, None]
    for number in np.unique(demands.load_limit):
        limit, share = problem.limits[number], demands.shares_of(number)
        amounts = blocks.least(np.array(limit.amounts[: problem.slots], dtype=np.float64).clip(0))
        amounts = amounts * limit.unit_kw
        could = np.nonzero(most @ share > amounts + 1e-9)[0]
        if not len(could):
            continue
        position = np.full(len(blocks), -1)
        position[could] = np.arange(len(could))
        columns = np.nonzero((position[block_of] >= 0) & (share[demand_of] > 0))[0]
        rows.add(
            position[block_of[columns]],
            columns,
            share[demand_of[columns]],
            np.full(len(could), -math.inf),
            amounts[could],
            limit=number,
            blocks=could,
        )


def _add_peak(rows: "_Rows", block_of: Ints, counted: Ints, peak: int) -> None:
    """In no block is the power of all counted columns together above the peak's column."""
    here, position = np.unique(block_of[counted], return_inverse=True)
    rows.add(
        np.concatenate([position, np.arange(len(here))]),
        np.concatenate([counted, np.full(len(here), peak)]),
        np.concatenate([np.ones(len(counted)), np.full(len(here), -1.0)]),
        np.full(len(here), -math.inf),
        np.zeros(len(here)),
        blocks=here,
    )


class _Rows:
    """Collects rows, group by group."""

    def __init__(self, powers: int) -> None:
        self._powers = powers
        self._count = 0
        self._parts: list[tuple[Ints, Ints, Floats]] = []
        self._bounds: list[tuple[Floats, Floats, Ints, Ints]] = []

    def add(
        self,
        rows: Ints,
        columns: Ints,
        values: Floats,
        lower: Floats,
        upper: Floats,
        *,
        limit: int = -1,
        blocks: Ints | None = None,
    ) -> None:
        """Add a group of rows that are numbered from 0 within it."""
        self._parts.append((rows + self._count, columns, values))
        named = np.full(len(lower), -1) if blocks is None else blocks
        self._bounds.append((lower, upper, np.full(len(lower), limit), named))
        self._count += len(lower)

    def program(
        self, *, cost: Floats, lower: Floats, upper: Floats, demand_of: Ints, block_of: Ints
    ) -> Program:
        """Put the rows in order."""
        rows, columns, values = (np.concatenate(parts) for parts in zip(*self._parts, strict=True))
        order = np.argsort(rows, kind="stable")
        bounds = [np.concatenate(parts) for parts in zip(*self._bounds, strict=True)]
        return Program(
            cost=cost,
            lower=lower,
            upper=upper,
            row_lower=bounds[0],
            row_upper=bounds[1],
            starts=np.searchsorted(rows[order], np.arange(self._count + 1)),
            columns=columns[order],
            values=values[order],
            demand_of=demand_of,
            block_of=block_of,
            limit_of=bounds[2],
            block_of_row=bounds[3],
        )
