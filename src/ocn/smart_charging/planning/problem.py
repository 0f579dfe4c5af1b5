"""What is planned: cars, what they load, and what may not be exceeded, slot by slot from now.

Limits and loads are integers, so that "not over the limit" is exact; energies, powers and prices are floats,
since they only say what would be good. Slot 0 is the current one; a moment is a number of slots from now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """A phase of the site's supply."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


@dataclass(frozen=True, slots=True)
class Limit:
    """What one fuse lets through: on one phase, or on all together where ``phase`` is None.

    ``amounts`` holds whole units for every slot of the horizon; one unit is ``unit_kw`` of power.
    """

    fuse: str
    phase: Phase | None
    unit_kw: float
    amounts: tuple[int, ...]

    def __str__(self) -> str:
        """Name it as people do: ``fuse row A, phase L2``."""
        return f"fuse {self.fuse}, phase {self.phase}" if self.phase else f"fuse {self.fuse}"


@dataclass(frozen=True, slots=True)
class Load:
    """What one step of a car's power takes of one limit, in that limit's units."""

    limit: int
    units: int


@dataclass(frozen=True, slots=True)
class Outlet:
    """What can be drawn at one place: nothing, or ``least`` to ``most`` steps of ``step_kw``."""

    step_kw: float
    least: int
    most: int
    loads: tuple[Load, ...]


@dataclass(frozen=True, slots=True)
class Car:
    """One charging session that is plugged in now.

    Its power is 0 or ``least`` to ``most`` steps of ``step_kw``. ``need_kwh`` is what is still to be
    delivered of ``asked_kwh``. It probably leaves at ``departure``, give or take ``sigma`` slots.
    """

    id: str
    step_kw: float
    least: int
    most: int
    loads: tuple[Load, ...]
    need_kwh: float
    asked_kwh: float
    departure: float
    sigma: float = 0.0
    weight: float = 1.0
    """How much a kWh that this car lacks counts against one of another: FAST over REGULAR over CHEAP."""
    charging: bool = False
    """It charged in the slot before."""
    held: bool = False
    """It must not be paused now if that can be avoided: a sleeper, just begun, or paused often enough."""
    prices: tuple[float, ...] | None = None
    """Its own price per kWh and slot, where it is not the site's."""

    @property
    def least_kw(self) -> float:
        """The smallest power other than none."""
        return self.least * self.step_kw

    @property
    def most_kw(self) -> float:
        """The largest power."""
        return self.most * self.step_kw


@dataclass(frozen=True, slots=True)
class Latecomers:
    """Cars that are expected at slot ``at``, taken together; they leave at ``departure``, not sooner."""

    at: int
    departure: float
    need_kwh: float
    most_kw: float
    shares: tuple[tuple[int, float], ...]
    """Pairs of limit and kW of it per kW drawn."""
    guessed: bool = False
    """By what is typical, not by days of this site."""
    whenever: bool = False
    """They are kept room for at any price, so they take no cheap slots from others, and raise no peak."""


@dataclass(frozen=True, slots=True)
class Problem:
    """All there is to know for one plan."""

    slot_h: float
    prices: tuple[float, ...]
    """EUR per kWh for every slot of the horizon."""
    limits: tuple[Limit, ...]
    cars: tuple[Car, ...]
    latecomers: tuple[Latecomers, ...] = ()
    peak_price: float = 0.0
    """EUR per kW of the highest power of all cars together."""
    peak_so_far_kw: float = 0.0

    @property
    def slots(self) -> int:
        """The length of the horizon."""
        return len(self.prices)

    def room(self, slot: int) -> list[int]:
        """Return what every limit lets through in a slot, as a list to take from; never below zero."""
        return [max(0, limit.amounts[slot]) for limit in self.limits]

    def powers_kw(self, steps: Sequence[int]) -> tuple[float, ...]:
        """Return the power of each car at so many steps."""
        return tuple(car.step_kw * count for car, count in zip(self.cars, steps, strict=True))

    def power_kw(self, steps: Sequence[int]) -> float:
        """Return the power of all cars together at so many steps each."""
        return sum(self.powers_kw(steps))


def laxity(car: Car, slot_h: float, at: int = 0, need_kwh: float | None = None) -> float:
    """How many slots a car can wait from ``at`` on and still get what it needs, at full power, in time."""
    needs = car.need_kwh if need_kwh is None else need_kwh
    full = car.most_kw * slot_h
    return car.departure - at - (needs / full if full > 0 else 0.0)


def in_order(problem: Problem, at: int = 0, needs: Sequence[float] | None = None) -> list[int]:
    """Return the cars, whoever can wait least first."""
    cars = problem.cars
    needed = [car.need_kwh for car in cars] if needs is None else needs
    return sorted(
        range(len(cars)), key=lambda i: (laxity(cars[i], problem.slot_h, at, needed[i]), cars[i].id)
    )
