"""UpdateGroupCapacityForecast and Heartbeat of OSCP 2.0, read within bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ocn.ocpi.errors import InvalidParameters
from ocn.party.json_text import JsonObject, decode_object
from ocn.smart_charging.errors import SmartChargingError
from ocn.smart_charging.numbers import number, shown

_MOST_BLOCKS = 1000
_MOST_TEXT = 255
_KILO = 1000
_PHASES = ("ALL", "UNKNOWN", "ONE", "TWO", "THREE")
_ON_ALL = ("ALL", "UNKNOWN")


class ForecastUnusable(SmartChargingError):
    """A message of OSCP cannot be meant; the message says which member is to blame."""


class ForecastKind(StrEnum):
    """What a forecast is of. Only what may be consumed is planned by."""

    CONSUMPTION = "CONSUMPTION"
    FALLBACK_CONSUMPTION = "FALLBACK_CONSUMPTION"
    """What holds once the Capacity Provider is not heard of any more."""
    GENERATION = "GENERATION"
    FALLBACK_GENERATION = "FALLBACK_GENERATION"
    OPTIMUM = "OPTIMUM"


@dataclass(frozen=True, slots=True)
class Block:
    """How much there is in a while: kW in all, or amperes per phase.

    What is said of one phase is taken for each, for nobody says to which phase of the site it belongs.
    """

    begin: datetime
    until: datetime
    kw: Decimal | None = None
    amps: Decimal | None = None
    kw_of_phase: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GroupForecast:
    """One message: the whole word of its kind."""

    group: str
    kind: ForecastKind
    blocks: tuple[Block, ...]


def read_forecast(body: bytes) -> GroupForecast:
    """Read an UpdateGroupCapacityForecast; all of it is taken or nothing.

    Raises:
        ForecastUnusable: see there.
    """
    message = _object(body)
    group, kind, blocks = (message.get(name) for name in ("group_id", "type", "forecasted_blocks"))
    if not isinstance(group, str) or not 0 < len(group) <= _MOST_TEXT:
        raise ForecastUnusable(f"group_id {shown(group)} is no id")
    if kind not in list(ForecastKind):
        raise ForecastUnusable(f"type {shown(kind)} is none of OSCP's")
    if not isinstance(blocks, list) or not 0 < len(blocks) <= _MOST_BLOCKS:
        raise ForecastUnusable(f"forecasted_blocks is a list of 1 to {_MOST_BLOCKS}")
    read = tuple(_block(each, f"forecasted_blocks[{i}]") for i, each in enumerate(blocks))
    return GroupForecast(group, ForecastKind(str(kind)), read)


def read_heartbeat(body: bytes) -> datetime | None:
    """Read a Heartbeat: until when its sender is there if nothing more is heard; None: it does not say.

    Raises:
        ForecastUnusable: it says something that is no moment.
    """
    told = _object(body).get("offline_mode_at")
    return None if told is None else _moment(told, "offline_mode_at")


def _object(body: bytes) -> JsonObject:
    try:
        return decode_object(body)
    except InvalidParameters as error:
        raise ForecastUnusable(error.message) from error


def _block(block: object, place: str) -> Block:
    if not isinstance(block, Mapping):
        raise ForecastUnusable(f"{place} is no object, but {shown(block)}")
    begin = _moment(block.get("start_time"), f"{place}.start_time")
    until = _moment(block.get("end_time"), f"{place}.end_time")
    if until <= begin:
        raise ForecastUnusable(f"{place} ends before it begins")
    capacity, phase = number(block.get("capacity")), block.get("phase")
    if capacity is None or capacity < 0:
        raise ForecastUnusable(f"{place}.capacity {shown(block.get('capacity'))} is no number of 0 or more")
    if phase not in _PHASES:
        raise ForecastUnusable(f"{place}.phase {shown(phase)} is none of OSCP's")
    return _of_unit(Block(begin, until), block, capacity, place)


def _of_unit(block: Block, told: Mapping[str, Any], capacity: Decimal, place: str) -> Block:
    unit = told.get("unit")
    if unit == "A":
        return Block(block.begin, block.until, amps=capacity)
    if unit not in ("W", "KW"):
        raise ForecastUnusable(f"{place}.unit {shown(unit)} is no power; A, W and KW are taken")
    kw = capacity if unit == "KW" else capacity / _KILO
    if told.get("phase") in _ON_ALL:
        return Block(block.begin, block.until, kw=kw)
    return Block(block.begin, block.until, kw_of_phase=kw)


def _moment(value: object, place: str) -> datetime:
    """Read a moment with its distance from UTC, as OSCP writes them."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 64 else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    raise ForecastUnusable(f"{place} {shown(value)} is no time such as 2026-01-31T13:00:00Z")
