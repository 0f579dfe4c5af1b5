"""Periods cut where a price changes, as a CPO must do (2.2.1 mod_cdrs, CDR object) and many do not.

With it a CPO makes CDRs that can be verified to the last digit, and a verifier sees what one that was not
cut could have been.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal, localcontext
from itertools import pairwise

from ocn.tariffs.course import Course, course_of
from ocn.tariffs.edges import MAX_DAYS, NO_EDGES, Edges, edges_of, moments
from ocn.tariffs.exact import EXACT
from ocn.tariffs.match import Answer
from ocn.tariffs.model import Dimension, Period, Record
from ocn.tariffs.period_tariffs import tariffs_of
from ocn.tariffs.pieces import DECIMALS, Knot, at_energies, between, ends_of, evenly, joined
from ocn.tariffs.policy import Policy
from ocn.tariffs.selection import Prices, costs_of, prices_of, select
from ocn.tariffs.stretches import expired, only_reserves

DEFAULT = Policy()


def cut(record: Record, policy: Policy = DEFAULT, *, decimals: int = DECIMALS) -> Record:
    """Cut all periods wherever the price of something in them changes, energy spread evenly over time.

    Pieces keep the index of their period. Periods in which nothing changes stay as they are, also those
    whose times are not known, and all of them if they last longer than MAX_DAYS.
    """
    with localcontext(EXACT):
        cutting = Cutting.of(record, policy, decimals)
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

    record: Record
    course: Course
    prices: Mapping[int, Prices]
    edges: Mapping[int, Edges]
    tariff_of: Mapping[int, int | None]
    decimals: int = DECIMALS
    _flats: set[tuple[int, bool]] = field(default_factory=set)

    @classmethod
    def of(cls, record: Record, policy: Policy, decimals: int = DECIMALS) -> "Cutting":
        """Prepare for a record."""
        chosen = tariffs_of(record)
        periods = record.session.periods
        unused = expired(record.session, periods)
        prices = {place: prices_of(record.tariffs[place], policy, expired=unused) for place in chosen.used}
        course = course_of(record, policy, periods, prices.values())
        searched = _span(periods) <= timedelta(days=MAX_DAYS)
        edges = {place: edges_of(one) if searched else NO_EDGES for place, one in prices.items()}
        return cls(record, course, prices, edges, chosen.tariff_of, decimals)

    def stretches(self) -> list[Stretch]:
        """Return all periods with their pieces."""
        found = []
        kwh = Decimal(0)
        for period in self.record.session.periods:
            tariff = self.tariff_of[period.index]
            prices = None if tariff is None else self.prices[tariff]
            pieces = [period] if tariff is None else self._cut(period, tariff, kwh)
            found.append(Stretch(period, kwh, prices, pieces))
            kwh += period.energy or 0
        return found

    def pieces(self, period: Period, knots: Sequence[Knot], tariff: int, kwh: Decimal) -> list[Period]:
        """Cut a period at knots and at the amounts of energy that its prices name."""
        energy = period.energy or 0
        tiers = [tier - kwh for tier in self.edges[tariff].energies if 0 < tier - kwh < energy]
        return between(period, at_energies(knots, tiers), self.decimals)

    def _cut(self, period: Period, tariff: int, kwh: Decimal) -> list[Period]:
        edges = self.edges[tariff]
        if not edges.any or period.start is None or period.end is None:
            self._costs(period, tariff, kwh)
            return [period]
        first, last = ends_of(period)
        inside = evenly(period, moments(edges, period, self.course), self.decimals)
        pieces = self.pieces(period, [first, *inside, last], tariff, kwh)
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
        return result if len(result) > 1 else [period]

    def _costs(self, period: Period, tariff: int, kwh: Decimal) -> list[object]:
        """Return what each dimension of a period costs, to be compared; FLAT only until it is due."""
        prices, state = self.prices[tariff], self.course.state(period, kwh)
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
        for reservation, due, offers in (
            (False, not only_reserves(period), prices.charging.get(Dimension.FLAT, ())),
            (True, period.reservation is not None, prices.reservation.get(Dimension.FLAT, ())),
        ):
            if due and offers and (tariff, reservation) not in self._flats:
                selected = select(offers, state, answers)
                if selected[0] is not None:
                    self._flats.add((tariff, reservation))
                else:
                    costs.append(costs_of(selected))
        return costs


def _span(periods: Sequence[Period]) -> timedelta:
    moments = [moment for period in periods for moment in (period.start, period.end) if moment is not None]
    return max(moments) - min(moments) if moments else timedelta(0)
