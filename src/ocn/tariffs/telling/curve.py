"""What charging costs when: a tariff as prices of slots of time, for drivers and for planners."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final, TypeAlias

from ocn.tariffs.errors import TariffError
from ocn.tariffs.exact import EXACT
from ocn.tariffs.json_values import JsonObject
from ocn.tariffs.model import Dimension, Period, Restrictions
from ocn.tariffs.policy import Policy
from ocn.tariffs.pricing.compute import DEFAULT
from ocn.tariffs.pricing.match import Answer, State
from ocn.tariffs.pricing.selection import Offer, Prices, prices_of, select
from ocn.tariffs.pricing.windows import LocalClock, clock_for
from ocn.tariffs.reading.places import zone_named
from ocn.tariffs.reading.record import tariff_alone
from ocn.tariffs.result import UNKNOWN, ZERO, Amount
from ocn.tariffs.telling.unstated import Reading, Unstated, readings

MAX_SLOTS: Final = 10_000
MAX_SLOT_MINUTES: Final = 1440
_MINUTE: Final = timedelta(minutes=1)
_MICROSECOND: Final = timedelta(microseconds=1)
_HOUR_S: Final = Fraction(3600)
_US_PER_WH_AT_1_KW: Final = 3_600_000


Band: TypeAlias = tuple[Amount, Amount]
"""The least and the most that a price can be, net and gross each."""

_KINDS: Final = (Dimension.ENERGY, Dimension.TIME, Dimension.PARKING_TIME)
_Asked: TypeAlias = tuple[tuple[Amount, ...], ...]
"""For one reading: what each kind may cost, the price that is taken first."""


@dataclass(frozen=True, slots=True)
class SlotPrice:
    """The prices at the start of a slot: per kWh, per hour of charging and of parking; 0 where none applies.

    ``changes`` is the first whole minute within the slot at which one of them is another, None if none is.
    ``depends_on`` names what a price depends on and nobody said. Such a price is unknown (never 0), and
    ``bands`` says between what it lies.
    """

    start: datetime
    end: datetime
    energy: Amount
    time: Amount
    parking: Amount
    changes: datetime | None
    bands: Mapping[Dimension, Band]
    depends_on: tuple[Unstated, ...]

    @property
    def certain(self) -> bool:
        """Whether no price depends on what nobody said."""
        return not self.bands

    def per_kwh(self, power_kw: Decimal) -> Amount:
        """Return what a kWh costs at a power above 0, the time it takes included."""
        return self.energy + self.time * (1 / Fraction(power_kw))


@dataclass(frozen=True, slots=True)
class _Session:
    """A session that is imagined: it starts with the curve and charges by one of the readings."""

    prices: Prices
    clock: LocalClock | None
    start: datetime
    readings: tuple[Reading, ...]


def curve(
    tariff: JsonObject,
    time_zone: str,
    start: datetime,
    slots: int,
    slot_minutes: int = 15,
    *,
    power_kw: Decimal | None = None,
    current_a: Decimal | None = None,
    version: str | None = None,
    policy: Policy = DEFAULT,
) -> list[SlotPrice]:
    """Return the prices of a tariff for slots from ``start`` on, which is when the session starts.

    FLAT prices, reservations and price limits are not part of it. Restrictions on power, current (of all
    phases together) and energy are asked with the power or current that is stated, and with what it has
    charged until then; one that is not stated follows from the other at 230 V. Where neither is stated,
    prices that depend on them are unknown, within bands.

    Raises:
        TariffUnreadable: the tariff cannot be read.
        TimeZoneUnknown: there is no such time zone.
        TariffError: ``start`` is not aware, too many or no slots are asked for, or the tariff is too finely
            priced by power, current and energy where none is stated.
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
        prices = prices_of(read, policy, expired=False)
        asked = readings(_restrictions(prices), power_kw, current_a)
        clock = clock_for(zone_named(time_zone), policy.clock)
        session = _Session(prices, clock, start.astimezone(UTC), asked)
        length = slot_minutes * _MINUTE
        return [_slot(session, session.start + place * length, length) for place in range(slots)]


