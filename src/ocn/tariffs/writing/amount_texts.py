"""Amounts as texts that lose nothing: how results, evidence and the command line write a number.

A finite amount is written with all its decimals and at least two ("5.00", "12.375"); one whose decimals never
end, such as a third of a euro, is rounded half up to ``REPEATING_DECIMALS``. The text depends on the value
alone, so that two parties write the same one.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from ocn.tariffs.money import rounded
from ocn.tariffs.result import Amount, Part

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
"""What results are written in: a number with decimals is a text."""

FEWEST_DECIMALS: Final = 2
REPEATING_DECIMALS: Final = 12


def money_text(value: Fraction) -> str:
    """Write an amount of money."""
    return _text(value, FEWEST_DECIMALS)


def number_text(value: Fraction | Decimal | int) -> str:
    """Write a volume, price or percentage: as money, but with no more decimals than it needs."""
    return _text(Fraction(value), 0)


def amount_json(amount: Amount) -> dict[str, Json]:
    """Write net and gross; null is what cannot be known."""
    return {
        "excl": None if amount.excl is None else money_text(amount.excl),
        "incl": None if amount.incl is None else money_text(amount.incl),
    }


def amounts_json(amounts: Mapping[Part, Amount] | Mapping[str, Amount]) -> dict[str, Json]:
    """Write amounts by the names of the members of a CDR."""
    return {str(name): amount_json(amount) for name, amount in amounts.items()}


def _text(value: Fraction, fewest: int) -> str:
    needed = _decimals(value.denominator)
    places = REPEATING_DECIMALS if needed is None else max(needed, fewest)
    exact = rounded(value, places) if needed is None else value
    units = exact.numerator * 10**places // exact.denominator
    digits = str(abs(units)).rjust(places + 1, "0")
    sign = "-" if units < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits


def _decimals(denominator: int) -> int | None:
    """Return how many decimals a fraction in lowest terms has; None when they never end."""
    twos = (denominator & -denominator).bit_length() - 1
    denominator >>= twos
    fives = 0
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    return max(twos, fives) if denominator == 1 else None
