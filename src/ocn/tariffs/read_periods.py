"""ChargingPeriod and CdrDimension (mod_cdrs of all versions): what was consumed, in order of time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter
from typing import Final

from ocn.ocpi import objects
from ocn.tariffs.findings import Code, Effect
from ocn.tariffs.json_values import JsonValue
from ocn.tariffs.model import Period
from ocn.tariffs.reading import Reading, shown

MAX_PERIODS: Final = 10_000
MAX_DIMENSIONS: Final = 50

_PERIOD: Final = objects.ChargingPeriod.__annotations__.keys()
_DIMENSION: Final = objects.CdrDimension.__annotations__.keys()
_VOLUMES: Final = {
    "ENERGY": "energy",
    "TIME": "time",
    "PARKING_TIME": "parking",
    "RESERVATION_TIME": "reservation",
}
_READINGS: Final = {
    "MIN_POWER": "min_power",
    "MAX_POWER": "max_power",
    "POWER": "power",
    "MIN_CURRENT": "min_current",
    "MAX_CURRENT": "max_current",
    "CURRENT": "current",
}
_UNPRICED: Final = frozenset({"FLAT", "ENERGY_EXPORT", "ENERGY_IMPORT", "STATE_OF_CHARGE"})
"""Known to a version and never priced: FLAT of 2.1.1 repeats the tariff, the others are meter states."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which moments the periods should lie, and whether volumes are negated (a credit CDR)."""

    start: datetime | None
    end: datetime | None
    credit: bool


def periods(value: JsonValue, pointer: str, reading: Reading, bounds: Bounds) -> tuple[Period, ...]:
    """Read all periods; each ends where the next one starts, the last with the session."""
    given = reading.items(value, pointer, MAX_PERIODS)
    read = [_period(one, index, f"{pointer}/{index}", reading, bounds) for index, one in enumerate(given)]
    if any(period.start is None for period in read) or not read:
        return tuple(read)
    ordered = sorted(read, key=attrgetter("start"))
    if ordered != read:
        message = "The periods are not in order of time; they were sorted."
        reading.note(Code.PERIODS_UNSORTED, pointer, message, Effect.WARNING)
    _check_inside(ordered, pointer, reading, bounds)
    ended = [replace(period, end=later.start) for period, later in pairwise(ordered)]
    return (*ended, replace(ordered[-1], end=_end(ordered[-1], bounds)))


def _period(value: JsonValue, index: int, pointer: str, reading: Reading, bounds: Bounds) -> Period:
    given = reading.members(value, pointer)
    if not given.keys() <= _PERIOD:
        reading.unknown_members(given, _PERIOD, pointer)
    tariff_id = given.get("tariff_id")
    amounts: dict[str, Decimal] = {}
    inner = pointer + "/dimensions"
    for place, dimension in enumerate(reading.items(given.get("dimensions"), inner, MAX_DIMENSIONS)):
        _add_dimension(amounts, dimension, f"{inner}/{place}", reading, bounds)
    return Period(
        index,
        reading.moment(given.get("start_date_time"), pointer + "/start_date_time"),
        None,
        None if tariff_id is None else reading.text(tariff_id, pointer + "/tariff_id").casefold(),
        **amounts,
    )


def _add_dimension(
    amounts: dict[str, Decimal], value: JsonValue, pointer: str, reading: Reading, bounds: Bounds
) -> None:
    given = reading.members(value, pointer)
    if not given.keys() <= _DIMENSION:
        reading.unknown_members(given, _DIMENSION, pointer)
    kind = given.get("type")
    if type(kind) is not str:
        reading.fail(f"{shown(kind)} where a type of dimension belongs", pointer + "/type")
    volume = reading.number(given.get("volume"), pointer + "/volume")
    if (name := _VOLUMES.get(kind)) is not None:
        if volume < 0:
            volume = _positive(volume, pointer + "/volume", reading, bounds)
        amounts[name] = amounts[name] + volume if name in amounts else volume
    elif (name := _READINGS.get(kind)) is not None:
        earlier = amounts.get(name, volume)
        amounts[name] = min(earlier, volume) if name.startswith("min") else max(earlier, volume)
    elif kind not in _UNPRICED:
        message = f"{shown(kind)} is no dimension of OCPI; what it costs cannot be said."
        reading.note(Code.UNKNOWN_DIMENSION, pointer + "/type", message, Effect.UNPRICEABLE)


def _positive(volume: Decimal, pointer: str, reading: Reading, bounds: Bounds) -> Decimal:
    if not bounds.credit:
        reading.fail(f"{shown(volume)} is negative", pointer, "Only a credit CDR takes something back.")
    message = "A credit CDR negates its amounts, not its volumes; the volume was read without its sign."
    reading.note(Code.VOLUME_NEGATED, pointer, message, Effect.WARNING)
    return -volume


def _check_inside(ordered: Sequence[Period], pointer: str, reading: Reading, bounds: Bounds) -> None:
    first, last = ordered[0], ordered[-1]
    for period, outside in (
        (first, first.start and bounds.start and first.start < bounds.start),
        (last, last.start and bounds.end and last.start > bounds.end),
    ):
        if outside:
            message = "The period starts outside the session."
            where = f"{pointer}/{period.index}/start_date_time"
            reading.note(Code.PERIOD_OUTSIDE_SESSION, where, message, Effect.WARNING)


def _end(last: Period, bounds: Bounds) -> datetime | None:
    if bounds.end is None or last.start is None:
        return None
    return max(bounds.end, last.start)
