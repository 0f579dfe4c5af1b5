"""Numbers as OCPI has them: four decimals at most."""

from decimal import ROUND_HALF_UP, Decimal

_FOUR_PLACES = Decimal("0.0001")


def number(value: Decimal) -> Decimal:
    """Round to four decimals, half up, and write no zeros that nobody needs."""
    rounded = value.quantize(_FOUR_PLACES, rounding=ROUND_HALF_UP)
    whole = rounded.to_integral_value()
    return whole.quantize(Decimal(1)) if rounded == whole else rounded.normalize()
