"""The shape of charging periods: checked by msgspec at once, or member by member where something is odd."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from ocn.ocpi import objects
from ocn.ocpi.unreadable import UNREADABLE
from ocn.tariffs.json_values import JsonValue
from ocn.tariffs.reading.members import Reading, is_plain_moment

MAX_DIMENSIONS: Final = 50

_PERIOD: Final = objects.ChargingPeriod.__annotations__.keys()
_DIMENSION: Final = objects.CdrDimension.__annotations__.keys()


class DimensionShape(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A CdrDimension whose volume has not been looked at."""

    type: str
    volume: Any


class PeriodShape(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A ChargingPeriod whose texts and volumes have not been looked at; no start is the placeholder."""

    start_date_time: datetime | None
    dimensions: list[DimensionShape]
    tariff_id: str | None = None


def shapes_of(given: list[JsonValue], pointer: str, reading: Reading) -> Sequence[PeriodShape]:
    """Return periods whose members have the right types; notes those that no version has.

    msgspec tells in a tenth of the time whether all is as it should be. Where it is not, the periods are
    looked at one by one, which finds the place.
    """
    try:
        shapes = msgspec.convert(given, list[PeriodShape])
    except (*UNREADABLE, TypeError, ValueError):
        shapes = None
    if shapes is None or not all(_is_plain(shape) for shape in shapes):
        return [_shape(value, f"{pointer}/{index}", reading) for index, value in enumerate(given)]
    return shapes


def _is_plain(shape: PeriodShape) -> bool:
    start = shape.start_date_time
    return start is not None and is_plain_moment(start) and len(shape.dimensions) <= MAX_DIMENSIONS


def _shape(value: JsonValue, pointer: str, reading: Reading) -> PeriodShape:
    given = reading.members(value, pointer)
    reading.unknown_members(given, _PERIOD, pointer)
    tariff_id = given.get("tariff_id")
    inner = pointer + "/dimensions"
    return PeriodShape(
        reading.moment(given.get("start_date_time"), pointer + "/start_date_time"),
        [
            _dimension(dimension, f"{inner}/{place}", reading)
            for place, dimension in enumerate(reading.items(given.get("dimensions"), inner, MAX_DIMENSIONS))
        ],
        None if tariff_id is None else reading.text(tariff_id, pointer + "/tariff_id"),
    )


def _dimension(value: JsonValue, pointer: str, reading: Reading) -> DimensionShape:
    given = reading.members(value, pointer)
    reading.unknown_members(given, _DIMENSION, pointer)
    return DimensionShape(reading.text(given.get("type"), pointer + "/type"), given.get("volume"))
