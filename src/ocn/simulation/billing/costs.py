"""What a session costs by its tariff, as its Session and its CDR say it: computed by :mod:`ocn.tariffs`.

The periods are those that were metered, cut once more wherever a price changes in them, so that whoever
checks the bill can follow it to the last digit. They are right whatever is wrong with the bill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, cast

from ocn.ocpi.objects import CdrDimension, ChargingPeriod, Price, Tariff
from ocn.ocpi.timestamps import format_datetime
from ocn.simulation.billing.misbilling import RIGHT, Misbilling
from ocn.simulation.chargers.charging import Activity, Reading, Stretch
from ocn.tariffs import (
    OCPI_DECIMALS,
    JsonObject,
    JsonValue,
    Record,
    as_decimal,
    charging_periods,
    cut,
    measured,
    price,
    record,
    write,
)

_VERSION: Final = "2.2.1"
"""Simulated parties have their objects as 2.2.1 writes them."""
_WH_PER_KWH: Final = 1000
_HOUR_US: Final = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Costs:
    """``prices`` are the members of a CDR that state costs, ``measures`` its energy and times."""

    periods: list[ChargingPeriod]
    prices: JsonObject
    measures: JsonObject

    @property
    def total(self) -> Price:
        """What the whole costs."""
        return cast("Price", self.prices["total_cost"])


def costs_of(
    tariff: Tariff,
    time_zone: str,
    started_at: datetime,
    reading: Reading,
    misbilling: Misbilling | None = None,
) -> Costs:
    """Price what was metered until the reading.

    Raises:
        TariffError: the tariff cannot be read.
    """
    policy = RIGHT if misbilling is None else misbilling.policy
    by = [cast("JsonObject", tariff)]
    metered = _document(tariff, started_at, reading, [_period(tariff, each) for each in reading.stretches])
    read = record(metered, by, time_zone=time_zone, version=_VERSION)
    split = cut(read, RIGHT, decimals=OCPI_DECIMALS)
    periods = [_named(period, tariff) for period in charging_periods(split, _VERSION)]
    written = _document(tariff, started_at, reading, periods)
    prices = write(price(written, by, time_zone=time_zone, version=_VERSION, policy=policy), _VERSION)
    if misbilling is not None:
        prices["total_cost"] = cast("JsonObject", misbilling.total(cast("Price", prices["total_cost"])))
    return Costs(cast("list[ChargingPeriod]", periods), prices, _measures(split))


def kwh(energy_wh: Decimal) -> Decimal:
    """Write energy as OCPI does."""
    return as_decimal(Fraction(energy_wh) / _WH_PER_KWH)


def _measures(split: Record) -> JsonObject:
    return {name: as_decimal(Fraction(cast("Decimal", value))) for name, value in measured(split).items()}


def _document(
    tariff: Tariff, started_at: datetime, reading: Reading, periods: Sequence[JsonValue]
) -> JsonObject:
    """Return what of a CDR its price depends on."""
    return {
        "id": "",
        "currency": tariff["currency"],
        "start_date_time": format_datetime(started_at),
        "end_date_time": format_datetime(reading.at),
        "charging_periods": list(periods),
    }


def _period(tariff: Tariff, stretch: Stretch) -> JsonObject:
    dimensions: list[CdrDimension] = [{"type": str(stretch.activity), "volume": _hours(stretch.duration)}]
    if stretch.activity is Activity.CHARGING:
        dimensions.insert(0, {"type": "ENERGY", "volume": kwh(stretch.energy_wh)})
    period: ChargingPeriod = {
        "start_date_time": format_datetime(stretch.started_at),
        "dimensions": dimensions,
        "tariff_id": tariff["id"],
    }
    return cast("JsonObject", period)


def _named(period: JsonValue, tariff: Tariff) -> JsonObject:
    """Write the tariff's id as the tariff does: the engine compares ids without regard to case."""
    return {**cast("JsonObject", period), "tariff_id": tariff["id"]}


def _hours(duration: timedelta) -> Decimal:
    return as_decimal(Fraction(duration // timedelta(microseconds=1), _HOUR_US))
