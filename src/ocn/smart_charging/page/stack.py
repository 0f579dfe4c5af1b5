"""The load of a site, car on car: as it was measured until now, as it is planned from now on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ocn.smart_charging.service.view import CarView, Series, SiteView

_MOST_BANDS = 200
_MOST_KW = 1e9


@dataclass(frozen=True, slots=True)
class Layer:
    """What one car, or several small ones together, add to what lies below."""

    cars: tuple[CarView, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def stacked(view: SiteView) -> tuple[Layer, ...]:
    """Stack the cars, the first at the bottom; of very many, those that draw least share one."""
    now = view.slot_now
    was_measured = [slot < now and kw(view.measured_kw, slot) is not None for slot in range(view.slots)]
    rows = [(car, _row(car, was_measured)) for car in view.cars]
    ranked = sorted(range(len(rows)), key=lambda i: -sum(rows[i][1]))
    alone = set(ranked[:_MOST_BANDS])
    groups: list[list[tuple[CarView, list[float]]]] = [[row] for i, row in enumerate(rows) if i in alone]
    rest = [row for i, row in enumerate(rows) if i not in alone]
    layers = []
    low = [0.0] * view.slots
    for group in [*groups, rest] if rest else groups:
        high = [below + sum(row[slot] for _, row in group) for slot, below in enumerate(low)]
        layers.append(Layer(tuple(car for car, _ in group), tuple(low), tuple(high)))
        low = high
    return tuple(layers)


def kw(series: Series, slot: int) -> float | None:
    """Return a power that can be drawn; None where none is known."""
    value = series[slot] if 0 <= slot < len(series) else None
    return None if value is None or not math.isfinite(value) else min(max(value, 0.0), _MOST_KW)


def known(series: Series, slots: int) -> Series:
    """Return a series as long as the view, of powers that can be drawn."""
    return tuple(kw(series, slot) for slot in range(slots))


def _row(car: CarView, was_measured: Sequence[bool]) -> list[float]:
    """What it drew where the site was measured; elsewhere what it was or is meant to get."""
    measured, planned = car.measured_kw, car.planned_kw
    return [kw(measured if was else planned, slot) or 0.0 for slot, was in enumerate(was_measured)]
