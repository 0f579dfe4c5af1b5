"""A site as the planner reads it: limits in whole units, and what a step at each EVSE takes of them.

Phases are counted in milliamperes and powers in tenths of a watt. Limits are rounded down and loads up, so
that whoever keeps the integers keeps the fuses. A step is 0.1 A on each phase, or 100 W of direct current.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from ocn.smart_charging.planning.problem import Limit, Load, Outlet, Phase
from ocn.smart_charging.site.model import Current, Evse, Fuse, Site
from ocn.smart_charging.slots import Slots

_MILLI = 1000
_TENTHS_OF_A_WATT = 10_000  # in a kilowatt
_STEP_AMPS = Decimal("0.1")
_DC_STEP_KW = Decimal("0.1")
_NO_LIMIT = 10**12
_Numbered = tuple[tuple[int, Phase | None], ...]


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where each limit of a site stands among those of its problems: fuse name and phase, None for power."""

    site: Site
    places: tuple[tuple[str, Phase | None], ...]
    _through: Mapping[str, _Numbered] = field(repr=False)
    """By fuse: all limits that what flows through it counts at, its own and those above."""

    @classmethod
    def of(cls, site: Site) -> "Wiring":
        """Number the limits: for every fuse its phases, then its power."""
        places: list[tuple[str, Phase | None]] = []
        through: dict[str, _Numbered] = {}
        for fuse in site.fuses:
            own: list[Phase | None] = []
            if fuse.amps or any(each.amps for each in fuse.timed):
                own += fuse.phases
            if fuse.kw is not None or any(each.kw is not None for each in fuse.timed):
                own.append(None)
            above = () if fuse.parent is None else through[fuse.parent]
            through[fuse.name] = (*above, *enumerate(own, len(places)))
            places += [(fuse.name, phase) for phase in own]
        return cls(site, tuple(places), through)

    def limits(self, slots: Slots) -> tuple[Limit, ...]:
        """Return what each lets through, slot by slot; in every slot the lowest that holds within it."""
        fuses = {fuse.name: fuse for fuse in self.site.fuses}
        volt_kw = float(self.site.voltage) / _MILLI / _MILLI
        return tuple(
            Limit(
                name,
                phase,
                1 / _TENTHS_OF_A_WATT if phase is None else volt_kw,
                _amounts(fuses[name], phase, slots, self.site),
            )
            for name, phase in self.places
        )

    def outlet(self, evse: Evse, car_phases: int | None = None) -> Outlet:
        """Return the steps of an EVSE for a car of so many phases; if that is not known, of all there are."""
        used = min(car_phases or len(evse.phases), len(evse.phases))
        steps = _ac_steps if evse.current is Current.AC else _dc_steps
        return steps(self.site.voltage, evse, used, self._through[evse.fuse], evse.loaded(car_phases))


def _ac_steps(
    voltage: Decimal, evse: Evse, used: int, through: _Numbered, loaded: tuple[Phase, ...]
) -> Outlet:
    watts = _STEP_AMPS * voltage * used
    most = _down(evse.max_amps / _STEP_AMPS)
    if evse.max_kw is not None:
        most = min(most, _down(evse.max_kw * _MILLI / watts))
    on_phase, in_all = _up(_STEP_AMPS * _MILLI), _up(watts * 10)
    return Outlet(
        float(watts) / _MILLI,
        _up(evse.min_amps / _STEP_AMPS),
        most,
        _loads(through, loaded, on_phase, in_all),
    )


def _dc_steps(
    voltage: Decimal, evse: Evse, used: int, through: _Numbered, loaded: tuple[Phase, ...]
) -> Outlet:
    watts = _DC_STEP_KW * _MILLI
    on_phase, in_all = _up(watts / (voltage * used) * _MILLI), _up(watts * 10)
    most = _down((evse.max_kw or Decimal(0)) / _DC_STEP_KW)
    least = max(1, _up(evse.min_kw / _DC_STEP_KW))
    return Outlet(float(_DC_STEP_KW), least, most, _loads(through, loaded, on_phase, in_all))


def _loads(through: _Numbered, loaded: tuple[Phase, ...], on_phase: int, in_all: int) -> tuple[Load, ...]:
    return tuple(
        Load(i, in_all if phase is None else on_phase)
        for i, phase in through
        if phase is None or phase in loaded
    )


def _amounts(fuse: Fuse, phase: Phase | None, slots: Slots, site: Site) -> tuple[int, ...]:
    if not any(each.kw is not None if phase is None else phase in each.amps for each in fuse.timed):
        return (_units(fuse.kw if phase is None else fuse.amps.get(phase), phase),) * slots.count
    length = timedelta(minutes=slots.minutes)
    return tuple(
        _units(fuse.lowest(phase, start.astimezone(site.zone), length), phase) for start in slots.starts()
    )


def _units(limit: Decimal | None, phase: Phase | None) -> int:
    if limit is None:
        return _NO_LIMIT
    return _down(limit * (_TENTHS_OF_A_WATT if phase is None else _MILLI))


def _down(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_FLOOR))


def _up(amount: Decimal) -> int:
    return math.ceil(amount) if amount < 1 else int(amount.to_integral_value(ROUND_CEILING))
