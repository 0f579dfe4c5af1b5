"""Periods cut where a price changes, as a CPO must do (2.2.1 mod_cdrs, CDR object) and many do not.

With it a CPO makes CDRs that can be verified to the last digit, and a verifier sees what one that was not
cut could have been.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from itertools import accumulate, pairwise

from ocn.tariffs.exact import EXACT
from ocn.tariffs.model import Dimension, Period, Record
from ocn.tariffs.policy import Policy
from ocn.tariffs.pricing.edges import within
from ocn.tariffs.pricing.match import Answer
from ocn.tariffs.pricing.pieces import DECIMALS, Knot, at_energies, between, ends_of, evenly, joined
from ocn.tariffs.pricing.preparation import Prepared, prepare
from ocn.tariffs.pricing.selection import Prices, costs_of, select
from ocn.tariffs.pricing.stretches import only_reserves

DEFAULT = Policy()


def cut(record: Record, policy: Policy = DEFAULT, *, decimals: int = DECIMALS) -> Record:
    """Cut all periods wherever the price of something in them changes, energy spread evenly over time.

    Pieces keep the index of their period. Periods in which nothing changes stay as they are, also those
    whose times are not known, and all where that would be endless (:class:`Prepared`).
    """
    with localcontext(EXACT):
        cutting = Cutting(prepare(record, policy), decimals)
        periods = [piece for stretch in cutting.stretches() for piece in stretch.pieces]
        return replace(record, session=replace(record.session, periods=tuple(periods)))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A period, what was charged before it, and its pieces between two changes of price (one: no change)."""

    period: Period
    kwh: Decimal
    prices: Prices | None
    pieces: Sequence[Period]


@dataclass(slots=True)
class Cutting:
    """Walks through a session and finds the changes of price in each period."""

    prepared: Prepared
    decimals: int = DECIMALS
    _flats: set[tuple[int, bool]] = field(default_factory=set)

    def may_cut(self) -> bool:
        """Whether any edge lies within a period, whatever it does to the price: quickly told."""
        periods = self.prepared.periods
        starts = {period.start for period in periods}
        if any(not starts.issuperset(when) for when in self.prepared.moments.values()):
            return True
        energies = {energy for edges in self.prepared.edges.values() for energy in edges.energies}
        if not energies:
            return False
        sums = accumulate((period.energy or Decimal(0) for period in periods), initial=Decimal(0))
        met = set(sums)
        return any(energy < max(met) and energy not in met for energy in energies)

    def stretches(self) -> list[Stretch]:
        """Return all periods with their pieces."""
        found = []
        kwh = Decimal(0)
        for period in self.prepared.periods:
            tariff = self.prepared.tariffs.tariff_of[period.index]
            prices = None if tariff is None else self.prepared.prices[tariff]
            pieces = [period] if tariff is None else self._cut(period, tariff, kwh)
            found.append(Stretch(period, kwh, prices, pieces))
            kwh += period.energy or 0
        return found

    def pieces(self, period: Period, knots: Sequence[Knot], tariff: int, kwh: Decimal) -> list[Period]:
        """Cut a period at knots and at the amounts of energy that its prices name."""
        return between(period, at_energies(knots, self.tiers(period, tariff, kwh)), self.decimals)

    def tiers(self, period: Period, tariff: int, kwh: Decimal) -> list[Decimal]:
        """Return at which amounts within the energy of a period prices change."""
        energy = period.energy or 0
        return [tier - kwh for tier in self.prepared.edges[tariff].energies if 0 < tier - kwh < energy]

    def _cut(self, period: Period, tariff: int, kwh: Decimal) -> Sequence[Period]:
        inside = within(self.prepared.moments[tariff], period)
        tiers = self.tiers(period, tariff, kwh)
        if (not inside and not tiers) or period.start is None or period.end is None:
            self._flat(self.prepared.prices[tariff], tariff, period, kwh)
            return (period,)
        first, last = ends_of(period)
        pieces = self.pieces(period, [first, *evenly(period, inside, self.decimals), last], tariff, kwh)
        result = [pieces[0]]
        before = self._costs(pieces[0], tariff, kwh)
        for earlier, piece in pairwise(pieces):
            kwh += earlier.energy or 0
            costs = self._costs(piece, tariff, kwh)
            if costs == before:
                result[-1] = joined(result[-1], piece)
            else:
                result.append(piece)
            before = costs
        return result if len(result) > 1 else (period,)

    def _costs(self, period: Period, tariff: int, kwh: Decimal) -> list[object]:
        """Return what each dimension of a period costs, to be compared; FLAT only until it is due."""
        prices, state = self.prepared.prices[tariff], self.prepared.course.state(period, kwh)
        answers: dict[int, Answer] = {}
        costs: list[object] = []
        for dimension, volume in (
            (Dimension.ENERGY, period.energy),
            (Dimension.TIME, period.time),
            (Dimension.PARKING_TIME, period.parking),
        ):
            if volume:
                costs.append(costs_of(select(prices.charging.get(dimension, ()), state, answers)))
        if period.reservation:
            costs.append(costs_of(select(prices.reservation.get(Dimension.TIME, ()), state, answers)))
        return costs + self._flat(prices, tariff, period, kwh)

    def _flat(self, prices: Prices, tariff: int, period: Period, kwh: Decimal) -> list[object]:
        """Return what FLAT prices that are not due yet cost, none for those that become due."""
        costs: list[object] = []
        for reservation, applies, offers in (
            (False, not only_reserves(period), prices.charging.get(Dimension.FLAT)),
            (True, period.reservation is not None, prices.reservation.get(Dimension.FLAT)),
        ):
            if offers is None or not applies or (tariff, reservation) in self._flats:
                continue
            selected = select(offers, self.prepared.course.state(period, kwh), {})
            if selected[0] is not None:
                self._flats.add((tariff, reservation))
            else:
                costs.append(costs_of(selected))
        return costs
