"""A plan as its document tells it, read back: the shape is checked, so whatever wrote the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from ocn.smart_charging.clock_times import day_and_clock

_MOST = 1e9
Number = Annotated[float, msgspec.Meta(ge=-_MOST, le=_MOST)]
SlotNumber = Annotated[int, msgspec.Meta(ge=-(10**9), le=10**9)]


@dataclass(frozen=True, slots=True)
class ToldRival:
    """One of those that draw through what is scarce for a car."""

    id: str
    kwh: Number
    standing: str


@dataclass(frozen=True, slots=True)
class ToldCar:
    """One car of a plan. Departure and slots are counted as the plan's slot is."""

    id: str
    now_kw: Number
    need_kwh: Number
    departure: Number
    bound: str
    begins: SlotNumber | None
    done: SlotNumber | None
    lacking_kwh: Number
    saves_eur: Number
    planned_kw: tuple[Number, ...]
    line: str
    limit: str | None = None
    said_by: str = "declared"
    for_driver: str = ""
    rivals_at: str | None = None
    rivals: tuple[ToldRival, ...] = ()
    other_rivals: int = 0


@dataclass(frozen=True, slots=True)
class ToldScarcity:
    """A limit that was scarce for some slots."""

    limit: str | None
    eur_per_kwh: Number
    line: str


@dataclass(frozen=True, slots=True)
class ToldPlan:
    """A plan; ``start`` is when its slot begins, if it was told."""

    slot: SlotNumber
    slot_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)]
    method: str
    power_kw: Number
    cars: tuple[ToldCar, ...]
    scarce: tuple[ToldScarcity, ...]
    because: str | None = None
    start: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    zone: str | None = None

    def moment(self, slot: float) -> str:
        """Write a moment, given on the scale of ``slot``: a local time, or the number of the slot."""
        written = None if self.start is None else self._local(self.start, slot - self.slot)
        return f"slot {round(slot)}" if written is None else written

    def _local(self, start: datetime, after: float) -> str | None:
        try:
            moment = start + timedelta(minutes=after * self.slot_minutes)
            return day_and_clock(moment.astimezone(_zone(self.zone) or start.tzinfo))
        except OverflowError:  # beyond the calendar
            return None


def told(document: Mapping[str, Any]) -> ToldPlan:
    """Read a document.

    Raises:
        ValueError: it has another shape; the message says where.
    """
    return msgspec.convert(document, ToldPlan)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not found, a folder, or no name at all
        return None
