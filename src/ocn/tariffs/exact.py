"""Decimal arithmetic that never rounds.

Numbers have at most 12 digits before and 30 after the point (:mod:`ocn.tariffs.reading`), a session at most
10,000 periods: sums and products with whole numbers stay below 100 digits. Were one not to, the context
raises instead of rounding. Divisions are left to fractions.
"""

from collections.abc import Iterable
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from math import lcm

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""For ``with localcontext(EXACT)``, which copies it."""


def sum_of_products(terms: Iterable[tuple[Fraction, Decimal]]) -> Fraction:
    """Add up prices times quantities: one common denominator, and reduced once instead of at every step."""
    products = []
    for price, quantity in terms:
        over, under = quantity.as_integer_ratio()
        products.append((price.numerator * over, price.denominator * under))
    common = lcm(*(under for _, under in products))
    return Fraction(sum(over * (common // under) for over, under in products), common)


def sum_of(amounts: Iterable[Fraction]) -> Fraction:
    """Add up fractions in the same way."""
    found = [amount for amount in amounts if amount]
    common = lcm(*(amount.denominator for amount in found))
    return Fraction(sum(amount.numerator * (common // amount.denominator) for amount in found), common)
