"""Series "from this slot on": limits and prices, in every shape that makes sense."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ocn.smart_charging.controller.members import Errors
from ocn.smart_charging.numbers import MOST, number, shown
from ocn.smart_charging.planning.problem import Phase

Caps = tuple[Decimal, ...] | None
"""kW per slot, as far as they are known; None: no limit."""

_PHASES = tuple(Phase)
_PLACE = "phase_cap_kw"
_MOST_SLOTS = 36 * 60
"""As far as is planned, with slots of a minute; what is told beyond is passed over."""


def caps(value: object, place: str, errors: Errors) -> Caps:
    """Read a limit over time: a list, or one number for always.

    Nothing, or nothing but nulls, is no limit, and so is what is larger than any that can be meant. What is
    no limit of 0 or more is 0 and noted, also a null beside numbers: what cannot be read is not lifted.
    """
    if isinstance(value, list):
        if all(each is None for each in value):
            return None
        return tuple(_cap(each, f"{place}[{i}]", errors) for i, each in enumerate(value[:_MOST_SLOTS]))
    return _caps([(place, value)], errors)


def _caps(values: Sequence[tuple[str, object]], errors: Errors) -> Caps:
    if all(each is None for _, each in values):
        return None
    return tuple(_cap(each, place, errors) for place, each in values)


def _cap(value: object, place: str, errors: Errors) -> Decimal:
    if value == math.inf or (isinstance(value, int | Decimal) and value > MOST):
        return MOST
    found = number(value)
    if found is None or found < 0:
        errors.note(place, f"{shown(value)} is no limit of 0 or more; taken for 0")
        return Decimal(0)
    return found


def phase_caps(value: object, slots: int | None, errors: Errors) -> Mapping[Phase, Caps]:
    """Read the limits of the phases; ``slots`` is how many slots the site's limit is told for.

    ``{"L1": [...], ...}`` or ``[[...], [...], [...]]`` by phase and slot; ``[[L1, L2, L3], ...]`` or
    ``[{"L1": ...}, ...]`` by slot and phase; ``[...]`` by slot, the same for each phase; ``[L1, L2, L3]``, or
    one number for all, for always. Where three numbers, or three rows of three, can be meant both ways, the
    lower holds.
    """
    if isinstance(value, dict):
        return _by_name(value, errors)
    if isinstance(value, list) and any(isinstance(each, list | dict) for each in value):
        return _nested(value, errors)
    return _flat(caps(value, _PLACE, errors), slots)


def _flat(known: Caps, slots: int | None) -> Mapping[Phase, Caps]:
    if known is None or len(known) != len(_PHASES):
        return dict.fromkeys(_PHASES, known)
    if slots == len(_PHASES):
        return dict.fromkeys(_PHASES, (min(known),))
    return {phase: (cap,) for phase, cap in zip(_PHASES, known, strict=True)}


def _nested(value: Sequence[Any], errors: Errors) -> Mapping[Phase, Caps]:
    three = len(value) == len(_PHASES)
    if three and all(isinstance(row, list) for row in value):
        rows = enumerate(zip(_PHASES, value, strict=True))
        found = {phase: caps(row, f"{_PLACE}[{i}]", errors) for i, (phase, row) in rows}
        if all(row is not None and len(row) == len(_PHASES) for row in found.values()):
            turned = zip(*(row or () for row in found.values()), strict=True)
            lower = zip(found.items(), turned, strict=True)
            return {phase: tuple(map(min, row or (), other)) for (phase, row), other in lower}
        return found
    return _by_slot(value, errors)


def _by_name(value: Mapping[str, Any], errors: Errors) -> Mapping[Phase, Caps]:
    for name in value.keys() - set(_PHASES):
        errors.note(f"{_PLACE}.{shown(name)}", "is no phase; phases are L1, L2, L3")
    return {phase: caps(value.get(phase), f"{_PLACE}.{phase}", errors) for phase in _PHASES}


def _by_slot(rows: Sequence[Any], errors: Errors) -> Mapping[Phase, Caps]:
    found: dict[Phase, list[tuple[str, object]]] = {phase: [] for phase in _PHASES}
    for i, row in enumerate(rows[:_MOST_SLOTS]):
        place = f"{_PLACE}[{i}]"
        values = [row.get(phase) for phase in _PHASES] if isinstance(row, dict) else row
        values = values if isinstance(values, list) else [values] * len(_PHASES)
        if len(values) != len(_PHASES):
            errors.note(place, f"has {len(values)} values, not one for each phase; taken for 0")
            values = [0] * len(_PHASES)
        for phase, each in zip(_PHASES, values, strict=True):
            found[phase].append((f"{place}, {phase}", each))
    return {phase: _caps(values, errors) for phase, values in found.items()}


def prices(value: object, errors: Errors) -> tuple[float, ...]:
    """Read prices, which may be negative; what is no price is taken for the one before it, and noted."""
    place = "price_eur_per_kwh"
    if value is None or value == []:
        return ()
    values = value if isinstance(value, list) else [value]
    read: list[float] = []
    for i, each in enumerate(values[:_MOST_SLOTS]):
        found = number(each)
        if found is None:
            errors.note(f"{place}[{i}]", f"{shown(each)} is no price; taken for the one before")
        read.append(float(found) if found is not None else read[-1] if read else 0.0)
    return tuple(read)


def prolonged_prices(known: Sequence[float], slots: int, slots_a_day: int) -> tuple[float, ...]:
    """Return prices for so many slots: after those that are known, as a day before, else as the last."""
    found = list(known[:slots])
    while len(found) < slots:
        a_day_before = len(found) - slots_a_day
        found.append(found[a_day_before] if a_day_before >= 0 else found[-1] if found else 0.0)
    return tuple(found)
