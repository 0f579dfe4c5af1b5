"""Courses as OCPI charging profiles, and back."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """What one step of an outlet is in OCPI: amperes per phase, or watts in all."""

    unit: str
    per_step: Decimal


AMPS = Rate("A", Decimal("0.1"))
"""Alternating current: a step is 0.1 A on every phase that the car uses."""
WATTS = Rate("W", Decimal(100))
"""Direct current: a step is 100 W."""
