"""One session of a line."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ocn.smart_charging.controller.members import Errors, required
from ocn.smart_charging.controller.steps import Steps, steps_between
from ocn.smart_charging.numbers import shown
from ocn.smart_charging.planning.problem import Phase

_ALL = tuple(Phase)


@dataclass(frozen=True, slots=True)
class Told:
    """A session as it is told: moments in slots, energies in kWh."""

    id: str
    arrival: float
    departure: float
    asked_kwh: float
    delivered_kwh: float
    steps: Steps
    phases: tuple[Phase, ...]


def session(part: Mapping[str, Any], name: str, slot: int, place: str, errors: Errors) -> Told | None:
    """Read a session; None, and why in the errors, if it cannot be planned."""
    arrival = required(part, "arrival", place, errors)
    declared = required(part, "declared_departure", place, errors)
    need = _not_negative(part, "energy_need_kwh", place, errors)
    delivered = _not_negative(part, "delivered_kwh", place, errors)
    most = _not_negative(part, "max_kw", place, errors)
    least = _not_negative(part, "min_kw", place, errors)
    phases = _phases(part.get("phases"), place, errors)
    if need is None or delivered is None or most is None or least is None or phases is None:
        return None
    if arrival is None or declared is None:
        return None
    if arrival >= slot + 1:
        errors.note(
            f"{place}arrival", f"{arrival} is after this slot, {slot}: it is not there yet and gets nothing"
        )
        return None
    if least > most:
        errors.note(f"{place}min_kw", f"{least} is above max_kw {most}")
        return None
    steps = steps_between(least, most, len(phases))
    if steps is None:
        errors.note(f"{place}min_kw", f"there is no whole watt from {least} to {most} kW")
        return None
    if declared <= arrival:
        message = f"{declared} is not after arrival {arrival}; planned as if it could leave at any moment"
        errors.note(f"{place}declared_departure", message)
        declared = Decimal(slot)
    return Told(name, float(arrival), float(declared), float(need), float(delivered), steps, phases)


def _not_negative(part: Mapping[str, Any], key: str, place: str, errors: Errors) -> Decimal | None:
    found = required(part, key, place, errors)
    if found is not None and found < 0:
        errors.note(f"{place}{key}", f"{shown(found)} is below 0")
        return None
    return found


def _phases(value: object, place: str, errors: Errors) -> tuple[Phase, ...] | None:
    if value is None or value == []:
        errors.note(f"{place}phases", "is missing; taken for L1, L2 and L3")
        return _ALL
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(name in list(Phase) for name in names):
        errors.note(f"{place}phases", f"{shown(value)} is no list of L1, L2, L3")
        return None
    if len(set(names)) < len(names):
        errors.note(f"{place}phases", f"{shown(value)} names a phase twice; taken once")
    return tuple(phase for phase in _ALL if phase in names)
