"""From what a document says in its currency to units of a token, and units as text.

Rounded once per document: to four decimals, half up, as OCPI has it, then by the rate and the decimals of the
token, half up again only where the token has fewer than four or the rate is not 1.
"""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from ocn.settlement.core.lane import MOST_UNITS
from ocn.settlement.errors import AmountInvalid

MOST_DECIMALS: Final = 36
"""Of a token; 6 and 18 are usual."""
_OCPI: Final = Decimal("0.0001")
_MOST: Final = Decimal(10) ** 12
_DIGITS: Final = 80
_BITS: Final = 64
_EXACT: Final = Context(prec=2 * _DIGITS)
"""For sums that must not be rounded twice."""
_UNITS: Final = re.compile(r"0|[1-9][0-9]{0,36}", re.ASCII)
_WH: Final = 1000


def units_of(amount: Decimal, *, decimals: int, rate: Decimal = Decimal(1)) -> int:
    """Return a price in units of a token; negative for negative prices. ``rate`` is tokens per currency unit.

    Raises:
        AmountInvalid: no finite number, or beyond any honest price.
    """
    exact = Fraction(four_decimals(amount)) * Fraction(rate) * 10**decimals
    sign = -1 if exact < 0 else 1
    units = sign * int(abs(exact) + Fraction(1, 2))
    if abs(units) > MOST_UNITS:
        raise AmountInvalid(f"{amount} is more than a lane can count")
    return units


def four_decimals(amount: Decimal) -> Decimal:
    """Round as OCPI does: four decimals, half up, away from zero.

    Raises:
        AmountInvalid: as :func:`units_of`.
    """
    return bounded(amount, "the amount").quantize(_OCPI, ROUND_HALF_UP)


def bounded(value: object, name: str) -> Decimal:
    """Return a JSON number as a Decimal of honest size.

    Raises:
        AmountInvalid: another kind of value, not finite, or too large or long.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise AmountInvalid(f"{name} is not a number")
    if isinstance(value, int) and value.bit_length() > _BITS:
        raise AmountInvalid(f"{name} is more than {_MOST}")
    try:
        number = Decimal(value)
        digits = number.as_tuple()
    except (InvalidOperation, ValueError) as error:
        raise AmountInvalid(f"{name} is not a number") from error
    if not isinstance(digits.exponent, int) or len(digits.digits) > _DIGITS or digits.exponent < -_DIGITS:
        raise AmountInvalid(f"{name} is not a finite number of at most {_DIGITS} digits")
    if number.adjusted() > _MOST.adjusted() or abs(number) > _MOST:
        raise AmountInvalid(f"{name} is more than {_MOST}")
    return number


def stated_total(document: Mapping[str, object], *, vat_included: bool) -> Decimal:
    """Return the ``total_cost`` of a session or CDR, of any OCPI version, with VAT or without.

    Raises:
        AmountInvalid: it has none, or does not say it with VAT where that was agreed on.
    """
    total = document.get("total_cost")
    if isinstance(total, Mapping):
        if "before_taxes" in total:
            net = bounded(total["before_taxes"], "total_cost.before_taxes")
            return _EXACT.add(net, _taxes(total.get("taxes"))) if vat_included else net
        name = "incl_vat" if vat_included else "excl_vat"
        if total.get(name) is None:
            raise AmountInvalid(f"total_cost has no {name}, which the terms are about")
        return bounded(total[name], f"total_cost.{name}")
    if total is not None and not vat_included:  # OCPI 2.1.1
        return bounded(total, "total_cost")
    raise AmountInvalid("the document states no total_cost that the terms are about")


def energy_wh(document: Mapping[str, object], name: str) -> int:
    """Return ``kwh`` or ``total_energy`` in whole watt-hours.

    Raises:
        AmountInvalid: missing, negative, or no honest number.
    """
    energy = bounded(document.get(name), name)
    if energy < 0:
        raise AmountInvalid(f"{name} is negative")
    return int((energy * _WH).to_integral_value(ROUND_HALF_UP))


def read_units(value: object, name: str) -> int:
    """Read units from a message: a text of digits, since JSON numbers lose them.

    Raises:
        AmountInvalid: a fraction, an exponent, a sign, a leading zero, a JSON number, or out of bounds.
    """
    if not isinstance(value, str) or not _UNITS.fullmatch(value):
        raise AmountInvalid(
            f"{name} must be a whole number of the token's smallest unit, written as text",
            hint="An amount with a point is in the currency: multiply it by ten to the token's decimals.",
        )
    units = int(value)
    if units > MOST_UNITS:
        raise AmountInvalid(f"{name} is more than a lane can count")
    return units


def units_from_text(text: str, decimals: int) -> int:
    """Read an amount as people write it: ``12.5`` is 12500000 units of a token with 6 decimals.

    Raises:
        AmountInvalid: no plain decimal number, more decimals than the token has, or out of bounds.
    """
    whole, point, fraction = text.strip().partition(".")
    digits = whole + fraction
    if not (whole and digits.isascii() and digits.isdigit() and bool(point) == bool(fraction)):
        raise AmountInvalid(f"{text[:40]!r} is no amount", hint="Write it like 12.5, without a sign.")
    if len(fraction) > decimals:
        raise AmountInvalid(f"{text[:40]} has more decimals than the token, which has {decimals}")
    if len(digits) > _DIGITS:
        raise AmountInvalid("the amount is more than a lane can count")
    units = int(digits + "0" * (decimals - len(fraction)))
    if units > MOST_UNITS:
        raise AmountInvalid(f"{text[:40]} is more than a lane can count")
    return units


def shown(units: int, decimals: int) -> str:
    """Write units as people read them: ``12.5`` for 12500000 of a token with 6 decimals."""
    digits = str(units).rjust(decimals + 1, "0")
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _taxes(taxes: object) -> Decimal:
    if taxes is None:
        raise AmountInvalid("total_cost has no taxes, and the terms are about prices with VAT")
    if not isinstance(taxes, list):
        raise AmountInvalid("total_cost.taxes is not a list")
    summed = Decimal(0)
    for tax in taxes:
        amount = tax.get("amount") if isinstance(tax, Mapping) else None
        summed = _EXACT.add(summed, bounded(amount, "total_cost.taxes.amount"))
    return summed
