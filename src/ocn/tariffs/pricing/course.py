"""The course of a session: its state at any moment, which is what restrictions are asked about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ocn.tariffs.model import Period, Record
from ocn.tariffs.policy import Policy, StateAt
from ocn.tariffs.pricing.match import State
from ocn.tariffs.pricing.selection import Prices
from ocn.tariffs.pricing.stretches import charging_begins, length_us, only_reserves, since_us
from ocn.tariffs.pricing.windows import LocalClock, clock_for


@dataclass(frozen=True, slots=True)
class Course:
    """Knows the clocks of a session: local time, and the time since charging or reserving began.

    ``clock`` is None where no price asks for the local time, or nobody says what it is.
    """

    start: datetime | None
    begins: datetime | None
    clock: LocalClock | None
    at: StateAt

    def state(self, period: Period, kwh: Decimal) -> State:
        """Return the state by which a period is priced; ``kwh`` is what was charged before it."""
        moment = period.start
        if self.at is StateAt.END:
            moment, kwh = period.end or period.start, kwh + (period.energy or 0)
        local = None if self.clock is None or moment is None else self.clock(moment)
        return State(period, local, kwh, since_us(moment, self.origin(period)), length_us(period))

    def origin(self, period: Period) -> datetime | None:
        """Return from when the duration of a period counts."""
        return self.start if only_reserves(period) else self.begins


def course_of(record: Record, policy: Policy, periods: Sequence[Period], prices: Iterable[Prices]) -> Course:
    """Prepare the course of some periods of a session, for prices that may ask for the local time."""
    asked = any(one.asks_the_clock for one in prices)
    clock = clock_for(record.zone, policy.clock) if asked else None
    return Course(record.session.start, charging_begins(record.session, periods), clock, policy.state)
