"""What a price depends on and nobody has said: every power, current and energy between which it can differ.

Restrictions compare with thresholds, so one value of each stretch between two of them stands for all of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import Final

from ocn.tariffs.errors import TariffError
from ocn.tariffs.model import Restrictions

VOLTS: Final = 230
"""From a phase to neutral: what turns the current of all phases together into a power, and back."""
MOST_ASKED: Final = 2_000
"""Readings times prices that are asked for one moment."""


class Unstated(StrEnum):
    """What a price depends on."""

    ENERGY = "energy"
    """How much was charged before."""
    POWER = "power"
    CURRENT = "current"
    RESTRICTION = "restriction"
    """A restriction that no version has."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a session charges: kWh before, kW, A over all phases. ``kwh`` None: what the power has charged."""

    kwh: Decimal | None
    power_kw: Decimal
    current_a: Decimal

    def along(self, axis: Unstated) -> tuple[Decimal | None, ...]:
        """Return all but one of the values: readings that are equal in these differ in that one alone."""
        values = {
            Unstated.ENERGY: self.kwh,
            Unstated.POWER: self.power_kw,
            Unstated.CURRENT: self.current_a,
        }
        return tuple(value for name, value in values.items() if name is not axis)


def readings(
    restrictions: Sequence[Restrictions], power_kw: Decimal | None, current_a: Decimal | None
) -> tuple[Reading, ...]:
    """Return the readings to ask for: one where power or current is stated, else all that can differ.

    Raises:
        TariffError: there are too many.
    """
    if power_kw is not None or current_a is not None:
        return (_stated(power_kw, current_a),)
    energies = _stretches(value for each in restrictions for value in (each.min_kwh, each.max_kwh))
    powers = _stretches(value for each in restrictions for value in (each.min_power, each.max_power))
    currents = _stretches(value for each in restrictions for value in (each.min_current, each.max_current))
    if len(energies) * len(powers) * len(currents) * len(restrictions) > MOST_ASKED:
        raise TariffError(
            "prices depend on too many powers, currents and energies to be told for all of them",
            hint="Say with which power is charged.",
        )
    return tuple(Reading(*values) for values in product(energies, powers, currents))


def _stated(power_kw: Decimal | None, current_a: Decimal | None) -> Reading:
    """Complete power by current or current by power, as they are in Europe's low voltage: 11 kW are 48 A."""
    if power_kw is None:
        power_kw = (current_a or Decimal(0)) * VOLTS / 1000
    if current_a is None:
        current_a = Decimal(round(Fraction(power_kw) * 1000 / VOLTS))
    return Reading(None, power_kw, current_a)


def _stretches(thresholds: Iterable[Decimal | None]) -> list[Decimal]:
    """Return where stretches begin; below the least threshold nothing stands for all that is less."""
    return sorted({Decimal(0), *(value for value in thresholds if value is not None and value > 0)})
