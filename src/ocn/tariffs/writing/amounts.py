"""What was priced, written as a CDR of each version has it: with this a CPO makes its CDRs.

Amounts have at most four decimals, half up, as numbers of OCPI do; a CDR that has to carry exact thirds does
not exist. Whoever verifies it takes that into account.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from ocn.ocpi.timestamps import format_datetime
from ocn.tariffs.exact import EXACT
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Period, Record, Version
from ocn.tariffs.money import OCPI_DECIMALS, as_decimal
from ocn.tariffs.pricing.stretches import charging_begins
from ocn.tariffs.result import Amount, Line, Priced

VAT: Final = "VAT"
_HOUR: Final = timedelta(hours=1)
_VOLUMES: Final[Mapping[str, str]] = {
    "ENERGY": "energy",
    "TIME": "time",
    "PARKING_TIME": "parking",
    "RESERVATION_TIME": "reservation",
    "MIN_POWER": "min_power",
    "MAX_POWER": "max_power",
    "MIN_CURRENT": "min_current",
    "MAX_CURRENT": "max_current",
}
_NOT_IN_2_1_1: Final = frozenset({"RESERVATION_TIME", "MIN_POWER", "MAX_POWER"})


def write(priced: Priced, version: Version, digits: int = OCPI_DECIMALS) -> JsonObject:
    """Return the costs of a CDR: ``total_cost``, and from 2.2.1 on each part that has lines.

    Raises:
        ValueError: there is no net amount to write.
    """
    result: JsonObject = {"total_cost": _price(priced.total, priced.lines, version, digits)}
    if version != "2.1.1":
        for part, amount in priced.parts.items():
            lines = [line for line in priced.lines if line.part is part]
            if lines:
                result[part.value] = _price(amount, lines, version, digits)
    return result


def measured(record: Record) -> JsonObject:
    """Return ``total_energy``, ``total_time`` and ``total_parking_time`` as the periods have them."""
    with localcontext(EXACT):
        periods = record.session.periods
        parking = sum((period.parking or Decimal(0) for period in periods), Decimal(0))
        charging = sum((period.time or Decimal(0) for period in periods), Decimal(0))
        begins, end = charging_begins(record.session, periods), record.session.end
        hours = Fraction(charging + parking)
        if begins is not None and end is not None:
            hours = Fraction((end - begins) // timedelta(microseconds=1), _HOUR // timedelta(microseconds=1))
        result: JsonObject = {
            "total_energy": sum((period.energy or Decimal(0) for period in periods), Decimal(0)),
            "total_time": as_decimal(hours),
        }
        if parking:
            result["total_parking_time"] = as_decimal(Fraction(parking))
        return result


def charging_periods(record: Record, version: Version) -> list[JsonValue]:
    """Write the periods of a record, after :func:`ocn.tariffs.pricing.splitting.cut` for instance."""
    return [_period(period, version) for period in record.session.periods]


def _period(period: Period, version: Version) -> JsonObject:
    if period.start is None:
        raise ValueError("a period without a start cannot be written")
    dimensions: list[JsonValue] = []
    for kind, name in _VOLUMES.items():
        volume: Decimal | None = getattr(period, name)
        if volume is not None and not (version == "2.1.1" and kind in _NOT_IN_2_1_1):
            dimensions.append({"type": kind, "volume": as_decimal(Fraction(volume))})
    result: JsonObject = {"start_date_time": format_datetime(period.start), "dimensions": dimensions}
    if period.tariff_id is not None and version != "2.1.1":
        result["tariff_id"] = period.tariff_id
    return result


def _price(amount: Amount, lines: Sequence[Line], version: Version, digits: int) -> JsonValue:
    if amount.excl is None:
        raise ValueError("there is no net amount to write")
    excl = as_decimal(amount.excl, digits)
    if version == "2.1.1":
        return excl
    incl = None if amount.incl is None else as_decimal(amount.incl, digits)
    if version == "2.2.1":
        return {"excl_vat": excl} if incl is None else {"excl_vat": excl, "incl_vat": incl}
    if incl is None:
        return {"before_taxes": excl}
    with localcontext(EXACT):
        tax: JsonObject = {"name": VAT, "amount": incl - excl}
    rates = {line.rate for line in lines if line.component is not None}
    rate = rates.pop() if len(rates) == 1 else None
    if rate is not None:
        tax["percentage"] = rate
    return {"before_taxes": excl, "taxes": [tax]}
