"""The electric car at the plug: how much power it takes, given its battery and what it is allowed.

An onboard charger, of 11 kW from three phases if nothing else is said: full power up to the taper, from there
falling with the room left in the battery, and nothing below 6 A a phase, which IEC 61851 does not know: a car
told less pauses.
"""

import random
from dataclasses import dataclass
from decimal import Decimal

from ocn.simulation.chargers.fleet import AMPERAGE, PHASES, VOLTAGE

MAX_POWER_W = Decimal(VOLTAGE * AMPERAGE * PHASES)
MIN_POWER_W = Decimal(VOLTAGE * 6 * PHASES)
_TRICKLE = Decimal("0.40")
"""What is left of full power as the battery gets full; above 6 A a phase, or it would pause unfilled."""


@dataclass(frozen=True, slots=True)
class Car:
    """A car as it arrives. ``efficiency`` is what of the metered energy reaches the battery.

    It stops at ``battery_wh``, be that what the battery holds or what the driver wants in it; from the share
    ``taper_from`` of that on it takes less and less.
    """

    battery_wh: Decimal
    arrives_with_wh: Decimal
    max_power_w: Decimal = MAX_POWER_W
    efficiency: Decimal = Decimal("0.92")
    phases: int = PHASES
    taper_from: Decimal = Decimal("0.90")

    @classmethod
    def from_seed(cls, seed: str) -> "Car":
        """Draw a car: the same seed always gets the same one."""
        dice = random.Random(seed)
        battery_wh = Decimal(dice.choice((42_000, 52_000, 58_000, 64_000, 77_000)))
        return cls(battery_wh, battery_wh * dice.randint(15, 45) / 100)

    @property
    def min_power_w(self) -> Decimal:
        """The least that it can charge with: 6 A on each of its phases."""
        return Decimal(VOLTAGE * 6 * self.phases)

    def power_w(self, stored_wh: Decimal, allowed_w: Decimal | None) -> Decimal:
        """Return the power drawn from the grid with ``stored_wh`` in the battery; None allows all."""
        if stored_wh >= self.battery_wh:
            return Decimal(0)
        fill = stored_wh / self.battery_wh
        wanted = self.max_power_w
        if fill > self.taper_from:
            wanted *= _TRICKLE + (1 - _TRICKLE) * (1 - fill) / (1 - self.taper_from)
        if allowed_w is None or wanted <= allowed_w:
            return wanted
        return allowed_w if allowed_w >= self.min_power_w else Decimal(0)
