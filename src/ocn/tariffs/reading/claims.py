"""What a CDR or session states about itself: costs, energy and time (Price of all versions)."""

from decimal import Decimal
from types import MappingProxyType
from typing import Final

from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Claim, Claimed, TaxAmount
from ocn.tariffs.reading.members import Reading

MAX_TAXES: Final = 50

COSTS: Final = (
    "total_cost",
    "total_fixed_cost",
    "total_energy_cost",
    "total_time_cost",
    "total_parking_cost",
    "total_reservation_cost",
)


def claimed(document: JsonObject, reading: Reading, kind: str) -> Claimed:
    """Read all that is stated; what is not stated is None or missing, never 0."""
    costs = {
        name: _claim(value, "/" + name, reading)
        for name in COSTS
        if (value := document.get(name)) is not None
    }
    return Claimed(
        costs=MappingProxyType(costs),
        energy=_number(document, "total_energy" if kind == "cdr" else "kwh", reading),
        time=_number(document, "total_time", reading),
        parking_time=_number(document, "total_parking_time", reading),
    )


def _claim(value: JsonValue, pointer: str, reading: Reading) -> Claim:
    if type(value) is not dict:
        return Claim(pointer, reading.number(value, pointer), None)
    if "before_taxes" in value:
        return _with_taxes(value, pointer, reading)
    incl = value.get("incl_vat")
    return Claim(
        pointer,
        reading.number(value.get("excl_vat"), pointer + "/excl_vat"),
        None if incl is None else reading.number(incl, pointer + "/incl_vat"),
    )


def _with_taxes(value: JsonObject, pointer: str, reading: Reading) -> Claim:
    """Read a Price of 2.3.0; without taxes nothing is said about the gross amount."""
    excl = reading.number(value["before_taxes"], pointer + "/before_taxes")
    given = value.get("taxes")
    inner = pointer + "/taxes"
    items = () if given is None else reading.items(given, inner, MAX_TAXES)
    taxes = tuple(_tax(item, f"{inner}/{index}", reading) for index, item in enumerate(items))
    return Claim(pointer, excl, sum((tax.amount for tax in taxes), excl) if taxes else None, taxes)


def _tax(value: JsonValue, pointer: str, reading: Reading) -> TaxAmount:
    given = reading.members(value, pointer)
    percentage = given.get("percentage")
    return TaxAmount(
        reading.text(given.get("name"), pointer + "/name"),
        reading.number(given.get("amount"), pointer + "/amount"),
        None if percentage is None else reading.number(percentage, pointer + "/percentage"),
    )


def _number(document: JsonObject, name: str, reading: Reading) -> Decimal | None:
    value = document.get(name)
    return None if value is None else reading.number(value, "/" + name)
