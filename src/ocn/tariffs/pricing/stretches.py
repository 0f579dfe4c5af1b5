"""Periods as they are priced: after what the policy says about parking and energy, with their lengths.

A time volume that differs from the length of its period by less than half a second is that length, written
with four decimals; otherwise 0.24 seconds of noise would cost a whole block. A policy can say otherwise.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from msgspec.structs import replace

from ocn.tariffs.model import Period, Session
from ocn.tariffs.money import half_a_unit
from ocn.tariffs.policy import EnergySource, ParkingReading, Policy, TimeReading

NOISE_S: Final = Decimal("0.5")
_MICROSECOND: Final = timedelta(microseconds=1)
_US: Final = Decimal(1_000_000)
_HOUR_S: Final = 3600


class Seconds(NamedTuple):
    """The times that a period is billed for, None where it has none; ``fit``: whether they fill it."""

    time: Decimal | None
    parking: Decimal | None
    reservation: Decimal | None
    fit: bool


_NO_TIMES: Final = Seconds(None, None, None, fit=True)


def as_priced(session: Session, policy: Policy) -> tuple[Period, ...]:
    """Return the periods with energy and parking as the policy takes them."""
    periods = session.periods
    if policy.energy is EnergySource.TOTAL and session.claimed.energy is not None:
        periods = _with_total(periods, session.claimed.energy)
    if policy.parking is not ParkingReading.AS_GIVEN:
        periods = tuple(_swapped(period, policy.parking) for period in periods)
    return periods


def length_us(period: Period) -> int | None:
    """Return how long a period lasts, in microseconds; None where an end is not known."""
    if period.start is None or period.end is None:
        return None
    return (period.end - period.start) // _MICROSECOND


def since_us(moment: datetime | None, origin: datetime | None) -> int | None:
    """Return the microseconds from ``origin``, 0 if it is later; None where one is not known."""
    if moment is None or origin is None:
        return None
    return max(0, (moment - origin) // _MICROSECOND)


def seconds(period: Period, reading: TimeReading) -> Seconds:
    """Return the times of a period; the only one in it takes the length of the period if it fits."""
    time, parking, reservation = period.time, period.parking, period.reservation
    given = [hours for hours in (time, parking, reservation) if hours is not None]
    if not given:
        return _NO_TIMES
    length = length_us(period)
    stated = (given[0] if len(given) == 1 else sum(given)) * _HOUR_S
    fit = length is None or -NOISE_S < stated - length / _US < NOISE_S
    if not fit and length is not None and reading is TimeReading.ROUNDED and len(given) == 1:
        fit = abs(Fraction(stated - length / _US)) <= half_a_unit(given[0], fewest=2) * _HOUR_S
    if fit and length is not None and len(given) == 1:
        whole = length / _US
        return Seconds(time and whole, parking and whole, reservation and whole, fit)
    return Seconds(
        time and time * _HOUR_S, parking and parking * _HOUR_S, reservation and reservation * _HOUR_S, fit
    )


def charging_begins(session: Session, periods: Sequence[Period]) -> datetime | None:
    """Return from when the duration counts: the start, or the end of a reservation that comes first."""
    if not periods or not only_reserves(periods[0]):
        return session.start
    return next((period.start for period in periods if not only_reserves(period)), session.start)


def only_reserves(period: Period) -> bool:
    """Whether a period is a reservation and nothing else."""
    return period.reservation is not None and not (period.energy or period.time or period.parking)


def expired(session: Session, periods: Sequence[Period]) -> bool:
    """Whether there was a reservation and never any charging, and none can come."""
    return session.over and bool(periods) and all(only_reserves(period) for period in periods)


def _with_total(periods: tuple[Period, ...], total: Decimal) -> tuple[Period, ...]:
    metered = [place for place, period in enumerate(periods) if period.energy is not None]
    if not metered:
        return periods
    last = metered[-1]
    others = sum(
        (period.energy or Decimal(0) for place, period in enumerate(periods) if place != last), Decimal(0)
    )
    changed = replace(periods[last], energy=max(Decimal(0), total - others))
    return (*periods[:last], changed, *periods[last + 1 :])


def _swapped(period: Period, reading: ParkingReading) -> Period:
    both = [hours for hours in (period.time, period.parking) if hours is not None]
    if not both:
        return period
    total = sum(both, Decimal(0))
    if reading is ParkingReading.AS_TIME:
        return replace(period, time=total, parking=None)
    return replace(period, time=None, parking=total)
