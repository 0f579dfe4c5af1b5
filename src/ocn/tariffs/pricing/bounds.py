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

from msgspec import structs

from ocn.tariffs.exact import EXACT
from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.model import Period
from ocn.tariffs.pricing.allocation import MAX_STEPS, cheapest
from ocn.tariffs.pricing.compute import compute
from ocn.tariffs.pricing.edges import within
from ocn.tariffs.pricing.lines import Prefer
from ocn.tariffs.pricing.pieces import Knot, ends_of
from ocn.tariffs.pricing.preparation import Prepared, prepare
from ocn.tariffs.pricing.selection import Prices
from ocn.tariffs.pricing.slots import Asking
from ocn.tariffs.pricing.splitting import Cutting, Stretch
from ocn.tariffs.result import Amount, Priced

MAX_FINDINGS: Final = 20
_DIGITS: Final = 12


def bounded(priced: Priced, prepared: Prepared | None = None) -> Priced:
    """Return the price with its bounds, and a finding for each period that spans a change of price.

    The bounds hold for periods cut where prices change. The total is what the periods cost as they are, each
    by the state at its start, and need not lie between them. ``prepared`` is for those who have it.
    """
    if not priced.priceable:
        return priced
    prepared = prepared or prepare(priced.record, priced.policy)
    with localcontext(EXACT):
        cutting = Cutting(prepared)
        if not cutting.prepared.searched:
            priced = replace(priced, findings=(*priced.findings, _not_searched()))
        if priced.decided and not cutting.may_cut():
            return priced
        stretches = cutting.stretches()
        spans = [stretch for stretch in stretches if len(stretch.pieces) > 1]
        if not spans and priced.decided:
            return priced
        low, high = (
            _Extreme(priced, cutting, prefer, MAX_STEPS // max(1, len(spans))).total(stretches)
            for prefer in (Prefer.CHEAPEST, Prefer.DEAREST)
        )
    found = replace(
        priced,
        findings=(*priced.findings, *(_finding(stretch.period) for stretch in spans[:MAX_FINDINGS])),
        low=_of_both(min, low, high),
        high=_of_both(max, low, high),
    )
    return _by_any(found, prepared.tariffs.candidates)


def _by_any(priced: Priced, candidates: Sequence[int]) -> Priced:
    """Widen the bounds to every tariff that may be meant."""
    for place in candidates[1:]:
        alone = replace(priced.record, tariffs=(priced.record.tariffs[place],))
        other = bounded(compute(alone, priced.policy))
        if other.priceable:
            low, high = _of_both(min, priced.low, other.low), _of_both(max, priced.high, other.high)
            priced = replace(priced, low=low, high=high)
    return priced


@dataclass(frozen=True, slots=True)
class _Extreme:
    """The session with energy and open questions as favourable, or as unfavourable, as they can be.

    For the dearest way, prices are negated.
    """

    priced: Priced
    cutting: Cutting
    prefer: Prefer
    max_steps: int

    def total(self, stretches: Sequence[Stretch]) -> Amount:
        """Price it."""
        periods = [period for stretch in stretches for period in self._periods(stretch)]
        record = self.priced.record
        changed = replace(record, session=replace(record.session, periods=tuple(periods)))
        return compute(changed, self.priced.policy, prefer=self.prefer).total

    def _periods(self, stretch: Stretch) -> Sequence[Period]:
        tariff = self.cutting.prepared.tariffs.tariff_of[stretch.period.index]
        if len(stretch.pieces) == 1 or stretch.prices is None or tariff is None:
            return (stretch.period,)
        knots = self._knots(stretch, stretch.prices, tariff)
        return self.cutting.pieces(stretch.period, knots, tariff, stretch.kwh)

    def _knots(self, stretch: Stretch, prices: Prices, tariff: int) -> list[Knot]:
        """Spread the energy of a period over the moments at which prices change."""
        period = stretch.period
        first, last = ends_of(period)
        times = [first.moment, *within(self.cutting.prepared.moments[tariff], period), last.moment]
        tiers = self.cutting.tiers(period, tariff, stretch.kwh)
        kwhs = [stretch.kwh + tier for tier in (Decimal(0), *tiers)]
        asking = Asking(period, prices, self.cutting.prepared, self.prefer)
        slots = [
            asking.slot(structs.replace(period, start=start, end=end), kwhs) for start, end in pairwise(times)
        ]
        knots = [first]
        spending = cheapest(slots, tiers, last.energy, self.max_steps)
        for end, spent in zip(times[1:], spending, strict=True):
            until = last.energy if end == last.moment else _decimal(spent.until)
            begin = knots[-1]
            early, late = (
                [tier for tier in some if begin.energy < tier <= until]
                for some in (tiers[: spent.tier], tiers[spent.tier :])
            )
            knots += [Knot(begin.moment, tier) for tier in early]
            knots += [Knot(end, tier) for tier in (*late, until)]
        return knots


def _decimal(amount: Fraction) -> Decimal:
    """Write an amount of energy with a billionth of a Wh; only what a connector can deliver needs it."""
    return Decimal(f"{round(amount * 10**_DIGITS)}E-{_DIGITS}")


def _of_both(choose: Callable[[Fraction, Fraction], Fraction], one: Amount, other: Amount) -> Amount:
    """Choose between two amounts, net and gross each by itself; what one does not know is unknown."""

    def of(left: Fraction | None, right: Fraction | None) -> Fraction | None:
        return None if left is None or right is None else choose(left, right)

    return Amount(of(one.excl, other.excl), of(one.incl, other.incl))


def _not_searched() -> Finding:
    message = "Too long, too finely priced or without times: periods were not searched for changes of price."
    return Finding(Code.PRICE_CHANGES_NOT_SEARCHED, "/charging_periods", message, Effect.WARNING)


def _finding(period: Period) -> Finding:
    message = "The price of something in the period changes within it; a new period should start there."
    pointer = f"/charging_periods/{period.index}"
    return Finding(Code.PERIOD_SPANS_PRICE_CHANGE, pointer, message, Effect.WARNING)
