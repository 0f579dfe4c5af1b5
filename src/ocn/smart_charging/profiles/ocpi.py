"""Courses as OCPI charging profiles (OCPI 2.2.1 mod_charging_profiles 5.3)."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from ocn.ocpi.objects import ChargingProfile, ChargingProfilePeriod
from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.site.model import Current, Evse

_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """What one step of an outlet is in OCPI: amperes per phase, or watts in all."""

    unit: str
    per_step: Decimal


AMPS = Rate("A", Decimal("0.1"))
"""Alternating current: a step is 0.1 A on every phase that the car uses."""
WATTS = Rate("W", Decimal(100))
"""Direct current: a step is 100 W."""


def rate_of(evse: Evse) -> Rate:
    """Return what an EVSE's steps are in OCPI."""
    return AMPS if evse.current is Current.AC else WATTS


def profile_of(course: Course, rate: Rate, min_rate: Decimal | None = None) -> ChargingProfile:
    """Write a course: it starts at a moment, has no duration, and equal neighbours are one period."""
    profile = ChargingProfile(
        start_date_time=format_datetime(course.begin),
        charging_rate_unit=rate.unit,
        charging_profile_period=[
            ChargingProfilePeriod(
                start_period=slot * course.slot_minutes * _MINUTE_S, limit=_limit(steps, rate)
            )
            for slot, steps in _runs(course.steps)
        ],
    )
    if min_rate is not None:
        profile["min_charging_rate"] = round(min_rate, 1)
    return profile


def in_periods(course: Course, most: int) -> Course:
    """Return the course, or one below it, with at most so many periods: who loses least is joined."""
    if len(course.steps) <= most:
        return course
    starts = [slot for slot, _ in _runs(course.steps)]
    limits = [steps for _, steps in _runs(course.steps)]
    while len(starts) > max(1, most):
        ends = [*starts[1:], len(course.steps)]
        losses = [
            abs(limits[i] - limits[i + 1]) * _slots_of_higher(limits[i] > limits[i + 1], starts[i], *span)
            for i, span in enumerate(pairwise(ends))
        ]
        i = losses.index(min(losses))
        limits[i : i + 2] = [min(limits[i : i + 2])]
        del starts[i + 1]
    ends = [*starts[1:], len(course.steps)]
    steps = [limit for limit, a, b in zip(limits, starts, ends, strict=True) for _ in range(a, b)]
    return Course(course.begin, course.slot_minutes, tuple(steps))


def _slots_of_higher(first_is_higher: bool, start: int, middle: int, end: int) -> int:
    return middle - start if first_is_higher else end - middle


def _runs(steps: tuple[int, ...]) -> list[tuple[int, int]]:
    """The slots in which the steps change, and to what."""
    changes = [i + 1 for i, (one, other) in enumerate(pairwise(steps)) if one != other]
    return [(i, steps[i]) for i in (0, *changes)]


def _limit(steps: int, rate: Rate) -> Decimal:
    return steps * rate.per_step
