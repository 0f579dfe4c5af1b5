"""What a car drew of late, by its session's newest reading, and under which limit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.metering import readings_before

_MOMENT = timedelta(seconds=1)
_LONG_ENOUGH, _TOO_LONG = timedelta(minutes=5), timedelta(minutes=15)
"""A mean of less says little; of more, what was long ago."""
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
    """Return what the session tells of power, and what its last readings do; it may be neither."""
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
    for before in readings_before(stay, _LONG_ENOUGH):
        newest = stay.readings[-1]
        drawn, took = float(newest.kwh - before.kwh), newest.at - before.at
        if drawn <= 0 or drawn >= _ENOUGH_KWH:
            return [(max(0.0, drawn) / (took / timedelta(hours=1)), None, before.at)]
        if took >= _TOO_LONG:
            break
    return []


def _held(updated: datetime, since: datetime, outlet: Outlet, standing: Standing | None) -> int | None:
    if standing is None or standing.in_force is None:
        return outlet.most if standing is None or not standing.may_hold else None
    if standing.unanswered or standing.in_force.at > since + _MOMENT:
        return None
    first, last = sorted((since + _MOMENT, max(since, updated - _MOMENT)))
    held = set(standing.in_force.course.within(first, last))
    return held.pop() if len(held) == 1 else None
