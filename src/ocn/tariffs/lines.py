"""Periods to lines: what each dimension of each period is priced with, before step sizes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Final

from ocn.tariffs.course import asks_the_clock, course_of
from ocn.tariffs.match import Answer, State
from ocn.tariffs.model import Dimension, Period, Record
from ocn.tariffs.noticed import Noticed
from ocn.tariffs.policy import FlatCount, Policy
from ocn.tariffs.result import Amount, Line, Part
from ocn.tariffs.selection import Offer, Prices, Selected, select
from ocn.tariffs.stretches import only_reserves, volumes

_PARTS: Final[Mapping[Dimension, Part]] = {
    Dimension.ENERGY: Part.ENERGY,
    Dimension.TIME: Part.TIME,
    Dimension.PARKING_TIME: Part.PARKING,
    Dimension.RESERVATION_TIME: Part.RESERVATION,
}
_ONE: Final = Decimal(1)


class Prefer(Enum):
    """Which of several offers is taken where nobody can know which one applies."""

    CERTAIN = "certain"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


@dataclass(slots=True)
class Drafting:
    """Lines while they are written.

    ``prices`` and ``tariff_of`` are by the index of a tariff and a period; ``free`` is the unit price of what
    no offer is for.
    """

    record: Record
    policy: Policy
    prices: Mapping[int, Prices]
    tariff_of: Mapping[int, int | None]
    free: Amount
    noticed: Noticed
    prefer: Prefer = Prefer.CERTAIN
    lines: list[Line] = field(default_factory=list)
    _flats: set[tuple[int, bool]] = field(default_factory=set)

    def write(self, periods: Sequence[Period]) -> None:
        """Write the lines of all periods."""
        course = course_of(self.record, self.policy, periods, self.prices.values())
        if any(asks_the_clock(prices) for prices in self.prices.values()):
            self.noticed.zone()
        kwh = Decimal(0)
        for period in periods:
            tariff = self.tariff_of[period.index]
            if tariff is not None:
                state = course.state(period, kwh)
                self._period(period, tariff, state)
                if state.inferred:
                    self.noticed.inferred(period)
            if period.energy is not None:
                kwh += period.energy

    def _period(self, period: Period, tariff: int, state: State) -> None:
        prices = self.prices[tariff]
        found = volumes(period, state.length_us)
        if not found.fits:
            self.noticed.misfit(period)
        answers: dict[int, Answer] = {}
        for reservation, due, offers in (
            (False, not only_reserves(period), prices.charging.get(Dimension.FLAT)),
            (True, period.reservation is not None, prices.reservation.get(Dimension.FLAT)),
        ):
            if due and offers is not None:
                self._flat((tariff, reservation), offers, state, answers)
        for dimension, volume in found.quantities:
            if dimension is Dimension.RESERVATION_TIME:
                offers = prices.reservation.get(Dimension.TIME, ())
            else:
                offers = prices.charging.get(dimension, ())
            offer = self._decide(select(offers, state, answers), state, volume)
            self._add(tariff, dimension, _PARTS[dimension], state, offer, volume)

    def _flat(
        self, due: tuple[int, bool], offers: tuple[Offer, ...], state: State, answers: dict[int, Answer]
    ) -> None:
        """Write a FLAT price when it first applies: once per tariff, and once for its reservations."""
        if due in self._flats and self.policy.flat is FlatCount.SESSION:
            return
        offer = self._decide(select(offers, state, answers), state, _ONE)
        if offer is not None:
            self._flats.add(due)
            tariff, reservation = due
            part = Part.RESERVATION if reservation else Part.FIXED
            self._add(tariff, Dimension.FLAT, part, state, offer, _ONE)

    def _decide(self, selected: Selected, state: State, volume: Decimal) -> Offer | None:
        offer, others = selected
        if not others or not volume:
            return offer
        self.noticed.open(state.period, state, others)
        if self.prefer is Prefer.CERTAIN:
            return offer
        by_price = sorted((offer, *others), key=_unit)
        return by_price[0 if self.prefer is Prefer.CHEAPEST else -1]

    def _add(
        self,
        tariff: int,
        dimension: Dimension,
        part: Part,
        state: State,
        offer: Offer | None,
        volume: Decimal,
    ) -> None:
        element, component, unit, rate = (
            (None, None, self.free, None)
            if offer is None
            else (offer.element.index, offer.component, offer.unit, offer.rate)
        )
        index = state.period.index
        self.lines.append(
            Line(index, dimension, part, tariff, element, component, volume, volume, unit, rate)
        )


def _unit(offer: Offer | None) -> Fraction:
    if offer is None:
        return Fraction(0)
    return (offer.unit.incl if offer.unit.excl is None else offer.unit.excl) or Fraction(0)
