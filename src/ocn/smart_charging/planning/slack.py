"""Room that is kept for what goes wrong with the cars that are there: early departures, rounding, 6 A.

A programme fills a scarce hour to the brim, and what then does not come out as planned is missing at the end.
So a part of what cars need is asked for twice, at whatever price: it takes no cheap slot from anybody, and
counts only where there is hardly enough.
"""

from collections import defaultdict
from collections.abc import Sequence

from ocn.smart_charging.planning.problem import Car, Latecomers, Limit

_PART = 0.05
_SIGMAS_EARLIER = 2.0
"""Cars are taken to leave so much earlier than they probably will."""
_TOGETHER_H = 1.0


def slack(cars: Sequence[Car], limits: Sequence[Limit], slot_h: float) -> tuple[Latecomers, ...]:
    """Return what is kept room for, by the hour in which cars leave."""
    leaving: dict[int, list[Car]] = defaultdict(list)
    for car in cars:
        until = car.departure - _SIGMAS_EARLIER * car.sigma
        if until > 1.0:
            leaving[int(until * slot_h / _TOGETHER_H)].append(car)
    return tuple(_of(group, limits, slot_h) for _, group in sorted(leaving.items()))


def _of(cars: Sequence[Car], limits: Sequence[Limit], slot_h: float) -> Latecomers:
    until = min(car.departure - _SIGMAS_EARLIER * car.sigma for car in cars)
    need_kwh = sum(car.need_kwh for car in cars)
    on_limits: dict[int, float] = defaultdict(float)
    for car in cars:
        for load in car.loads:
            kw_per_kw = load.units * limits[load.limit].unit_kw / car.step_kw
            on_limits[load.limit] += kw_per_kw * car.need_kwh / need_kwh
    most_kw = sum(car.most_kw for car in cars)
    least_need = min(_PART * need_kwh, most_kw * (until - 1) * slot_h)
    return Latecomers(1, until, least_need, most_kw, tuple(sorted(on_limits.items())), whenever=True)
