"""One car charging at one connector, from plug to unplug, as a meter sees it.

Energy is integrated in steps, of ten seconds if nothing else is said, counted from the start; a change of the
charging profile takes hold at the next step. What the meter reads at a moment therefore does not depend on
how often somebody looked before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from ocn.simulation.chargers.car import Car
from ocn.simulation.chargers.charging_profile import ChargingProfile

STEP = timedelta(seconds=10)
_SECONDS_PER_HOUR = 3600
_NOTHING_WH = Decimal("0.000001")


class Activity(StrEnum):
    """What a car does, by the OCPI dimension that counts its time.

    A car held at 0 by a charging profile still charges: it asks for power and is not given any.
    """

    CHARGING = "TIME"
    PARKED = "PARKING_TIME"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time with one activity under one limit."""

    started_at: datetime
    activity: Activity
    allowed_w: Decimal | None
    energy_wh: Decimal
    duration: timedelta


@dataclass(frozen=True, slots=True)
class Reading:
    """What the meter shows at a moment: whole watt-hours, so that parts add up to the total."""

    at: datetime
    energy_wh: Decimal
    power_w: Decimal
    stretches: tuple[Stretch, ...]


class Charging:
    """The meter. Moments given to it must not go back."""

    def __init__(self, car: Car, started_at: datetime, step: timedelta = STEP) -> None:
        self._car = car
        self._step = step
        self._started_at = started_at
        self._stepped_to = started_at
        self._stored_wh = car.arrives_with_wh
        self._stretches: list[Stretch] = []
        self._profile: ChargingProfile | None = None

    @property
    def profile(self) -> ChargingProfile | None:
        """The charging profile in force."""
        return self._profile

    def use_profile(self, profile: ChargingProfile | None, at: datetime) -> None:
        """Set or, with None, clear the charging profile."""
        self._run_steps(at)
        self._profile = profile

    def read(self, at: datetime) -> Reading:
        """Read the meter."""
        self._run_steps(at)
        rest = self._stretch_of(max(timedelta(0), at - self._stepped_to))
        stretches = tuple(_in_whole_wh(_continued(self._stretches, rest)))
        energy_wh = sum((s.energy_wh for s in stretches), Decimal(0))
        return Reading(at, energy_wh, self._power_w(), stretches)

    def power_w(self, at: datetime) -> Decimal:
        """Return the power from a moment on, without reading the energy."""
        self._run_steps(at)
        return self._power_w()

    def energy_wh(self, at: datetime) -> Decimal:
        """Return the energy to the last digit, before the register cuts it."""
        self._run_steps(at)
        rest = self._stretch_of(max(timedelta(0), at - self._stepped_to))
        return sum((each.energy_wh for each in self._stretches), rest.energy_wh)

    def is_full(self, at: datetime) -> bool:
        """Whether the car has all that it can take, or wants."""
        self._run_steps(at)
        return self._stored_wh >= self._car.battery_wh

    def _run_steps(self, at: datetime) -> None:
        while self._stepped_to + self._step <= at:
            step = self._stretch_of(self._step)
            self._stretches = _continued(self._stretches, step)
            self._stored_wh += step.energy_wh * self._car.efficiency
            if self._car.battery_wh - self._stored_wh < _NOTHING_WH:
                self._stored_wh = max(self._car.battery_wh, self._stored_wh)
            self._stepped_to += self._step

    def _stretch_of(self, duration: timedelta) -> Stretch:
        full = self._stored_wh >= self._car.battery_wh
        seconds = Decimal(duration // timedelta(microseconds=1)) / 1_000_000
        return Stretch(
            self._stepped_to,
            Activity.PARKED if full else Activity.CHARGING,
            None if full else self._allowed_w(),
            min(self._power_w() * seconds / _SECONDS_PER_HOUR, self._room_wh()),
            duration,
        )

    def _room_wh(self) -> Decimal:
        """What the meter will still show until the car is full."""
        return max(Decimal(0), self._car.battery_wh - self._stored_wh) / self._car.efficiency

    def _allowed_w(self) -> Decimal | None:
        if self._profile is None:
            return None
        return self._profile.allowed_w(self._stepped_to, self._started_at)

    def _power_w(self) -> Decimal:
        return self._car.power_w(self._stored_wh, self._allowed_w())


def _in_whole_wh(stretches: list[Stretch]) -> Iterator[Stretch]:
    """Cut what the register has at the end of each stretch to whole watt-hours: the parts add up to it."""
    register, shown = Decimal(0), Decimal(0)
    for each in stretches:
        register += each.energy_wh
        now_shown = (register + _NOTHING_WH).to_integral_value(ROUND_FLOOR)
        yield replace(each, energy_wh=now_shown - shown)
        shown = now_shown


def _continued(stretches: list[Stretch], step: Stretch) -> list[Stretch]:
    if not stretches:
        return [step]
    last = stretches[-1]
    if (last.activity, last.allowed_w) != (step.activity, step.allowed_w):
        return [*stretches, step] if step.duration else stretches
    grown = replace(last, energy_wh=last.energy_wh + step.energy_wh, duration=last.duration + step.duration)
    return [*stretches[:-1], grown]
