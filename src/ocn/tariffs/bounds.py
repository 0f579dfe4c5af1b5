"""Between which amounts a price lies that the document does not settle.

Two things are left open: how much of the energy of a period that spans a change of price was charged before
it, and which price applies where a restriction cannot be checked. Times are cut exactly at the change; time
whose price depends on the energy is bounded with it. A FLAT price that depends on energy and time at once,
and blocks that a spread fills by chance, are not searched for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Final

from ocn.tariffs.allocation import Slot, cheapest
from ocn.tariffs.edges import within
from ocn.tariffs.exact import EXACT
from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.lines import Prefer
from ocn.tariffs.match import State
from ocn.tariffs.model import Dimension, Period, Record
from ocn.tariffs.pieces import Knot, ends_of
from ocn.tariffs.policy import Policy
from ocn.tariffs.preparation import Prepared, prepare
from ocn.tariffs.price import compute
from ocn.tariffs.result import Amount, Priced
from ocn.tariffs.selection import Offer, Prices, select
from ocn.tariffs.splitting import Cutting, Stretch
from ocn.tariffs.stretches import length_us

MAX_FINDINGS: Final = 20
_US_PER_HOUR: Final = 3_600_000_000
_HOUR_S: Final = 3600
_DIGITS: Final = 12


def bounded(priced: Priced, prepared: Prepared | None = None) -> Priced:
    """Return the price with its bounds, and a finding for each period that spans a change of price.

    The bounds hold for periods cut where prices change. The total is what the periods cost as they are, each
    by the state at its start, and need not lie between them. ``prepared`` is for those who have it.
    """
    if not priced.priceable:
        return priced
    with localcontext(EXACT):
        cutting = Cutting.of(prepared or prepare(priced.record, priced.policy))
        if priced.decided and not cutting.may_cut():
            return priced
        stretches = cutting.stretches()
        spans = [stretch for stretch in stretches if len(stretch.pieces) > 1]
        if not spans and priced.decided:
            return priced
        low = _extreme(priced, cutting, stretches, Prefer.CHEAPEST)
        high = _extreme(priced, cutting, stretches, Prefer.DEAREST)
    return replace(
        priced,
        findings=(*priced.findings, *(_finding(stretch.period) for stretch in spans[:MAX_FINDINGS])),
        low=Amount(_pick(min, low.excl, high.excl), _pick(min, low.incl, high.incl)),
        high=Amount(_pick(max, low.excl, high.excl), _pick(max, low.incl, high.incl)),
    )


def _extreme(priced: Priced, cutting: Cutting, stretches: Sequence[Stretch], prefer: Prefer) -> Amount:
    """Price the session with energy and open questions as favourable, or as unfavourable, as can be."""
    periods: list[Period] = []
    for stretch in stretches:
        tariff = cutting.prepared.tariffs.tariff_of[stretch.period.index]
        if len(stretch.pieces) == 1 or stretch.prices is None or tariff is None:
            periods.append(stretch.period)
            continue
        knots = _knots(stretch, stretch.prices, cutting, tariff, prefer)
        periods += cutting.pieces(stretch.period, knots, tariff, stretch.kwh)
    session = replace(priced.record.session, periods=tuple(periods))
    record: Record = replace(priced.record, session=session)
    policy: Policy = priced.policy
    return compute(record, policy, prefer=prefer).total


def _knots(stretch: Stretch, prices: Prices, cutting: Cutting, tariff: int, prefer: Prefer) -> list[Knot]:
    """Spread the energy of a period over the moments at which prices change, to the extreme."""
    period = stretch.period
    first, last = ends_of(period)
    times = [first.moment, *within(cutting.moments[tariff], period), last.moment]
    tiers = cutting.tiers(period, tariff, stretch.kwh)
    asking = _Asking(period, prices, cutting, prefer)
    kwhs = [stretch.kwh + tier for tier in (Decimal(0), *tiers)]
    slots = [asking.slot(replace(period, start=start, end=end), kwhs) for start, end in pairwise(times)]
    knots = [first]
    for end, spent in zip(times[1:], cheapest(slots, tiers, last.energy), strict=True):
        until = last.energy if end == last.moment else _decimal(spent.until)
        passed = [tier for tier in tiers if knots[-1].energy < tier <= until]
        early, late = passed, []
        if spent.tier < len(tiers):
            edge = tiers[spent.tier]
            early, late = [tier for tier in passed if tier < edge], [tier for tier in passed if tier >= edge]
        knots += [Knot(knots[-1].moment, tier) for tier in early]
        knots += [Knot(end, tier) for tier in late if tier < until]
        knots.append(Knot(end, until))
    return knots


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks what a slot of a period would cost; for the dearest way costs are negated."""

    period: Period
    prices: Prices
    cutting: Cutting
    prefer: Prefer

    def slot(self, piece: Period, kwhs: Sequence[Decimal]) -> Slot:
        """Return a slot for a piece of the period; ``kwhs`` are what was charged before each tier."""
        states = [self.cutting.prepared.course.state(piece, kwh) for kwh in kwhs]
        length, whole = length_us(piece) or 0, length_us(self.period) or 0
        share = Fraction(length, whole) if whole else Fraction(0)
        powers = [kw for kw in (piece.max_power, self.cutting.prepared.record.max_power) if kw is not None]
        return Slot(
            tuple(self._unit(Dimension.ENERGY, state) for state in states),
            tuple(self._time(state) * share for state in states),
            Fraction(min(powers)) * length / _US_PER_HOUR if powers else None,
        )

    def _time(self, state: State) -> Fraction:
        """Return what all time of the period would cost at a state."""
        volumes = ((Dimension.TIME, self.period.time), (Dimension.PARKING_TIME, self.period.parking))
        costs = [
            self._unit(dimension, state) * Fraction(hours) * _HOUR_S
            for dimension, hours in volumes
            if hours is not None
        ]
        return sum(costs, Fraction(0))

    def _unit(self, dimension: Dimension, state: State) -> Fraction:
        offer, others = select(self.prices.charging.get(dimension, ()), state, {})
        units = [_price(one) for one in (offer, *others)]
        return min(units) if self.prefer is Prefer.CHEAPEST else -max(units)


def _price(offer: Offer | None) -> Fraction:
    if offer is None:
        return Fraction(0)
    return (offer.unit.incl if offer.unit.excl is None else offer.unit.excl) or Fraction(0)


def _decimal(amount: Fraction) -> Decimal:
    """Write an amount of energy with a billionth of a Wh; only what a connector can deliver needs it."""
    return Decimal(f"{round(amount * 10**_DIGITS)}E-{_DIGITS}")


def _pick(choose: Callable[[Fraction, Fraction], Fraction], *sides: Fraction | None) -> Fraction | None:
    low, high = sides
    return None if low is None or high is None else choose(low, high)


def _finding(period: Period) -> Finding:
    message = "The price of something in the period changes within it; a new period should start there."
    pointer = f"/charging_periods/{period.index}"
    return Finding(Code.PERIOD_SPANS_PRICE_CHANGE, pointer, message, Effect.WARNING)
