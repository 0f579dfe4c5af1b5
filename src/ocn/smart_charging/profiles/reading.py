"""What a CPO says is in force, as a course: rounded up, since it is what may be drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from ocn.smart_charging.errors import ProfileUnreadable
from ocn.smart_charging.numbers import number, shown
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.ocpi import Rate
from ocn.smart_charging.slots import read_moment

_MOST_PERIODS = 1000
_MOST_SECONDS = 10 * 24 * 3600
_MOST_SLOTS = 288
"""What comes later is read as one: the most of it."""
_KILO = 1000


@dataclass(frozen=True, slots=True)
class Frame:
    """How a profile is to be read: in whose steps, and in which slots, from ``begin`` on."""

    begin: datetime
    slot_minutes: int
    outlet: Outlet
    rate: Rate


def course_of_active(active: object, frame: Frame) -> Course:
    """Read an ``ActiveChargingProfile``. Its duration says how far the CPO looked, not what follows.

    One that begins within the first slot, mostly at the moment it was made, says nothing of that slot's past.

    Raises:
        ProfileUnreadable: it is none, or in a unit that says nothing about this outlet.
    """
    table = _table(active, "the active profile")
    inner = _table(table.get("charging_profile"), "charging_profile")
    given = inner.get("start_date_time") or table.get("start_date_time")
    start = _moment(given)
    is_of_now = start < frame.begin + timedelta(minutes=frame.slot_minutes)
    return _in_slots(_holds({**inner, "duration": None}, frame, start), frame, 0 if is_of_now else None)


def course_of(profile: object, frame: Frame, start: datetime | None = None) -> Course:
    """Read a ``ChargingProfile``, which begins at ``start`` if it says nothing of it.

    Before its first period and after its duration the outlet's own limit holds.

    Raises:
        ProfileUnreadable: see above.
    """
    table = _table(profile, "the profile")
    begin = _moment(table.get("start_date_time")) if start is None else start
    return _in_slots(_holds(table, frame, begin), frame)


def _holds(table: Mapping[str, object], frame: Frame, begin: datetime) -> list[tuple[datetime, int]]:
    """Return from when on which steps hold."""
    free = frame.outlet.most
    holds = [(begin, free)]
    for place, (seconds, limit) in enumerate(_periods(table)):
        holds.append((begin + timedelta(seconds=seconds), _steps(table, limit, frame, f"period {place + 1}")))
    duration = table.get("duration")
    if duration is not None:
        until = begin + timedelta(seconds=_seconds(duration, "duration"))
        holds = [*(each for each in holds if each[0] < until), (until, free)]
    return holds


def _in_slots(holds: list[tuple[datetime, int]], frame: Frame, before: int | None = None) -> Course:
    """Take the most of whatever holds within each slot; ``before`` that, by default, all the outlet gives."""
    slot = timedelta(minutes=frame.slot_minutes)
    first = frame.outlet.most if before is None else before
    spans = [(frame.begin, first), *holds] if frame.begin < holds[0][0] else holds
    ends = [start for start, _ in spans[1:]]
    count = min(max(0, _slots_until(spans[-1][0], frame)), _MOST_SLOTS) + 1
    steps = [0] * count
    for (start, most), end in zip(spans, [*ends, None], strict=True):
        begins = max(start, frame.begin)
        if end is not None and end <= begins:
            continue
        begun = min(count - 1, (begins - frame.begin) // slot)
        last = count - 1 if end is None else min(count, _slots_until(end, frame)) - 1
        for i in range(begun, last + 1):
            steps[i] = max(steps[i], most)
    return Course(frame.begin, frame.slot_minutes, tuple(steps))


def _slots_until(moment: datetime, frame: Frame) -> int:
    """How many slots begin before a moment."""
    return -((frame.begin - moment) // timedelta(minutes=frame.slot_minutes))


def _periods(table: Mapping[str, object]) -> list[tuple[int, Decimal]]:
    given = table.get("charging_profile_period") or []
    if not isinstance(given, list) or len(given) > _MOST_PERIODS:
        raise ProfileUnreadable(f"charging_profile_period is no list of up to {_MOST_PERIODS} periods")
    periods = [_period(_table(each, f"period {i + 1}"), f"period {i + 1}") for i, each in enumerate(given)]
    if any(one[0] > other[0] for one, other in pairwise(periods)):
        raise ProfileUnreadable("the periods of a profile are not in order of start_period")
    return periods


def _period(table: Mapping[str, object], place: str) -> tuple[int, Decimal]:
    limit = number(table.get("limit"))
    if limit is None or limit < 0:
        raise ProfileUnreadable(f"limit of {place} is no number from 0 on, but {shown(table.get('limit'))}")
    return _seconds(table.get("start_period"), f"start_period of {place}"), limit


def _steps(table: Mapping[str, object], limit: Decimal, frame: Frame, place: str) -> int:
    unit, rate = table.get("charging_rate_unit"), frame.rate
    if unit == rate.unit:
        steps = limit / rate.per_step
    elif unit == "W" and frame.outlet.step_kw > 0:
        steps = limit / _KILO / Decimal(str(frame.outlet.step_kw))
    else:
        raise ProfileUnreadable(
            f"{place} is in {shown(unit)}: nothing can be said of an outlet in {rate.unit}"
        )
    return min(frame.outlet.most, int(steps.to_integral_value(ROUND_CEILING)))


def _seconds(value: object, place: str) -> int:
    seconds = number(value)
    if seconds is None or seconds < 0 or seconds != int(seconds):
        raise ProfileUnreadable(f"{place} is no whole number of seconds, but {shown(value)}")
    return min(int(seconds), _MOST_SECONDS)


def _moment(value: object) -> datetime:
    moment = read_moment(value)
    if moment is None:
        raise ProfileUnreadable(f"start_date_time is no DateTime of our days, but {shown(value)}")
    return moment


def _table(value: object, place: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ProfileUnreadable(f"{place} is no object, but {shown(value)}")
    return value
