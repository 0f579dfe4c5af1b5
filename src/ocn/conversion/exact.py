"""Arithmetic with amounts of money: exact, or refused."""

from decimal import Context as DecimalContext
from decimal import Decimal, DecimalException, DivisionByZero, Inexact, InvalidOperation, Overflow

from ocn.conversion.objects import JsonValue
from ocn.conversion.refusals import ConversionRefused

_EXACT = DecimalContext(prec=60, traps=[InvalidOperation, Overflow, Inexact])


def number_at(value: JsonValue, pointer: str) -> Decimal | int:
    """Return a JSON number.

    Raises:
        ConversionRefused: it is none, and an amount has to be computed from it.
    """
    if type(value) is int or type(value) is Decimal:
        return value
    raise ConversionRefused("not a number, and an amount has to be computed from it", pointer)


def plus(left: Decimal | int, right: Decimal | int, pointer: str) -> Decimal:
    """Add without rounding; raises ConversionRefused when that takes more than 60 digits."""
    try:
        return _EXACT.add(left, right)
    except DecimalException as error:
        raise ConversionRefused("too many digits to compute with", pointer) from error


def minus(left: Decimal | int, right: Decimal | int, pointer: str) -> Decimal:
    """Subtract without rounding; raises ConversionRefused when that takes more than 60 digits."""
    try:
        return _EXACT.subtract(left, right)
    except DecimalException as error:
        raise ConversionRefused("too many digits to compute with", pointer) from error


def without_percentage(amount: Decimal | int, percentage: Decimal | int, pointer: str) -> Decimal:
    """Return the part of ``amount`` to which ``percentage`` was added, with at least four decimals.

    This is the one computation that rounds (half even, at the last decimal).
    """
    rounding = DecimalContext(prec=60, traps=[InvalidOperation, DivisionByZero, Overflow])
    try:
        exponent = Decimal(amount).as_tuple().exponent
        decimals = max(4, -exponent if isinstance(exponent, int) else 4)
        net = rounding.divide(rounding.multiply(Decimal(amount), 100), rounding.add(100, percentage))
        return net.quantize(Decimal(1).scaleb(-decimals, rounding), context=rounding)
    except DecimalException as error:
        raise ConversionRefused("no amount before tax can be computed", pointer) from error
