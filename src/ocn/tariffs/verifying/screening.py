"""Which roundings are worth computing: the same sums as :mod:`ocn.tariffs.pricing.sums`, in whole numbers.

A claim is tried against a dozen roundings of every deviation, and hardly one of them fits. Whole numbers over
one denominator tell that an order of magnitude faster than fractions; what fits is computed by the engine.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final, TypeVar

from ocn.tariffs.money import minor_units, rounded_amount
from ocn.tariffs.policy import Policy, Rounding, RoundingMode
from ocn.tariffs.pricing.limits import within_limits
from ocn.tariffs.result import Amount, Line, Priced

Key = TypeVar("Key", bound=Hashable)

_KEYS: Final[Mapping[Rounding, Callable[[Line], Hashable]]] = {
    Rounding.LINE: id,
    Rounding.PERIOD: lambda line: line.period,
    Rounding.COMPONENT: lambda line: (line.tariff, line.element, line.component),
    Rounding.PART: lambda line: line.part,
}
"""What is rounded together; under another rounding all lines are."""


class Screen:
    """The lines of a price that rounds nothing, ready to be added up under many policies."""

    def __init__(self, priced: Priced) -> None:
        self._priced = priced
        amounts = [line.amount for line in priced.lines]
        self._excl = _Side([amount.excl for amount in amounts])
        self._incl = _Side([amount.incl for amount in amounts])
        places = sorted({line.tariff for line in priced.lines})
        self._used = [priced.record.tariffs[place] for place in places]
        self._limited = any(tariff.min_price or tariff.max_price for tariff in self._used)

    def is_of_its_own(self, policy: Policy) -> bool:
        """Whether a rounding of lines, periods and the like is another than that of all.

        Parts and components have to be others than lines, too. What costs nothing cannot be rounded. A single
        line is rounded before limits and the total after them: where they moved it, those are two.
        """
        if policy.rounding not in _KEYS:
            return True
        costly = [
            key
            for key, line in zip(self._keys(policy), self._priced.lines, strict=True)
            if line.amount.excl or line.amount.incl
        ]
        most = len(costly) if policy.rounding in (Rounding.PART, Rounding.COMPONENT) else len(costly) + 1
        fewest = 1 if self._priced.total != self._priced.subtotal else 2
        return fewest <= len(set(costly)) < most

    def total(self, policy: Policy) -> Amount:
        """Return the total under a policy that differs in how amounts are rounded."""
        digits = minor_units(self._priced.currency) if policy.digits is None else policy.digits
        subtotal = self._taxed(policy, digits) if policy.vat_on_rounded else self._rounded(policy, digits)
        total = within_limits(subtotal, self._used, policy)[0] if self._limited else subtotal
        return rounded_amount(total, digits, policy.mode) if policy.rounding is Rounding.TOTAL else total

    def _rounded(self, policy: Policy, digits: int) -> Amount:
        if policy.rounding in (Rounding.NONE, Rounding.TOTAL):
            return Amount(self._excl.exact(), self._incl.exact())
        keys = self._keys(policy)
        return Amount(
            self._excl.rounded(keys, digits, policy.mode), self._incl.rounded(keys, digits, policy.mode)
        )

    def _taxed(self, policy: Policy, digits: int) -> Amount:
        """Round net amounts at each rate and tax what they add up to."""
        gross = self._incl.by(self._rates())
        net = self._excl.by(self._rates())
        if gross is None or net is None:
            return Amount(self._excl.exact(), self._incl.exact())
        units: dict[Decimal | None, int] = {}
        for (rate, _), amount in (self._excl.by(self._rated_keys(policy)) or {}).items():
            whole = _round(amount, self._excl.denominator, digits, policy.mode)
            units[rate] = units.get(rate, 0) + whole
        excl = Fraction(sum(units.values()), 10**digits)
        incl = sum(
            (
                Fraction(whole * gross[rate] * self._excl.denominator, net[rate] * self._incl.denominator)
                for rate, whole in units.items()
                if net[rate]
            ),
            Fraction(0),
        )
        return Amount(excl, rounded_amount(Amount(None, incl / 10**digits), digits, policy.mode).incl)

    def _keys(self, policy: Policy) -> list[Hashable]:
        key = _KEYS.get(policy.rounding)
        return [None if key is None else key(line) for line in self._priced.lines]

    def _rates(self) -> list[Decimal | None]:
        return [line.rate for line in self._priced.lines]

    def _rated_keys(self, policy: Policy) -> list[tuple[Decimal | None, Hashable]]:
        return list(zip(self._rates(), self._keys(policy), strict=True))


class _Side:
    """Net or gross amounts of all lines over one denominator; unknown when one of them is."""

    def __init__(self, amounts: Sequence[Fraction | None]) -> None:
        known = [amount for amount in amounts if amount is not None]
        self._known = len(known) == len(amounts)
        self.denominator = lcm(*(amount.denominator for amount in known))
        self._numerators = [amount.numerator * (self.denominator // amount.denominator) for amount in known]

    def exact(self) -> Fraction | None:
        return Fraction(sum(self._numerators), self.denominator) if self._known else None

    def rounded(self, keys: Iterable[Hashable], digits: int, mode: RoundingMode) -> Fraction | None:
        groups = self.by(keys)
        if groups is None:
            return None
        units = sum(_round(amount, self.denominator, digits, mode) for amount in groups.values())
        return Fraction(units, 10**digits)

    def by(self, keys: Iterable[Key]) -> dict[Key, int] | None:
        if not self._known:
            return None
        groups: dict[Key, int] = {}
        for key, amount in zip(keys, self._numerators, strict=True):
            groups[key] = groups.get(key, 0) + amount
        return groups


def _round(numerator: int, denominator: int, digits: int, mode: RoundingMode) -> int:
    """Round a fraction to units of the last digit, as :func:`ocn.tariffs.money.rounded` does."""
    whole, rest = divmod(abs(numerator) * int(10**digits), denominator)
    if rest and mode is not RoundingMode.DOWN:
        half = 2 * rest - denominator
        tie_goes_up = mode is RoundingMode.HALF_UP or whole % 2 == 1
        if mode is RoundingMode.UP or half > 0 or (half == 0 and tie_goes_up):
            whole += 1
    return -whole if numerator < 0 else whole
