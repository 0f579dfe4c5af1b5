"""What wants energy, as arrays: the cars, and after them the latecomers."""

import math
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from ocn.smart_charging.planning.blocks import Blocks, Bools, Floats, Ints
from ocn.smart_charging.planning.problem import Problem

_SURE = 1e-9  # slots: a spread that is none
_MIDDLE = 0.5

_erfc = np.frompyfunc(math.erfc, 1, 1)


@dataclass(frozen=True, slots=True)
class Demands:
    """One entry per car and per group of latecomers; times in slots from now."""

    arrival: Ints
    departure: Floats
    sigma: Floats
    need_kwh: Floats
    asked_kwh: Floats
    most_kw: Floats
    weight: Floats
    charging: Floats
    whenever: Bools
    """What is kept room for at any price, and raises no peak."""
    load_demand: Ints
    load_limit: Ints
    """In order."""
    load_share: Floats

    def __len__(self) -> int:
        """Count the demands."""
        return len(self.arrival)

    def overlap(self, blocks: Blocks) -> Floats:
        """Return how many slots of each block each demand is there: at least the one in which it comes."""
        leaves = np.maximum(self.arrival + 1, np.ceil(self.departure))
        first = np.maximum(blocks.starts[:, None], self.arrival)
        last = np.minimum((blocks.starts + blocks.lengths)[:, None], leaves)
        return np.asarray(np.clip(last - first, 0, None), dtype=np.float64)

    def gone(self, blocks: Blocks) -> Floats:
        """Return the probability that each demand is gone in the last slot of its stay in each block.

        Departures are normally distributed around the expected ones, given that the cars are here now.
        """
        leaves = np.maximum(self.arrival + 1, np.ceil(self.departure))
        last = np.minimum((blocks.starts + blocks.lengths)[:, None], leaves) - 1
        sigma = np.maximum(self.sigma, _SURE)
        still_then = _upper_tail((last + _MIDDLE - self.departure) / sigma)
        still_now = np.maximum(_upper_tail((self.arrival - self.departure) / sigma), 1e-300)
        return np.clip(1.0 - still_then / still_now, 0.0, 1.0)

    def shares_of(self, limit: int) -> Floats:
        """Return how many kW of a limit each demand takes per kW it draws."""
        first, end = np.searchsorted(self.load_limit, [limit, limit + 1])
        found = np.bincount(self.load_demand[first:end], self.load_share[first:end], minlength=len(self))
        return np.asarray(found, dtype=np.float64)


def _upper_tail(z: Floats) -> Floats:
    return 0.5 * np.asarray(_erfc(np.clip(z, -30.0, 30.0) / math.sqrt(2)), dtype=np.float64)


def demands_of(problem: Problem) -> Demands:
    """Read the demands of a problem."""
    cars, late = problem.cars, problem.latecomers
    count = len(cars)
    loads = [
        (i, load.limit, load.units * problem.limits[load.limit].unit_kw / car.step_kw)
        for i, car in enumerate(cars)
        for load in car.loads
    ]
    loads += [(count + i, limit, share) for i, each in enumerate(late) for limit, share in each.shares]
    loads.sort(key=itemgetter(1))
    who, which, share = zip(*loads, strict=True) if loads else ((), (), ())

    def both(of_cars: list[float], of_late: list[float]) -> Floats:
        return np.array([*of_cars, *of_late], dtype=np.float64)

    return Demands(
        arrival=np.array([0] * count + [each.at for each in late], dtype=np.int64),
        departure=both([car.departure for car in cars], [each.departure for each in late]),
        sigma=both([car.sigma for car in cars], [0.0] * len(late)),
        need_kwh=both([car.need_kwh for car in cars], [each.need_kwh for each in late]),
        asked_kwh=both([max(car.asked_kwh, car.need_kwh) for car in cars], [each.need_kwh for each in late]),
        most_kw=both([car.most_kw for car in cars], [each.most_kw for each in late]),
        weight=both([car.weight for car in cars], [1.0] * len(late)),
        charging=both([float(car.charging) for car in cars], [0.0] * len(late)),
        whenever=np.array([False] * count + [each.whenever for each in late], dtype=np.bool_),
        load_demand=np.array(who, dtype=np.int64),
        load_limit=np.array(which, dtype=np.int64),
        load_share=np.array(share, dtype=np.float64),
    )
