"""Decimal arithmetic that never rounds.

Numbers have at most 12 digits before and 30 after the point (:mod:`ocn.tariffs.reading.members`), a session
at most 10,000 periods: sums and products with whole numbers stay below 100 digits. Were one not to, the
context raises instead of rounding. Divisions are left to fractions.
"""

from collections.abc import Sequence
from decimal import Context, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from math import lcm

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""For ``with localcontext(EXACT)``, which copies it."""


def sum_of_ratios(ratios: Sequence[tuple[int, int]]) -> Fraction:
    """Add up numerators over denominators, reduced once at the end instead of at every step."""
    if len(ratios) == 1:
        return Fraction(*ratios[0])
    common = lcm(*(under for _, under in ratios))
    return Fraction(sum([over * (common // under) for over, under in ratios]), common)
