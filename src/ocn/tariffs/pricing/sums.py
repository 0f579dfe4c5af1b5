"""Lines to parts and total; and the roundings that a policy may ask for on the way.

Quantities at one unit price are added up before they are multiplied, so that few fractions are computed. The
result is exact, whatever the number of lines.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.tariffs.exact import sum_of_ratios
from ocn.tariffs.money import rounded, rounded_amount
from ocn.tariffs.policy import Policy, Rounding
from ocn.tariffs.result import Amount, Line, Part

_Key = Callable[[Line], Hashable]

_TOGETHER: Final[Mapping[Rounding, _Key]] = {
    Rounding.LINE: id,
    Rounding.PERIOD: lambda line: line.period,
    Rounding.COMPONENT: lambda line: (line.tariff, line.element, line.component),
    Rounding.PART: lambda line: line.part,
}
"""What is rounded together; without a key nothing is rounded before it is added up."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What lines add up to."""

    parts: Mapping[Part, Amount]
    subtotal: Amount


@dataclass(slots=True)
class _Bundle:
    """Lines that are added up: the quantity at each unit price, by the identity of the price."""

    units: dict[int, Amount] = field(default_factory=dict)
    quantities: dict[int, Decimal] = field(default_factory=dict)

    def exact(self) -> Amount:
        taken = [(unit, *self.quantities[place].as_integer_ratio()) for place, unit in self.units.items()]
        return Amount(
            _sum_known([(unit.excl, over, under) for unit, over, under in taken]),
            _sum_known([(unit.incl, over, under) for unit, over, under in taken]),
        )


@dataclass(frozen=True, slots=True)
class Adding:
    """How lines are added up; ``nothing`` is 0 as the version of the document knows it."""

    policy: Policy
    digits: int
    nothing: Amount

    def sums(self, lines: Sequence[Line]) -> Sums:
        """Add up all lines, and those of each part."""
        if self.policy.rounding in _TOGETHER or self.policy.vat_on_rounded:
            parts = {part: self._rounded([line for line in lines if line.part is part]) for part in Part}
            if self.policy.rounding is Rounding.PERIOD or self.policy.vat_on_rounded:
                return Sums(parts, self._rounded(lines))
        else:
            bundles = _bundles(lines, lambda line: id(line.part))  # to hash an enum would take its name
            found = {part: bundles.get(id(part)) for part in Part}
            parts = {part: self.nothing if one is None else one.exact() for part, one in found.items()}
        return Sums(parts, _total(parts.values()))

    def rounded_lines(self, lines: Sequence[Line]) -> Sequence[Line]:
        """Return the lines with rounded amounts where the policy rounds lines."""
        if self.policy.rounding is not Rounding.LINE:
            return lines
        digits, mode = self.digits, self.policy.mode
        return [line._replace(rounded=rounded_amount(line.amount, digits, mode)) for line in lines]

    def _rounded(self, lines: Sequence[Line]) -> Amount:
        """Add up what is rounded together and rounded before."""
        if not lines:
            return self.nothing
        if self.policy.vat_on_rounded:
            return self._tax_on_rounded(lines)
        bundles = _bundles(lines, _TOGETHER[self.policy.rounding]).values()
        return _total([rounded_amount(one.exact(), self.digits, self.policy.mode) for one in bundles])

    def _tax_on_rounded(self, lines: Sequence[Line]) -> Amount:
        """Round net amounts rate by rate, tax their sums, and round what comes out."""
        key = _TOGETHER.get(self.policy.rounding)
        excl, incl = Fraction(0), Fraction(0)
        for bundle in _bundles(lines, lambda line: (key and key(line), line.rate)).values():
            amount = bundle.exact()
            if amount.excl is None or amount.incl is None:
                return _total([one.exact() for one in _bundles(lines, lambda _line: None).values()])
            net = rounded(amount.excl, self.digits, self.policy.mode)
            excl += net
            incl += net * amount.incl / amount.excl if amount.excl else amount.incl
        return Amount(excl, rounded(incl, self.digits, self.policy.mode))


def _bundles(lines: Iterable[Line], key: _Key) -> dict[Hashable, _Bundle]:
    bundles: dict[Hashable, _Bundle] = {}
    for line in lines:
        name, place = key(line), id(line.unit)
        bundle = bundles.get(name)
        if bundle is None:
            bundle = bundles[name] = _Bundle()
        if place in bundle.quantities:
            bundle.quantities[place] += line.billed
        else:
            bundle.units[place], bundle.quantities[place] = line.unit, line.billed
    return bundles


def _total(amounts: Iterable[Amount]) -> Amount:
    """Add up amounts; what is unknown in one of them is unknown in the sum."""
    found = list(amounts)
    excl = [amount.excl for amount in found if amount.excl is not None]
    incl = [amount.incl for amount in found if amount.incl is not None]
    return Amount(
        _sum(excl) if len(excl) == len(found) else None,
        _sum(incl) if len(incl) == len(found) else None,
    )


def _sum(amounts: Iterable[Fraction]) -> Fraction:
    return sum_of_ratios([(amount.numerator, amount.denominator) for amount in amounts if amount])


def _sum_known(terms: Sequence[tuple[Fraction | None, int, int]]) -> Fraction | None:
    """Add up prices times quantities, which are given as ratios; None if a price is unknown."""
    products = [
        (price.numerator * over, price.denominator * under)
        for price, over, under in terms
        if price is not None
    ]
    return sum_of_ratios(products) if len(products) == len(terms) else None
