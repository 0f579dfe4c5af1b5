"""Currencies and rounding: how many decimals an amount of money has, and where the rest goes."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from ocn.tariffs.policy import RoundingMode
from ocn.tariffs.result import Amount

USUAL_MINOR_UNITS: Final = 2
_NO_DECIMALS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS: Final = "CLF UYW"

MINOR_UNITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        currency: decimals
        for currencies, decimals in ((_NO_DECIMALS, 0), (_THREE_DECIMALS, 3), (_FOUR_DECIMALS, 4))
        for currency in currencies.split()
    }
)
"""Decimals of the currencies that do not have two (ISO 4217 list one, 2024)."""

OCPI_DECIMALS: Final = 4
"""Numbers of OCPI have four decimals unless a text says otherwise (types, number)."""


def minor_units(currency: str) -> int:
    """Return how many decimals amounts of a currency have; two for one that is not in the list."""
    return MINOR_UNITS.get(currency.upper(), USUAL_MINOR_UNITS)


def rounded(value: Fraction, digits: int, mode: RoundingMode = RoundingMode.HALF_UP) -> Fraction:
    """Round to so many decimals. UP and DOWN are away from and towards zero, HALF_UP away from zero."""
    scaled = abs(value) * 10**digits
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if _goes_up(whole, Fraction(rest, scaled.denominator), mode):
        whole += 1
    return Fraction(-whole if value < 0 else whole, 10**digits)


def rounded_amount(amount: Amount, digits: int, mode: RoundingMode = RoundingMode.HALF_UP) -> Amount:
    """Round net and gross, each by itself."""
    return Amount(
        None if amount.excl is None else rounded(amount.excl, digits, mode),
        None if amount.incl is None else rounded(amount.incl, digits, mode),
    )


def as_decimal(value: Fraction, digits: int = OCPI_DECIMALS) -> Decimal:
    """Write an amount with so many decimals, half up; zeros beyond the second are left out."""
    whole = int(rounded(value, digits) * 10**digits)
    while digits > USUAL_MINOR_UNITS and whole % 10 == 0:
        whole, digits = whole // 10, digits - 1
    return Decimal(f"{whole}E-{digits}")


def decimals(number: Decimal) -> int:
    """Count the decimals of a number; zeros at its end do not count, for writers drop them."""
    return max(0, -int(number.normalize().as_tuple().exponent))


def half_a_unit(number: Decimal, fewest: int) -> Fraction:
    """By how much a number may be off because it was rounded; ``fewest`` decimals are taken as written."""
    return Fraction(1, 2 * 10 ** max(decimals(number), fewest))


def _goes_up(whole: int, rest: Fraction, mode: RoundingMode) -> bool:
    half = Fraction(1, 2)
    if mode is RoundingMode.DOWN or not rest:
        return False
    if mode is RoundingMode.UP or rest > half:
        return True
    return rest == half and (mode is RoundingMode.HALF_UP or whole % 2 == 1)
