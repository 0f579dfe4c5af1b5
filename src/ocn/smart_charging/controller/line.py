"""One line of the simulator's, read: what is usable of it, and what is wrong with the rest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ocn.smart_charging.controller.members import Errors, optional, required
from ocn.smart_charging.controller.series import Caps, caps, phase_caps, prices
from ocn.smart_charging.controller.session import Told, session
from ocn.smart_charging.numbers import shown
from ocn.smart_charging.planning.problem import Phase

_MOST_SESSIONS = 20_000
_MINUTES = (1, 24 * 60)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says. ``left_out`` are sessions with an id that cannot be planned: they get nothing."""

    slot: int
    minutes: int
    site_cap_kw: Caps
    phase_cap_kw: Mapping[Phase, Caps]
    prices: tuple[float, ...]
    peak_so_far_kw: Decimal
    peak_price: Decimal
    sessions: tuple[Told, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A line, or None where nothing of it is usable, and the errors in it."""

    line: Line | None
    errors: Errors = field(default_factory=Errors)


def read_line(text: bytes | str, expected_slot: int, expected_minutes: int) -> Read:
    """Read a line. A missing slot number is the expected one, and noted."""
    errors = Errors()
    try:
        content = json.loads(text, parse_float=_numeral, parse_int=_numeral)
    except (ValueError, RecursionError) as error:
        errors.note("line", f"is no JSON: {shown(str(error))}")
        return Read(None, errors)
    if not isinstance(content, dict):
        errors.note("line", f"is a JSON object, not {shown(content)}")
        return Read(None, errors)
    slot = _slot(content, expected_slot, errors)
    minutes = _minutes(content, expected_minutes, errors)
    site = caps(content.get("site_cap_kw"), "site_cap_kw", errors)
    told, left_out = _sessions(content, slot, errors)
    line = Line(
        slot,
        minutes,
        site,
        phase_caps(content.get("phase_cap_kw"), None if site is None else len(site), errors),
        prices(content.get("price_eur_per_kwh"), errors),
        optional(content, "peak_so_far_kw", errors),
        optional(content, "peak_price_eur_per_kw", errors),
        told,
        left_out,
    )
    return Read(line, errors)


def _numeral(text: str) -> Decimal | int | float:
    """Read what stands for a number; one that is larger than any is infinite, and not the end of its line."""
    try:
        return int(text) if text.lstrip("-").isdigit() else Decimal(text)
    except (ValueError, ArithmeticError):
        return float(text)


def _slot(content: Mapping[str, Any], expected: int, errors: Errors) -> int:
    found = required(content, "slot", "", errors)
    if found is None:
        return expected
    if found != int(found):
        errors.note("slot", f"{shown(found)} is no whole number; taken for {int(found)}")
    return int(found)


def _minutes(content: Mapping[str, Any], expected: int, errors: Errors) -> int:
    found = required(content, "slot_minutes", "", errors)
    if found is None:
        return expected
    least, most = _MINUTES
    if not least <= found <= most or found != int(found):
        errors.note("slot_minutes", f"{shown(found)} is no number of minutes from {least} to {most}")
        return expected
    return int(found)


def _sessions(
    content: Mapping[str, Any], slot: int, errors: Errors
) -> tuple[tuple[Told, ...], tuple[str, ...]]:
    listed = content.get("sessions")
    if not isinstance(listed, list):
        errors.note("sessions", "is missing" if listed is None else f"is a list, not {shown(listed)}")
        return (), ()
    if len(listed) > _MOST_SESSIONS:
        errors.note(
            f"sessions[{_MOST_SESSIONS}]", f"there are more than {_MOST_SESSIONS}; the rest is not planned"
        )
    found: dict[str, Told] = {}
    left_out: dict[str, None] = {}
    for i, part in enumerate(listed[:_MOST_SESSIONS]):
        place = f"sessions[{i}]"
        if not isinstance(part, dict):
            errors.note(place, f"is an object, not {shown(part)}")
            continue
        name = _id(part.get("id"))
        if name is None:
            errors.note(
                f"{place}.id", "is missing" if part.get("id") is None else f"{shown(part['id'])} is no id"
            )
            continue
        if name in found or name in left_out:
            errors.note(f"{place}.id", f"{shown(name)} is there already; the first one holds")
            continue
        read = session(part, name, slot, f"{place} ({shown(name)}).", errors)
        if read is None:
            left_out[name] = None
        else:
            found[name] = read
    return tuple(found.values()), tuple(left_out)


def _id(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None