def _restrictions(prices: Prices) -> list[Restrictions]:
    found = {
        offer.element.index: offer.element.restrictions
        for kind in _KINDS
        for offer in prices.charging.get(kind, ())
    }
    return [each for each in found.values() if each is not None]


def _slot(session: _Session, start: datetime, length: timedelta) -> SlotPrice:
    end = start + length
    asked = _ask(session, start)
    changes = None
    moment = start + _MINUTE
    while moment < end and changes is None:
        if _ask(session, moment) != asked:
            changes = moment
        moment += _MINUTE
    prices, bands = _told(asked)
    return SlotPrice(
        start=start,
        end=end,
        energy=prices[Dimension.ENERGY],
        time=prices[Dimension.TIME],
        parking=prices[Dimension.PARKING_TIME],
        changes=changes,
        bands=bands,
        depends_on=tuple(_depends_on(session.readings, asked)),
    )


def _ask(session: _Session, moment: datetime) -> tuple[_Asked, ...]:
    """Ask what each kind costs at a moment, by every reading."""
    elapsed_us = (moment - session.start) // _MICROSECOND
    local = None if session.clock is None else session.clock(moment)
    return tuple(_by(session.prices, reading, moment, local, elapsed_us) for reading in session.readings)


def _by(
    prices: Prices, reading: Reading, moment: datetime, local: datetime | None, elapsed_us: int
) -> _Asked:
    power, current, kwh = reading.power_kw, reading.current_a, reading.kwh
    if kwh is None:
        kwh = Decimal(int(power * elapsed_us) // _US_PER_WH_AT_1_KW).scaleb(-3)
    period = Period(
        0, moment, None, None, min_power=power, max_power=power, min_current=current, max_current=current
    )
    state = State(period, local, kwh, elapsed_us, None)
    answers: dict[int, Answer] = {}
    found = (select(prices.charging.get(kind, ()), state, answers) for kind in _KINDS)
    return tuple((_unit(offer), *(_unit(other) for other in others)) for offer, others in found)


def _told(asked: Sequence[_Asked]) -> tuple[Mapping[Dimension, Amount], Mapping[Dimension, Band]]:
    prices: dict[Dimension, Amount] = {}
    bands: dict[Dimension, Band] = {}
    for place, kind in enumerate(_KINDS):
        per = 1 if kind is Dimension.ENERGY else _HOUR_S
        possible = [amount * Fraction(per) for reading in asked for amount in reading[place]]
        prices[kind] = possible[0]
        if any(amount != possible[0] for amount in possible):
            prices[kind] = UNKNOWN
            bands[kind] = (_most(possible, min), _most(possible, max))
    return prices, bands


def _most(amounts: Sequence[Amount], choose: Callable[[Iterable[Fraction]], Fraction]) -> Amount:
    """Choose net and gross each; what is unknown in one amount has no least and no most."""
    excl = [amount.excl for amount in amounts if amount.excl is not None]
    incl = [amount.incl for amount in amounts if amount.incl is not None]
    return Amount(
        choose(excl) if len(excl) == len(amounts) else None,
        choose(incl) if len(incl) == len(amounts) else None,
    )


def _depends_on(read: Sequence[Reading], asked: Sequence[_Asked]) -> Iterator[Unstated]:
    """Name what changes a price when nothing else is changed."""
    for axis in (Unstated.ENERGY, Unstated.POWER, Unstated.CURRENT):
        first: dict[tuple[Decimal | None, ...], _Asked] = {}
        if any(
            first.setdefault(reading.along(axis), found) != found
            for reading, found in zip(read, asked, strict=True)
        ):
            yield axis
    if any(len(possible) > 1 for found in asked for possible in found):
        yield Unstated.RESTRICTION


def _unit(offer: Offer | None) -> Amount:
    return ZERO if offer is None else offer.unit
