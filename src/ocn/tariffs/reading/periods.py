"""ChargingPeriod and CdrDimension (mod_cdrs of all versions): what was consumed, in order of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from ocn.tariffs.findings import Code, Effect
from ocn.tariffs.json_values import JsonValue
from ocn.tariffs.model import Period
from ocn.tariffs.reading.members import Reading, plain_number, shown
from ocn.tariffs.reading.period_shapes import DimensionShape, PeriodShape, shapes_of

MAX_PERIODS: Final = 10_000
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_NAMES: Final = {
    "ENERGY": "energy",
    "TIME": "time",
    "PARKING_TIME": "parking",
    "RESERVATION_TIME": "reservation",
    "MIN_POWER": "min_power",
    "MAX_POWER": "max_power",
    "POWER": "power",
    "MIN_CURRENT": "min_current",
    "MAX_CURRENT": "max_current",
    "CURRENT": "current",
}
_ADDED: Final = frozenset({"energy", "time", "parking", "reservation"})
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
    shapes = list(enumerate(shapes_of(reading.items(value, pointer, MAX_PERIODS), pointer, reading)))
    starts = [shape.start_date_time for _, shape in shapes]
    if all(start is not None for start in starts):
        ordered = sorted(shapes, key=lambda shape: shape[1].start_date_time or _LATEST)
        if ordered != shapes:
            message = "The periods are not in order of time; they were sorted."
            reading.note(Code.PERIODS_UNSORTED, pointer, message, Effect.WARNING)
            shapes = ordered
        _check_inside(shapes, pointer, reading, bounds)
        starts = [shape.start_date_time for _, shape in shapes]
        ends = [*starts[1:], *(_end(start, bounds) for start in starts[-1:])]
    else:
        ends = [None] * len(shapes)
    read = []
    for (place, shape), end in zip(shapes, ends, strict=True):
        where = f"{pointer}/{place}"
        amounts = _amounts(shape.dimensions, where, reading, bounds)
        tariff_id = shape.tariff_id
        if tariff_id is not None:
            tariff_id = reading.text(tariff_id, where + "/tariff_id").casefold()
        read.append(Period(place, shape.start_date_time, end, tariff_id, **amounts))
    return tuple(read)


def _amounts(
    dimensions: Sequence[DimensionShape], pointer: str, reading: Reading, bounds: Bounds
) -> dict[str, Decimal]:
    """Add up the dimensions of a period by the names that :class:`Period` has for them."""
    amounts: dict[str, Decimal] = {}
    for place, dimension in enumerate(dimensions):
        name, volume = _NAMES.get(dimension.type), plain_number(dimension.volume)
        if volume is None:
            volume = reading.number(dimension.volume, f"{pointer}/dimensions/{place}/volume")
        if name is None:
            _check_unpriced(dimension.type, f"{pointer}/dimensions/{place}/type", reading)
        elif volume < 0 and name in _ADDED:
            where = f"{pointer}/dimensions/{place}/volume"
            _add(amounts, name, _positive(volume, where, reading, bounds))
        elif name in amounts:
            _add(amounts, name, volume)
        else:
            amounts[name] = volume
    return amounts


def _add(amounts: dict[str, Decimal], name: str, volume: Decimal) -> None:
    """Add a dimension to others of its type: volumes are added up, of readings the extreme counts."""
    before = amounts.get(name)
    if before is None:
        amounts[name] = volume
    elif name in _ADDED:
        amounts[name] = before + volume
    else:
        amounts[name] = min(before, volume) if name.startswith("min") else max(before, volume)


def _check_unpriced(kind: str, pointer: str, reading: Reading) -> None:
    if kind not in _UNPRICED:
        message = f"{shown(kind)} is no dimension of OCPI; what it costs cannot be said."
        reading.note(Code.UNKNOWN_DIMENSION, pointer, message, Effect.UNPRICEABLE)


def _positive(volume: Decimal, pointer: str, reading: Reading, bounds: Bounds) -> Decimal:
    if not bounds.credit:
        reading.fail(f"{shown(volume)} is negative", pointer, "Only a credit CDR takes something back.")
    message = "A credit CDR negates its amounts, not its volumes; the volume was read without its sign."
    reading.note(Code.VOLUME_NEGATED, pointer, message, Effect.WARNING)
    return -volume


def _check_inside(
    ordered: Sequence[tuple[int, PeriodShape]], pointer: str, reading: Reading, bounds: Bounds
) -> None:
    outside = []
    for place, shape in ordered[:1]:
        start = shape.start_date_time
        if start is not None and bounds.start is not None and start < bounds.start:
            outside.append(place)
    for place, shape in ordered[-1:]:
        start = shape.start_date_time
        if start is not None and bounds.end is not None and start > bounds.end:
            outside.append(place)
    for place in outside:
        message = "The period starts outside the session."
        where = f"{pointer}/{place}/start_date_time"
        reading.note(Code.PERIOD_OUTSIDE_SESSION, where, message, Effect.WARNING)


def _end(start: datetime | None, bounds: Bounds) -> datetime | None:
    """Return the end of the last period: that of the session, unless it starts after it."""
    return None if bounds.end is None or start is None else max(bounds.end, start)
