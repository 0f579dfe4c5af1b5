"""ChargingPeriod and CdrDimension (mod_cdrs of all versions): what was consumed, in order of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Final, NamedTuple

from ocn.tariffs.findings import Code, Effect
from ocn.tariffs.json_values import JsonValue
from ocn.tariffs.model import Period
from ocn.tariffs.period_shapes import DimensionShape, PeriodShape, shapes_of
from ocn.tariffs.reading import Reading, plain_number, shown

MAX_PERIODS: Final = 10_000
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
    given = shapes_of(reading.items(value, pointer, MAX_PERIODS), pointer, reading)
    read = [_draft(shape, place, pointer, reading, bounds) for place, shape in enumerate(given)]
    if any(draft.start is None for draft in read) or not read:
        return tuple(draft.ended(None) for draft in read)
    ordered = sorted(read, key=attrgetter("start"))
    if ordered != read:
        message = "The periods are not in order of time; they were sorted."
        reading.note(Code.PERIODS_UNSORTED, pointer, message, Effect.WARNING)
    _check_inside(ordered, pointer, reading, bounds)
    ends = [draft.start for draft in ordered[1:]]
    return tuple(
        draft.ended(end) for draft, end in zip(ordered, (*ends, _end(ordered[-1], bounds)), strict=True)
    )


class _Draft(NamedTuple):
    """A period whose end is not known yet."""

    place: int
    start: datetime | None
    tariff_id: str | None
    amounts: dict[str, Decimal]

    def ended(self, end: datetime | None) -> Period:
        return Period(self.place, self.start, end, self.tariff_id, **self.amounts)


def _draft(shape: PeriodShape, place: int, pointer: str, reading: Reading, bounds: Bounds) -> _Draft:
    where = f"{pointer}/{place}"
    tariff_id = shape.tariff_id
    return _Draft(
        place,
        reading.moment(shape.start_date_time, where + "/start_date_time"),
        None if tariff_id is None else reading.text(tariff_id, where + "/tariff_id").casefold(),
        _amounts(shape.dimensions, where, reading, bounds),
    )


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


def _check_inside(ordered: Sequence[_Draft], pointer: str, reading: Reading, bounds: Bounds) -> None:
    first, last = ordered[0], ordered[-1]
    for period, outside in (
        (first, first.start and bounds.start and first.start < bounds.start),
        (last, last.start and bounds.end and last.start > bounds.end),
    ):
        if outside:
            message = "The period starts outside the session."
            where = f"{pointer}/{period.place}/start_date_time"
            reading.note(Code.PERIOD_OUTSIDE_SESSION, where, message, Effect.WARNING)


def _end(last: _Draft, bounds: Bounds) -> datetime | None:
    if bounds.end is None or last.start is None:
        return None
    return max(bounds.end, last.start)
