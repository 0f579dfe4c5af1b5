"""CDR and Session of all versions (mod_cdrs, mod_sessions) to the one inner model."""

from datetime import datetime
from typing import Final, Literal

from ocn.ocpi import objects
from ocn.ocpi.objects import v2_1_1
from ocn.tariffs.findings import Code, Effect
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Period, Session, Version
from ocn.tariffs.reading.claims import claimed
from ocn.tariffs.reading.members import Reading, shown
from ocn.tariffs.reading.periods import Bounds, periods

_CDR: Final = objects.Cdr.__annotations__.keys() | v2_1_1.Cdr.__annotations__.keys() | {"booking_id"}
_SESSION: Final = objects.Session.__annotations__.keys() | v2_1_1.Session.__annotations__.keys()
_OVER: Final = frozenset({"COMPLETED", "INVALID"})


def session(document: JsonObject, reading: Reading, version: Version) -> Session:
    """Read a CDR or a session; which of them it is, its members say.

    Raises:
        CdrUnreadable: a value is missing, of the wrong type or out of bounds.
    """
    kind: Literal["cdr", "session"] = "session" if _is_session(document) else "cdr"
    reading.unknown_members(document, _CDR if kind == "cdr" else _SESSION, "")
    start = _moment(document, reading, "start_date_time", "start_datetime")
    end = _moment(
        document, reading, "end_date_time", "stop_date_time", "end_datetime", optional=kind == "session"
    )
    credit = document.get("credit")
    if credit is not None and type(credit) is not bool:
        reading.fail(f"{shown(credit)} where true or false belongs", "/credit")
    reference = document.get("credit_reference_id")
    read = _periods(document, kind, reading, Bounds(start, end, bool(credit)))
    return Session(
        kind=kind,
        version=version,
        id=reading.text(document.get("id"), "/id"),
        currency=reading.text(document.get("currency"), "/currency").upper(),
        start=start,
        end=end,
        over=kind == "cdr" or document.get("status") in _OVER,
        periods=read,
        claimed=claimed(document, reading, kind),
        country=_country(document),
        credit=bool(credit),
        credit_reference_id=None if reference is None else reading.text(reference, "/credit_reference_id"),
    )


def _is_session(document: JsonObject) -> bool:
    return "total_energy" not in document and bool(document.keys() & {"kwh", "status"})


def _moment(document: JsonObject, reading: Reading, *names: str, optional: bool = False) -> datetime | None:
    """Read the first of some members that stand for the same in different versions."""
    name = next((name for name in names if document.get(name) is not None), None)
    if name is not None:
        return reading.moment(document[name], "/" + name)
    if not optional:
        reading.fail(f"the required {names[0]} is missing", "/" + names[0])
    return None


def _periods(document: JsonObject, kind: str, reading: Reading, bounds: Bounds) -> tuple[Period, ...]:
    pointer = "/charging_periods"
    given = document.get("charging_periods")
    if given is None and kind == "session":
        given = []
    read = periods(given, pointer, reading, bounds)
    consumed = document.get("total_energy" if kind == "cdr" else "kwh")
    if not read and (kind == "cdr" or consumed != 0):
        message = "There are no charging periods, so there is nothing to price."
        reading.note(Code.PERIODS_MISSING, pointer, message, Effect.UNPRICEABLE)
    return read


def place(document: JsonObject) -> JsonObject:
    """Return the location inside a document: CdrLocation, or the whole Location of 2.1.1."""
    for name in ("cdr_location", "location"):
        found = document.get(name)
        if isinstance(found, dict):
            return found
    return {}


def _country(document: JsonObject) -> str | None:
    country: JsonValue = place(document).get("country")
    return country.upper() if isinstance(country, str) and len(country) == 3 else None
