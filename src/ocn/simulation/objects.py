"""The shape that OCPI objects have in the simulation: JSON objects, numbers as Decimal."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

JsonObject = dict[str, Any]

_FOUR_PLACES = Decimal("0.0001")


def number(value: Decimal) -> Decimal:
    """Round to the four decimals that OCPI numbers have, half up, and write no zeros nobody needs."""
    rounded = value.quantize(_FOUR_PLACES, rounding=ROUND_HALF_UP)
    whole = rounded.to_integral_value()
    return whole.quantize(Decimal(1)) if rounded == whole else rounded.normalize()
