"""Numbers that strangers write: read within bounds, shown in short."""

import math
from decimal import Decimal

MOST = Decimal(10) ** 9
"""Larger than any kilowatt, price or slot that can be meant."""
_SHOWN = 40


def number(value: object) -> Decimal | None:
    """Return a finite number of a sensible size; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    read = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return read if read.is_finite() and -MOST <= read <= MOST else None


def shown(value: object) -> str:
    """Write a value for a message, in short."""
    try:
        text = repr(value) if not isinstance(value, Decimal | float) else str(value)
    except ValueError:  # Python writes no whole number of more than some thousand digits
        text = "a huge number"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def printable(text: str, most: int = 255) -> str:
    """Return a name as a message can hold it: in short, with signs that steer a terminal written out."""
    return repr(text[:most])[1:-1]
