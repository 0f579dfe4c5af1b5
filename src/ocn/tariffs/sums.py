"""Lines to parts, total and taxes; and the roundings that a policy may ask for on the way.

Quantities at one unit price are added up before they are multiplied, so that few fractions are computed. The
result is exact, whatever the number of lines.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.tariffs.exact import sum_of, sum_of_products
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


@dataclass(frozen=True, slots=True)
class Adding:
    """How lines are added up; ``nothing`` is 0 as the version of the document knows it."""

    policy: Policy
    digits: int
    nothing: Amount

    def sums(self, lines: Sequence[Line]) -> Sums:
        """Add up all lines, and those of each part."""
        by_part: dict[int, list[Line]] = {id(part): [] for part in Part}  # to hash an enum takes its name
        for line in lines:
            by_part[id(line.part)].append(line)
        parts = {part: self._sum(by_part[id(part)]) for part in Part}
        if self.policy.rounding is Rounding.PERIOD or self.policy.vat_on_rounded:
            return Sums(parts, self._sum(lines))
        return Sums(parts, self._total(parts.values()))

    def rounded_lines(self, lines: Sequence[Line]) -> Sequence[Line]:
        """Return the lines with rounded amounts where the policy rounds lines."""
        if self.policy.rounding is not Rounding.LINE:
            return lines
        digits, mode = self.digits, self.policy.mode
        return [line._replace(rounded=rounded_amount(line.amount, digits, mode)) for line in lines]

    def _sum(self, lines: Sequence[Line]) -> Amount:
        if not lines:
            return self.nothing
        if self.policy.vat_on_rounded:
            return self._tax_on_rounded(lines)
        key = _TOGETHER.get(self.policy.rounding)
        if key is None:
            return self._exact(lines)
        pieces = (self._exact(piece) for piece in _pieces(lines, key))
        return self._total(rounded_amount(piece, self.digits, self.policy.mode) for piece in pieces)

    def _tax_on_rounded(self, lines: Sequence[Line]) -> Amount:
        """Round net amounts rate by rate, tax their sums, and round what comes out."""
        key = _TOGETHER.get(self.policy.rounding)
        excl, incl = Fraction(0), Fraction(0)
        for piece in _pieces(lines, lambda line: (key and key(line), line.rate)):
            amount = self._exact(piece)
            if amount.excl is None or amount.incl is None:
                return self._exact(lines)
            net = rounded(amount.excl, self.digits, self.policy.mode)
            excl += net
            incl += net * amount.incl / amount.excl if amount.excl else amount.incl
        return Amount(excl, rounded(incl, self.digits, self.policy.mode))

    def _exact(self, lines: Sequence[Line]) -> Amount:
        """Add up lines: their quantities first, unit price by unit price."""
        units: dict[int, Amount] = {}
        quantities: dict[int, Decimal] = {}
        for line in lines:
            place = id(line.unit)
            if place in quantities:
                quantities[place] += line.billed
            else:
                units[place], quantities[place] = line.unit, line.billed
        return Amount(
            _sum_known((unit.excl, quantities[place]) for place, unit in units.items()),
            None
            if self.nothing.incl is None
            else _sum_known((unit.incl, quantities[place]) for place, unit in units.items()),
        )

    def _total(self, amounts: Iterable[Amount]) -> Amount:
        """Add up amounts; what is unknown in one of them is unknown in the sum."""
        found = list(amounts)
        excl = [amount.excl for amount in found if amount.excl is not None]
        incl = [amount.incl for amount in found if amount.incl is not None]
        return Amount(
            sum_of(excl) if len(excl) == len(found) else None,
            sum_of(incl) if len(incl) == len(found) and self.nothing.incl is not None else None,
        )


def _sum_known(terms: Iterable[tuple[Fraction | None, Decimal]]) -> Fraction | None:
    known = []
    for price, quantity in terms:
        if price is None:
            return None
        known.append((price, quantity))
    return sum_of_products(known)


def _pieces(lines: Iterable[Line], key: _Key) -> Iterable[list[Line]]:
    pieces: dict[Hashable, list[Line]] = {}
    for line in lines:
        pieces.setdefault(key(line), []).append(line)
    return pieces.values()
