"""Periods to lines: what each dimension of each period is priced with, before step sizes."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Final, NamedTuple

from ocn.tariffs.model import Dimension, Period
from ocn.tariffs.policy import FlatCount, StateAt
from ocn.tariffs.pricing.match import Answer
from ocn.tariffs.pricing.noticed import Noticed
from ocn.tariffs.pricing.preparation import Prepared
from ocn.tariffs.pricing.selection import Offer, Selected, price_of, select
from ocn.tariffs.pricing.stretches import only_reserves, seconds
from ocn.tariffs.reading.members import MAX_NUMBER
from ocn.tariffs.result import Amount, Line, Part

_ONE: Final = Decimal(1)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Prefer(Enum):
    """Which of several offers is taken where nobody can know which one applies."""

    CERTAIN = "certain"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


class _Chosen(NamedTuple):
    """What applies from a moment on, by dimension; and until when nothing else does.

    It holds for periods of the same kind (reserving or not) that start before ``until``, with less than
    ``below`` charged before them; None: for one period only.
    """

    flat: Selected
    reservation_flat: Selected
    energy: Selected
    time: Selected
    parking: Selected
    reservation: Selected
    reserves: bool
    until: datetime | None
    below: Decimal


@dataclass(slots=True)
class Drafting:
    """Lines while they are written; ``free`` is the unit price of what no offer is for."""

    prepared: Prepared
    free: Amount
    noticed: Noticed
    prefer: Prefer = Prefer.CERTAIN
    lines: list[Line] = field(default_factory=list)
    _flats: set[tuple[int, Part]] = field(default_factory=set)

    def write(self) -> None:
        """Write the lines of all periods."""
        prepared, tariff_of = self.prepared, self.prepared.tariffs.tariff_of
        if any(prices.asks_the_clock for prices in prepared.prices.values()):
            self.noticed.zone()
        kwh = Decimal(0)
        chosen_by_tariff: dict[int, _Chosen] = {}
        for period in prepared.periods:
            tariff = tariff_of[period.index]
            if tariff is not None:
                chosen = chosen_by_tariff.get(tariff)
                if chosen is None or not _still_holds(chosen, period, kwh):
                    chosen = chosen_by_tariff[tariff] = self._choose(period, tariff, kwh)
                self._period(period, tariff, chosen)
            if period.energy is not None:
                kwh += period.energy

    def _choose(self, period: Period, tariff: int, kwh: Decimal) -> _Chosen:
        """Ask which offers apply at the start of a period (or as the policy says), and until when."""
        prepared = self.prepared
        prices, state = prepared.prices[tariff], prepared.course.state(period, kwh)
        charging, reserving = prices.charging, prices.reservation
        answers: dict[int, Answer] = {}
        flat, reservation_flat, energy, time, parking, reservation = (
            select(offers, state, answers)
            for offers in (
                charging.get(Dimension.FLAT, ()),
                reserving.get(Dimension.FLAT, ()),
                charging.get(Dimension.ENERGY, ()),
                charging.get(Dimension.TIME, ()),
                charging.get(Dimension.PARKING_TIME, ()),
                reserving.get(Dimension.TIME, ()),
            )
        )
        if state.inferred:
            self.noticed.inferred(period)
        until, below = self._limits(tariff, period, kwh)
        reserves = only_reserves(period)
        return _Chosen(flat, reservation_flat, energy, time, parking, reservation, reserves, until, below)

    def _limits(self, tariff: int, period: Period, kwh: Decimal) -> tuple[datetime | None, Decimal]:
        """Return the moment and the energy at which another offer may apply."""
        prepared = self.prepared
        steady = prepared.prices[tariff].steady and prepared.policy.state is StateAt.START
        if period.start is None or not steady or not prepared.searched:
            return None, kwh
        moments, energies = prepared.moments[tariff], prepared.edges[tariff].energies
        later, more = bisect_right(moments, period.start), bisect_right(energies, kwh)
        return (
            moments[later] if later < len(moments) else _NEVER,
            energies[more] if more < len(energies) else MAX_NUMBER,
        )

    def _period(self, period: Period, tariff: int, chosen: _Chosen) -> None:
        if not chosen.reserves:
            self._flat(period, tariff, Part.FIXED, chosen.flat)
        if period.reservation is not None:
            self._flat(period, tariff, Part.RESERVATION, chosen.reservation_flat)
        if period.energy is not None:
            self._line(period, tariff, Dimension.ENERGY, Part.ENERGY, chosen.energy, period.energy)
        times = seconds(period, self.prepared.policy.times)
        if not times.fit:
            self.noticed.misfit(period)
        if times.time is not None:
            self._line(period, tariff, Dimension.TIME, Part.TIME, chosen.time, times.time)
        if times.parking is not None:
            self._line(period, tariff, Dimension.PARKING_TIME, Part.PARKING, chosen.parking, times.parking)
        if times.reservation is not None:
            part = Part.RESERVATION
            self._line(
                period, tariff, Dimension.RESERVATION_TIME, part, chosen.reservation, times.reservation
            )

    def _flat(self, period: Period, tariff: int, part: Part, selected: Selected) -> None:
        """Write a FLAT price when it first applies: once per tariff, and once for its reservations."""
        offer, others = selected
        if (offer is None and not others) or (
            (tariff, part) in self._flats and self.prepared.policy.flat is FlatCount.SESSION
        ):
            return
        if others:
            offer = self._decide(period, offer, others)
        if offer is not None:
            self._flats.add((tariff, part))
            self._line(period, tariff, Dimension.FLAT, part, (offer, ()), _ONE)

    def _line(
        self,
        period: Period,
        tariff: int,
        dimension: Dimension,
        part: Part,
        selected: Selected,
        volume: Decimal,
    ) -> None:
        offer, others = selected
        if others and volume:
            offer = self._decide(period, offer, others)
        if offer is None:
            line = Line(period.index, dimension, part, tariff, None, None, volume, volume, self.free)
        else:
            element, component, _checks, unit, rate = offer
            line = Line(
                period.index, dimension, part, tariff, element.index, component, volume, volume, unit, rate
            )
        self.lines.append(line)

    def _decide(self, period: Period, offer: Offer | None, others: Sequence[Offer | None]) -> Offer | None:
        """Take one of several offers of which nobody can know which one applies."""
        self.noticed.open(period, others, clock=self.prepared.course.clock is not None)
        if self.prefer is Prefer.CERTAIN:
            return offer
        by_price = sorted((offer, *others), key=price_of)
        return by_price[0 if self.prefer is Prefer.CHEAPEST else -1]


def _still_holds(chosen: _Chosen, period: Period, kwh: Decimal) -> bool:
    return (
        chosen.until is not None
        and period.start is not None
        and period.start < chosen.until
        and kwh < chosen.below
        and only_reserves(period) is chosen.reserves
    )
