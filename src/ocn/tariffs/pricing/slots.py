"""What a slot of a period would cost, to be spread over by :mod:`ocn.tariffs.pricing.allocation`."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.tariffs.model import Dimension, Period
from ocn.tariffs.pricing.allocation import Slot
from ocn.tariffs.pricing.lines import Prefer
from ocn.tariffs.pricing.match import US_PER_HOUR, State
from ocn.tariffs.pricing.preparation import Prepared
from ocn.tariffs.pricing.selection import Prices, price_of, select
from ocn.tariffs.pricing.stretches import length_us

_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks for the prices of a period; for the dearest way they are negated."""

    period: Period
    prices: Prices
    prepared: Prepared
    prefer: Prefer

    def slot(self, piece: Period, kwhs: Sequence[Decimal]) -> Slot:
        """Return a slot for a piece of the period; ``kwhs`` are what was charged before each tier."""
        states = [self.prepared.course.state(piece, kwh) for kwh in kwhs]
        length, whole = length_us(piece) or 0, length_us(self.period) or 0
        share = Fraction(length, whole) if whole else Fraction(0)
        powers = [kw for kw in (piece.max_power, self.prepared.record.max_power) if kw is not None]
        return Slot(
            tuple(self._unit(Dimension.ENERGY, state) for state in states),
            tuple(self._time(state) * share for state in states),
            Fraction(min(powers)) * length / US_PER_HOUR if powers else None,
        )

    def _time(self, state: State) -> Fraction:
        """Return what all time of the period would cost at a state."""
        volumes = ((Dimension.TIME, self.period.time), (Dimension.PARKING_TIME, self.period.parking))
        return sum(
            (
                self._unit(dimension, state) * Fraction(hours) * _HOUR_S
                for dimension, hours in volumes
                if hours is not None
            ),
            Fraction(0),
        )

    def _unit(self, dimension: Dimension, state: State) -> Fraction:
        offer, others = select(self.prices.charging.get(dimension, ()), state, {})
        units = [price_of(one) for one in (offer, *others)]
        return min(units) if self.prefer is Prefer.CHEAPEST else -max(units)
