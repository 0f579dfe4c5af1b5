"""What a car drew of late, by its session's newest reading, and under which limit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.service.known.stays import Stay

_MOMENT = timedelta(seconds=1)
_LONG_ENOUGH = timedelta(minutes=5)
_ENOUGH_KWH = 0.25
"""A meter's steps are too coarse to tell power from less."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The mean of a while, until the reading."""

    power_kw: float
    amps: float | None
    since: datetime
    steps: int | None = None
    """The limit that held; None where it was not one all the time."""


def drawn_of_late(stay: Stay, outlet: Outlet, standing: Standing | None) -> list[Drawn]:
    """Return what the session tells of power, and what its last two readings do; it may be neither."""
    return [
        Drawn(power_kw, amps, since, _held(stay.updated, since, outlet, standing))
        for power_kw, amps, since in (*_told(stay), *_metered(stay))
    ]


def tells_power(stay: Stay) -> bool:
    """Whether anything is known of what it drew."""
    return bool(_told(stay) or _metered(stay))


def _told(stay: Stay) -> list[tuple[float, float | None, datetime]]:
    if stay.power_kw is None:
        return []
    amps = None if stay.current_a is None else float(stay.current_a)
    return [(float(stay.power_kw), amps, stay.power_since or stay.updated)]


def _metered(stay: Stay) -> list[tuple[float, float | None, datetime]]:
    if len(stay.readings) < 2:
        return []
    one, other = stay.readings[-2], stay.readings[-1]
    drawn = float(other.kwh - one.kwh)
    if other.at - one.at < _LONG_ENOUGH or 0 < drawn < _ENOUGH_KWH:
        return []
    return [(max(0.0, drawn) / ((other.at - one.at) / timedelta(hours=1)), None, one.at)]


def _held(updated: datetime, since: datetime, outlet: Outlet, standing: Standing | None) -> int | None:
    if standing is None or standing.in_force is None:
        return outlet.most if standing is None or not standing.may_hold else None
    if standing.unanswered or standing.in_force.at > since + _MOMENT:
        return None
    course = standing.in_force.course
    first, last = course.at(since + _MOMENT), course.at(max(since, updated - _MOMENT))
    return first if first == last else None
