"""Periods to lines: what each dimension of each period is priced with, before step sizes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Final, NamedTuple

from ocn.tariffs.match import Answer, State
from ocn.tariffs.model import Dimension, Period
from ocn.tariffs.noticed import Noticed
from ocn.tariffs.policy import FlatCount
from ocn.tariffs.preparation import Prepared
from ocn.tariffs.result import Amount, Line, Part
from ocn.tariffs.selection import Offer, Prices, price_of, select
from ocn.tariffs.stretches import only_reserves, seconds

_ONE: Final = Decimal(1)


class Prefer(Enum):
    """Which of several offers is taken where nobody can know which one applies."""

    CERTAIN = "certain"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


class _Offers(NamedTuple):
    """The offers of a tariff, each list under a name: looked at for every period."""

    flat: Sequence[Offer]
    reservation_flat: Sequence[Offer]
    energy: Sequence[Offer]
    time: Sequence[Offer]
    parking: Sequence[Offer]
    reservation: Sequence[Offer]


@dataclass(slots=True)
class Drafting:
    """Lines while they are written; ``free`` is the unit price of what no offer is for."""

    prepared: Prepared
    free: Amount
    noticed: Noticed
    prefer: Prefer = Prefer.CERTAIN
    lines: list[Line] = field(default_factory=list)
    _flats: set[tuple[int, bool]] = field(default_factory=set)

    def write(self) -> None:
        """Write the lines of all periods."""
        prepared, tariff_of = self.prepared, self.prepared.tariffs.tariff_of
        if any(prices.asks_the_clock for prices in prepared.prices.values()):
            self.noticed.zone()
        offers = {tariff: _offers(prices) for tariff, prices in prepared.prices.items()}
        kwh = Decimal(0)
        for period in prepared.periods:
            tariff = tariff_of[period.index]
            if tariff is not None:
                state = prepared.course.state(period, kwh)
                self._period(period, tariff, offers[tariff], state)
                if state.inferred:
                    self.noticed.inferred(period)
            if period.energy is not None:
                kwh += period.energy

    def _period(self, period: Period, tariff: int, offers: _Offers, state: State) -> None:
        answers: dict[int, Answer] = {}
        if offers.flat and not only_reserves(period):
            self._flat(period, tariff, Part.FIXED, offers.flat, state, answers)
        if offers.reservation_flat and period.reservation is not None:
            self._flat(period, tariff, Part.RESERVATION, offers.reservation_flat, state, answers)
        times = seconds(period, state.length_us)
        if not times.fit:
            self.noticed.misfit(period)
        for volume, dimension, part, found in (
            (period.energy, Dimension.ENERGY, Part.ENERGY, offers.energy),
            (times.time, Dimension.TIME, Part.TIME, offers.time),
            (times.parking, Dimension.PARKING_TIME, Part.PARKING, offers.parking),
            (times.reservation, Dimension.RESERVATION_TIME, Part.RESERVATION, offers.reservation),
        ):
            if volume is not None:
                offer, others = select(found, state, answers)
                if others and volume:
                    offer = self._decide(offer, others, state)
                self._add(period.index, dimension, part, tariff, offer, volume)

    def _flat(
        self,
        period: Period,
        tariff: int,
        part: Part,
        offers: Sequence[Offer],
        state: State,
        answers: dict[int, Answer],
    ) -> None:
        """Write a FLAT price when it first applies: once per tariff, and once for its reservations."""
        due = (tariff, part is Part.RESERVATION)
        if due in self._flats and self.prepared.policy.flat is FlatCount.SESSION:
            return
        offer, others = select(offers, state, answers)
        if others:
            offer = self._decide(offer, others, state)
        if offer is not None:
            self._flats.add(due)
            self._add(period.index, Dimension.FLAT, part, tariff, offer, _ONE)

    def _decide(self, offer: Offer | None, others: Sequence[Offer | None], state: State) -> Offer | None:
        """Take one of several offers of which nobody can know which one applies."""
        self.noticed.open(state.period, state, others)
        if self.prefer is Prefer.CERTAIN:
            return offer
        by_price = sorted((offer, *others), key=price_of)
        return by_price[0 if self.prefer is Prefer.CHEAPEST else -1]

    def _add(
        self, period: int, dimension: Dimension, part: Part, tariff: int, offer: Offer | None, volume: Decimal
    ) -> None:
        if offer is None:
            line = Line(period, dimension, part, tariff, None, None, volume, volume, self.free)
        else:
            element, component, _checks, unit, rate = offer
            line = Line(period, dimension, part, tariff, element.index, component, volume, volume, unit, rate)
        self.lines.append(line)


def _offers(prices: Prices) -> _Offers:
    charging, reserving = prices.charging, prices.reservation
    return _Offers(
        charging.get(Dimension.FLAT, ()),
        reserving.get(Dimension.FLAT, ()),
        charging.get(Dimension.ENERGY, ()),
        charging.get(Dimension.TIME, ()),
        charging.get(Dimension.PARKING_TIME, ()),
        reserving.get(Dimension.TIME, ()),
    )
