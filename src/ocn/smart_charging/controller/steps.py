"""The steps in which the power of a session is limited: a tenth of an ampere on each of its phases."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

_WATTS = Decimal(1000)
_LEAST_IN_STEPS = 60
"""The smallest power is usually 6 A, so it tells what 0.1 A is, whatever the voltage."""
_USUAL_VOLTS = (Decimal(100), Decimal(280))
_STEP_AT_230_V = 23


@dataclass(frozen=True, slots=True)
class Steps:
    """Nothing, or ``least`` to ``most`` steps of so many watts on all phases together."""

    watts: int
    least: int
    most: int


def steps_between(least_kw: Decimal, most_kw: Decimal, phases: int) -> Steps | None:
    """Return the steps from the smallest to the largest power.

    Where no step of 0.1 A lies between them they are of a watt; None if there is no whole watt either. A
    largest power of nothing has no steps but is no fault.
    """
    for watts in (_tenth_of_an_ampere(least_kw * _WATTS, phases), 1):
        least = max(1, int((least_kw * _WATTS / watts).to_integral_value(ROUND_CEILING)))
        most = int((most_kw * _WATTS / watts).to_integral_value(ROUND_FLOOR))
        if least <= most or most_kw == 0:
            return Steps(watts, least, most)
    return None


def _tenth_of_an_ampere(least_w: Decimal, phases: int) -> int:
    tenth = least_w / _LEAST_IN_STEPS
    low, high = _USUAL_VOLTS
    if tenth == tenth.to_integral_value() and low <= tenth * 10 / phases <= high:
        return int(tenth)
    return _STEP_AT_230_V * phases
