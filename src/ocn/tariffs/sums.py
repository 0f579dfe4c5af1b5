"""Lines to parts, total and taxes; and the roundings that a policy may ask for on the way.

Quantities at one unit price are added up before they are multiplied, so that few fractions are computed. The
result is exact, whatever the number of lines.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.tariffs.money import rounded, rounded_amount
from ocn.tariffs.policy import Policy, Rounding
from ocn.tariffs.result import Amount, Line, Part, TaxTotal

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


@dataclass(frozen=True, slots=True)
class Adding:
    """How lines are added up; ``nothing`` is 0 as the version of the document knows it."""

    policy: Policy
    digits: int
    nothing: Amount

    def sums(self, lines: Sequence[Line]) -> Sums:
        """Add up all lines, and those of each part."""
        by_part: dict[Part, list[Line]] = {}
        for line in lines:
            by_part.setdefault(line.part, []).append(line)
        parts = {part: self._sum(by_part[part]) if part in by_part else self.nothing for part in Part}
        if self.policy.rounding is Rounding.PERIOD or self.policy.vat_on_rounded:
            return Sums(parts, self._sum(lines))
        return Sums(parts, total(parts.values(), self.nothing))

    def rounded_lines(self, lines: Sequence[Line]) -> Sequence[Line]:
        """Return the lines with rounded amounts where the policy rounds lines."""
        if self.policy.rounding is not Rounding.LINE:
            return lines
        digits, mode = self.digits, self.policy.mode
        return [replace(line, rounded=rounded_amount(line.amount, digits, mode)) for line in lines]

    def _sum(self, lines: Sequence[Line]) -> Amount:
        if self.policy.vat_on_rounded:
            return self._tax_on_rounded(lines)
        key = _TOGETHER.get(self.policy.rounding)
        if key is None:
            return total(_amounts(lines), self.nothing)
        pieces = (total(_amounts(piece), self.nothing) for piece in _pieces(lines, key))
        return total((rounded_amount(one, self.digits, self.policy.mode) for one in pieces), self.nothing)

    def _tax_on_rounded(self, lines: Sequence[Line]) -> Amount:
        """Round net amounts rate by rate, tax their sums, and round what comes out."""
        key = _TOGETHER.get(self.policy.rounding)
        excl, incl = Fraction(0), Fraction(0)
        for piece in _pieces(lines, lambda line: (key and key(line), line.rate)):
            amount = total(_amounts(piece), self.nothing)
            if amount.excl is None or amount.incl is None:
                return total(_amounts(lines), self.nothing)
            net = rounded(amount.excl, self.digits, self.policy.mode)
            excl += net
            incl += net * amount.incl / amount.excl if amount.excl else amount.incl
        return Amount(excl, rounded(incl, self.digits, self.policy.mode))


def total(amounts: Iterable[Amount], nothing: Amount) -> Amount:
    """Add up amounts."""
    return sum(amounts, nothing)


def taxes(lines: Sequence[Line]) -> tuple[TaxTotal, ...]:
    """Add up what is taxed, by rate; lines whose tax is unknown are in none of them."""
    found = []
    for piece in _pieces([line for line in lines if line.rate is not None], lambda line: line.rate):
        amount = total(_amounts(piece), Amount(Fraction(0), Fraction(0)))
        rate = piece[0].rate
        if rate is not None and amount.excl is not None and amount.incl is not None:
            found.append(TaxTotal(rate, amount.excl, amount.incl - amount.excl))
    return tuple(sorted(found, key=lambda tax: tax.percentage))


def _pieces(lines: Iterable[Line], key: _Key) -> Iterable[list[Line]]:
    pieces: dict[Hashable, list[Line]] = {}
    for line in lines:
        pieces.setdefault(key(line), []).append(line)
    return pieces.values()


def _amounts(lines: Iterable[Line]) -> Iterable[Amount]:
    """Yield the amount at each unit price."""
    units: dict[int, Amount] = {}
    quantities: dict[int, Decimal] = {}
    for line in lines:
        unit = line.unit
        place = id(unit)
        if place in quantities:
            quantities[place] += line.billed
        else:
            units[place], quantities[place] = unit, line.billed
    return (units[place] * Fraction(quantity) for place, quantity in quantities.items())
