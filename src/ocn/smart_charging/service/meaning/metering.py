"""What a session drew, from the readings of its meter: between them, and a little beyond the last."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ocn.smart_charging.service.known.stays import Reading, Stay

_BEYOND = timedelta(hours=1)
"""For so long after the last reading a car is taken to go on as it may; then, to draw nothing."""
_NEARLY = 0.98
"""Of what it needs: nothing but a reading says that a car is full."""
_LEAST = timedelta(minutes=1)


def kwh_at(readings: Sequence[Reading], at: datetime) -> float | None:
    """Return what had been counted at a moment, in a straight line between readings; None outside them."""
    if not readings or not readings[0].at <= at <= readings[-1].at:
        return None
    after = bisect_right(readings, at, key=lambda each: each.at)
    if after == len(readings):
        return float(readings[-1].kwh)
    one, other = readings[after - 1], readings[after]
    part = (at - one.at) / (other.at - one.at)
    return float(one.kwh) + part * float(other.kwh - one.kwh)


def mean_kw(stay: Stay, begin: datetime, length: timedelta) -> float | None:
    """Return what a session drew in a while; None where its meter does not tell.

    The part of the while before the session, and after it, counts as nothing drawn.
    """
    last = stay.readings[-1].at if stay.readings else stay.begin
    if begin + length <= stay.begin or (stay.is_over and begin >= last):
        return 0.0
    readings = (Reading(stay.begin, stay.readings[0].kwh * 0), *stay.readings) if stay.readings else ()
    first, until = max(begin, stay.begin), begin + length
    until = min(until, last) if stay.is_over else until
    one, other = kwh_at(readings, first), kwh_at(readings, until)
    return None if one is None or other is None else max(0.0, other - one) / (length / timedelta(hours=1))


def power_kw(stay: Stay) -> float | None:
    """Return what a session draws now: as it says, or by its last readings; None: unknown."""
    if not stay.is_active:
        return 0.0
    if stay.power_kw is not None:
        return float(stay.power_kw)
    found = next(readings_before(stay, _LEAST), None)
    if found is None:
        return None
    newest = stay.readings[-1]
    return max(0.0, float(newest.kwh - found.kwh)) / ((newest.at - found.at) / timedelta(hours=1))


def readings_before(stay: Stay, least: timedelta) -> Iterator[Reading]:
    """Return the readings of a session that are older than its newest by so much at least, newest first."""
    return (each for each in reversed(stay.readings) if stay.readings[-1].at - each.at >= least)


def delivered_kwh(stay: Stay, now: datetime, allowed_kw: float, need_kwh: float) -> float:
    """Return what a session has got by now: the last reading, and what it may have drawn since.

    Sessions are told minutes late; without this a car would seem to take less than it is given.
    """
    counted = float(stay.kwh)
    since = min(max(timedelta(0), now - stay.updated), _BEYOND) / timedelta(hours=1)
    told = power_kw(stay)
    drawn = (allowed_kw if told is None else min(told, allowed_kw)) * since
    return max(counted, min(counted + drawn, need_kwh * _NEARLY))
