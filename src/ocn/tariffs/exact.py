"""Decimal arithmetic that never rounds.

Numbers have at most 12 digits before and 30 after the point (:mod:`ocn.tariffs.reading`), a session at most
10,000 periods: sums and products with whole numbers stay below 100 digits. Were one not to, the context
raises instead of rounding. Divisions are left to fractions.
"""

from decimal import Context, DivisionByZero, Inexact, InvalidOperation, Overflow

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""For ``with localcontext(EXACT)``, which copies it."""
