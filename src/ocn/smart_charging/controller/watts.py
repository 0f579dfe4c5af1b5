"""Kilowatts as they are told, and whole watts as they are planned.

A step is so many watts; of the limits a watt is six units, so that it is split over one, two or three phases
without a remainder. Limits are rounded down, so the written limits keep them exactly.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import reduce
from operator import add

from ocn.smart_charging.controller.line import Line
from ocn.smart_charging.controller.series import Caps
from ocn.smart_charging.controller.session import Told
from ocn.smart_charging.planning.problem import Limit, Load, Outlet, Phase

_WATTS = 1000
_PARTS = 6
_UNITS = Decimal(_WATTS * _PARTS)
_UNIT_KW = 1 / (_WATTS * _PARTS)
_NO_LIMIT = 10**15
_PHASES = tuple(Phase)


def limits_of(line: Line, slots: int) -> tuple[Limit, ...]:
    """Return the limits: first of the site, then of its phases; after the last that is known it goes on."""
    series: list[tuple[Phase | None, Caps]] = [(None, line.site_cap_kw)]
    series += [(phase, line.phase_cap_kw.get(phase)) for phase in _PHASES]
    return tuple(Limit("site", phase, _UNIT_KW, _units(known, slots)) for phase, known in series)


def outlet_of(told: Told) -> Outlet:
    """Return what a session can draw; its power is split evenly over its phases."""
    steps = told.steps
    on_all = _PARTS * steps.watts
    on_each = on_all // len(told.phases)
    loads = [Load(0, on_all), *(Load(1 + _PHASES.index(phase), on_each) for phase in told.phases)]
    return Outlet(steps.watts / _WATTS, steps.least, steps.most, tuple(loads))


def as_floats(steps: Mapping[str, int], line: Line) -> dict[str, float]:
    """Return the limits in kW as they are written, of the steps that sessions were given.

    Their exact sum keeps the caps. Where it reaches one to the watt, a sum of floats may come out a hair
    above it, so then a car that can spare it gives up a step, and where none can, the last to leave waits.
    """
    left = {told.id: steps.get(told.id, 0) * told.steps.watts for told in line.sessions}
    while (over := _over_as_floats(left, line)) is not None:
        drawing = [
            told for told in line.sessions if left[told.id] and (over == "site" or over in told.phases)
        ]
        spare = [told for told in drawing if left[told.id] > told.steps.least * told.steps.watts]
        if spare:
            most = max(spare, key=lambda told: left[told.id])
            left[most.id] -= most.steps.watts
        else:
            left[max(drawing, key=lambda told: told.departure).id] = 0
    return {name: count / _WATTS for name, count in left.items()}


def _over_as_floats(watts: Mapping[str, int], line: Line) -> str | None:
    """Return which cap the limits exceed when they are added as floats."""
    site = [count / _WATTS for count in watts.values()]
    if line.site_cap_kw and _most_sum(site) > float(line.site_cap_kw[0]):
        return "site"
    for phase in _PHASES:
        known = line.phase_cap_kw.get(phase)
        on_it = [watts[told.id] / _WATTS / len(told.phases) for told in line.sessions if phase in told.phases]
        if known and _most_sum(on_it) > float(known[0]):
            return phase
    return None


def _most_sum(powers_kw: Sequence[float]) -> float:
    """Add one by one, and without any loss: ``sum`` does either, by the version of Python."""
    return max(reduce(add, powers_kw, 0.0), math.fsum(powers_kw))


def _units(known: Caps, slots: int) -> tuple[int, ...]:
    if known is None:
        return (_NO_LIMIT,) * slots
    units = [int((cap * _UNITS).to_integral_value(ROUND_FLOOR)) for cap in known[:slots]]
    return tuple(units + units[-1:] * (slots - len(units)))
