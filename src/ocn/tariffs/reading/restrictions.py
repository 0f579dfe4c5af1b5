"""TariffRestrictions (OCPI 2.2.1 mod_tariffs): texts to values that can be compared."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from ocn.tariffs.findings import Code, Effect
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Reservation, Restrictions
from ocn.tariffs.reading.members import Reading, pointer_to, shown, shown_name

_WEEK: Final = "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY"
_DAYS: Final = {name: index for index, name in enumerate(_WEEK.split())}
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_S: Final = 86_400
_MICROSECONDS: Final = 1_000_000

_Reader = Callable[[Reading, JsonValue, str], object]


def restrictions(value: JsonObject, pointer: str, reading: Reading) -> Restrictions | None:
    """Read restrictions; None when there are none, which is when the element always applies.

    A member that is not known may restrict: it makes the element one of which nobody can say whether it
    applies.
    """
    found: dict[str, object] = {}
    strange: list[str] = []
    for name, given in value.items():
        if given is None or given == []:
            continue
        reader = _READERS.get(name)
        if reader is None:
            strange.append(shown_name(name))
            reading.note(
                Code.UNKNOWN_RESTRICTION,
                pointer + pointer_to(name),
                "No version of OCPI has this restriction; nobody can say when the element applies.",
                Effect.WARNING,
            )
            continue
        member, read = reader
        found[member] = read(reading, given, pointer + "/" + name)
    if strange:
        found["strange"] = tuple(strange)
    return Restrictions(**found) if found else None  # type: ignore[arg-type]  # each reader has the member's type


def _start_time(reading: Reading, value: JsonValue, pointer: str) -> int:
    text = reading.text(value, pointer)
    match = _TIME.fullmatch(text)
    if match is None:
        reading.fail(f"{shown(text)} where a time of day belongs", pointer, "Write 09:30 or 22:00.")
    return int(match[1]) * 3600 + int(match[2]) * 60


def _end_time(reading: Reading, value: JsonValue, pointer: str) -> int:
    if value in ("00:00", "24:00"):
        return _DAY_S
    return _start_time(reading, value, pointer)


def _date(reading: Reading, value: JsonValue, pointer: str) -> date:
    text = reading.text(value, pointer)
    try:
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        reading.fail(f"{shown(text)} where a date belongs", pointer, "Write 2025-12-24.")


def _duration(reading: Reading, value: JsonValue, pointer: str) -> int:
    return reading.integer(value, pointer) * _MICROSECONDS


def _days(reading: Reading, value: JsonValue, pointer: str) -> frozenset[int]:
    days = set()
    for index, day in enumerate(reading.items(value, pointer, most=50)):
        if type(day) is not str or day not in _DAYS:
            reading.fail(
                f"{shown(day)} where a day of the week belongs", f"{pointer}/{index}", "Write MONDAY."
            )
        days.add(_DAYS[day])
    return frozenset(days)


def _reservation(reading: Reading, value: JsonValue, pointer: str) -> Reservation:
    text = reading.text(value, pointer)
    try:
        return Reservation(text)
    except ValueError:
        hint = "Write RESERVATION or RESERVATION_EXPIRES."
        reading.fail(f"{shown(text)} where a kind of reservation belongs", pointer, hint)


_READERS: Final[dict[str, tuple[str, _Reader]]] = {
    "start_time": ("start_s", _start_time),
    "end_time": ("end_s", _end_time),
    "start_date": ("start_date", _date),
    "end_date": ("end_date", _date),
    "day_of_week": ("days", _days),
    "min_kwh": ("min_kwh", Reading.number),
    "max_kwh": ("max_kwh", Reading.number),
    "min_current": ("min_current", Reading.number),
    "max_current": ("max_current", Reading.number),
    "min_power": ("min_power", Reading.number),
    "max_power": ("max_power", Reading.number),
    "min_duration": ("min_duration_us", _duration),
    "max_duration": ("max_duration_us", _duration),
    "reservation": ("reservation", _reservation),
}
