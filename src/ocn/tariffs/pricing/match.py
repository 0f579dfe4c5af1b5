"""Whether an element applies: yes, no, or nobody can know.

Restrictions are asked for one moment of a session, its :class:`State`. All must hold; one that does not hold
settles it, whatever is unknown beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from ocn.tariffs.model import Period, Restrictions
from ocn.tariffs.pricing.windows import in_dates, in_times, second_of_day

Answer: TypeAlias = bool | None
"""None: nobody can know."""

Check: TypeAlias = "Callable[[Restrictions, State], Answer]"

US_PER_HOUR: Final = 3_600_000_000


@dataclass(slots=True)
class State:
    """A moment of a session, at the start of a period.

    ``local`` is the local clock and None where it is not known, ``elapsed_us`` the time since charging (for
    a reservation: reserving) began, ``kwh`` what was charged before, ``length_us`` how long the period
    lasts. ``inferred`` becomes true when a power had to be computed from energy and time.
    """

    period: Period
    local: datetime | None
    kwh: Decimal
    elapsed_us: int | None
    length_us: int | None
    inferred: bool = False

    def mean_power(self) -> Fraction | None:
        """Return kWh per hour over the period."""
        if not self.length_us:
            return None
        self.inferred = True
        return Fraction(self.period.energy or 0) * US_PER_HOUR / self.length_us


def answer(these: tuple[Check, ...], restrictions: Restrictions | None, state: State) -> Answer:
    """Put some checks to a state; for those who ask often and have the checks at hand."""
    if restrictions is None:
        return True
    result: Answer = True
    for check in these:
        found = check(restrictions, state)
        if found is False:
            return False
        if found is None:
            result = None
    return result


def checks(restrictions: Restrictions) -> tuple[Check, ...]:
    """Return the checks that these restrictions need."""
    return tuple(check for check, asks in CHECKS if asks(restrictions))


def asks_time(restrictions: Restrictions | None) -> bool:
    """Whether restrictions depend on the local time."""
    return restrictions is not None and (
        restrictions.start_s is not None
        or restrictions.end_s is not None
        or restrictions.days is not None
        or restrictions.start_date is not None
        or restrictions.end_date is not None
    )


def asks_readings(restrictions: Restrictions | None) -> bool:
    """Whether restrictions depend on what each period states for itself, or on nobody knows what."""
    return restrictions is not None and (
        restrictions.min_power is not None
        or restrictions.max_power is not None
        or restrictions.min_current is not None
        or restrictions.max_current is not None
        or bool(restrictions.strange)
    )


def _times(restrictions: Restrictions, state: State) -> Answer:
    if state.local is None:
        return None
    return in_times(second_of_day(state.local), restrictions.start_s, restrictions.end_s)


def _dates(restrictions: Restrictions, state: State) -> Answer:
    if state.local is None:
        return None
    return in_dates(state.local.date(), restrictions.start_date, restrictions.end_date)


def _days(restrictions: Restrictions, state: State) -> Answer:
    if state.local is None:
        return None
    return restrictions.days is None or state.local.weekday() in restrictions.days


def _kwh(restrictions: Restrictions, state: State) -> Answer:
    least, most = restrictions.min_kwh, restrictions.max_kwh
    return (least is None or least <= state.kwh) and (most is None or state.kwh < most)


def _duration(restrictions: Restrictions, state: State) -> Answer:
    elapsed = state.elapsed_us
    if elapsed is None:
        return None
    least, most = restrictions.min_duration_us, restrictions.max_duration_us
    return (least is None or least <= elapsed) and (most is None or elapsed < most)


def _power(restrictions: Restrictions, state: State) -> Answer:
    """Compare min_power with the least and max_power with the most power of the period."""
    period = state.period
    least = _first(period.min_power, period.max_power, period.power)
    most = _first(period.max_power, period.min_power, period.power)
    if least is None or most is None:
        return _between(restrictions.min_power, restrictions.max_power, mean := state.mean_power(), mean)
    return _between(restrictions.min_power, restrictions.max_power, least, most)


def _current(restrictions: Restrictions, state: State) -> Answer:
    period = state.period
    least = _first(period.min_current, period.max_current, period.current)
    most = _first(period.max_current, period.min_current, period.current)
    return _between(restrictions.min_current, restrictions.max_current, least, most)


def _between(
    minimum: Decimal | None,
    maximum: Decimal | None,
    least: Decimal | Fraction | None,
    most: Decimal | Fraction | None,
) -> Answer:
    if least is None or most is None:
        return None
    return (minimum is None or minimum <= least) and (maximum is None or most < maximum)


def _strange(_restrictions: Restrictions, _state: State) -> Answer:
    return None


def _first(*values: Decimal | None) -> Decimal | None:
    return next((value for value in values if value is not None), None)


CHECKS: Final[tuple[tuple[Check, Callable[[Restrictions], bool]], ...]] = (
    (_times, lambda r: r.start_s is not None or r.end_s is not None),
    (_dates, lambda r: r.start_date is not None or r.end_date is not None),
    (_days, lambda r: r.days is not None),
    (_kwh, lambda r: r.min_kwh is not None or r.max_kwh is not None),
    (_duration, lambda r: r.min_duration_us is not None or r.max_duration_us is not None),
    (_power, lambda r: r.min_power is not None or r.max_power is not None),
    (_current, lambda r: r.min_current is not None or r.max_current is not None),
    (_strange, lambda r: bool(r.strange)),
)
"""Every check, and whether restrictions need it."""
