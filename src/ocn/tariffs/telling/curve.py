"""What charging costs when: a tariff as prices of slots of time, for drivers and for planners."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from ocn.tariffs.errors import TariffError
from ocn.tariffs.exact import EXACT
from ocn.tariffs.json_values import JsonObject
from ocn.tariffs.model import Dimension, Period, Tariff
from ocn.tariffs.policy import Policy
from ocn.tariffs.pricing.compute import DEFAULT
from ocn.tariffs.pricing.match import Answer, State
from ocn.tariffs.pricing.selection import Offer, Prices, prices_of, select
from ocn.tariffs.pricing.windows import LocalClock, clock_for
from ocn.tariffs.reading.places import zone_named
from ocn.tariffs.reading.record import tariff_alone
from ocn.tariffs.result import ZERO, Amount

MAX_SLOTS: Final = 10_000
MAX_SLOT_MINUTES: Final = 1440
_MINUTE: Final = timedelta(minutes=1)
_MICROSECOND: Final = timedelta(microseconds=1)
_HOUR_S: Final = Fraction(3600)
_US_PER_WH_AT_1_KW: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class SlotPrice:
    """The prices at the start of a slot: per kWh, per hour of charging and of parking; 0 where none applies.

    ``changes`` is the first whole minute within the slot at which one of them is another, None if none is.
    ``certain`` is false when a price depends on power or current that nobody said: it is then the one that
    applies for sure, or 0.
    """

    start: datetime
    end: datetime
    energy: Amount
    time: Amount
    parking: Amount
    changes: datetime | None
    certain: bool

    def per_kwh(self, power_kw: Decimal) -> Amount:
        """Return what a kWh costs at a power above 0, the time it takes included."""
        return self.energy + self.time * (1 / Fraction(power_kw))


@dataclass(frozen=True, slots=True)
class _Session:
    """A session that is imagined: it starts with the curve and charges with one power."""

    prices: Prices
    clock: LocalClock | None
    start: datetime
    power_kw: Decimal | None


def curve(
    tariff: JsonObject,
    time_zone: str,
    start: datetime,
    slots: int,
    slot_minutes: int = 15,
    *,
    power_kw: Decimal | None = None,
    version: str | None = None,
    policy: Policy = DEFAULT,
) -> list[SlotPrice]:
    """Return the prices of a tariff for slots from ``start`` on, which is when the session starts.

    FLAT prices, reservations and price limits are not part of it. With ``power_kw`` restrictions on power
    are asked with it, and those on energy with what it has charged until then; without, nothing is charged.

    Raises:
        TariffUnreadable: the tariff cannot be read.
        TimeZoneUnknown: there is no such time zone.
        TariffError: ``start`` is not aware, or too many or no slots are asked for.
    """
    if start.tzinfo is None:
        raise TariffError("a start without time zone", hint="Give it with an offset, or in UTC with Z.")
    if not 1 <= slots <= MAX_SLOTS or not 1 <= slot_minutes <= MAX_SLOT_MINUTES:
        raise TariffError(
            f"{slots} slots of {slot_minutes} minutes",
            hint=f"Ask for 1 to {MAX_SLOTS:,} slots of 1 to {MAX_SLOT_MINUTES:,} minutes.",
        )
    read, _ = tariff_alone(tariff, version)
    with localcontext(EXACT):
        session = _session(read, time_zone, start.astimezone(UTC), power_kw, policy)
        length = slot_minutes * _MINUTE
        return [_slot(session, session.start + place * length, length) for place in range(slots)]


def _session(
    tariff: Tariff, time_zone: str, start: datetime, power_kw: Decimal | None, policy: Policy
) -> _Session:
    clock = clock_for(zone_named(time_zone), policy.clock)
    return _Session(prices_of(tariff, policy, expired=False), clock, start, power_kw)


def _slot(session: _Session, start: datetime, length: timedelta) -> SlotPrice:
    end = start + length
    prices, certain = _prices(session, start)
    changes = None
    moment = start + _MINUTE
    while moment < end and changes is None:
        if _prices(session, moment)[0] != prices:
            changes = moment
        moment += _MINUTE
    return SlotPrice(
        start=start,
        end=end,
        energy=prices[Dimension.ENERGY],
        time=prices[Dimension.TIME] * _HOUR_S,
        parking=prices[Dimension.PARKING_TIME] * _HOUR_S,
        changes=changes,
        certain=certain,
    )


def _prices(session: _Session, moment: datetime) -> tuple[Mapping[Dimension, Amount], bool]:
    state = _state(session, moment)
    answers: dict[int, Answer] = {}
    found: dict[Dimension, Amount] = {}
    certain = True
    for kind in (Dimension.ENERGY, Dimension.TIME, Dimension.PARKING_TIME):
        offer, others = select(session.prices.charging.get(kind, ()), state, answers)
        found[kind] = _unit(offer)
        certain = certain and not others
    return found, certain and not state.inferred


def _state(session: _Session, moment: datetime) -> State:
    elapsed_us = (moment - session.start) // _MICROSECOND
    power = session.power_kw
    kwh = Decimal(0) if power is None else Decimal(int(power * elapsed_us) // _US_PER_WH_AT_1_KW).scaleb(-3)
    period = Period(0, moment, None, None, min_power=power, max_power=power)
    local = None if session.clock is None else session.clock(moment)
    return State(period, local, kwh, elapsed_us, None)


def _unit(offer: Offer | None) -> Amount:
    return ZERO if offer is None else offer.unit
