"""How likely a car is gone before it was said to leave, and how wrong such sayings have been."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_PRIOR_WEIGHT = 20
"""So many observed departures weigh as much as what is assumed without any."""
_SHARPEST = 0.25
"""Of the assumed spread: nobody leaves to the minute, however it looked so far."""


@dataclass(frozen=True, slots=True)
class Spread:
    """By how much departures miss what was declared: ``mean`` (later is positive) and ``sigma``, in slots."""

    mean: float
    sigma: float


def learned_spread(errors: Iterable[float], assumed_sigma: float) -> Spread:
    """Weigh observed errors (actual minus declared, in slots) against an assumption made without them."""
    seen = list(errors)
    weight = _PRIOR_WEIGHT + len(seen)
    mean = sum(seen) / weight
    square = _PRIOR_WEIGHT * assumed_sigma**2 + sum((error - mean) ** 2 for error in seen)
    return Spread(mean, max(_SHARPEST * assumed_sigma, math.sqrt(square / weight)))
