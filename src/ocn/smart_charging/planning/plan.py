"""A plan: what every car gets now, what it is meant to get later, and what was scarce."""

from dataclasses import dataclass
from enum import StrEnum

from ocn.smart_charging.planning.problem import Problem


class Method(StrEnum):
    """What made a plan."""

    PROGRAM = "linear-programme"
    LEAST_LAXITY = "least-laxity"


@dataclass(frozen=True, slots=True)
class ShadowPrice:
    """What one kWh more through a limit in a slot would save, in EUR; ``limit`` None is the peak."""

    limit: int | None
    slot: int
    eur_per_kwh: float


@dataclass(frozen=True, slots=True)
class Wishes:
    """What would be best: powers in kW by slot and car, what cars will lack, and shadow prices."""

    powers_kw: tuple[tuple[float, ...], ...]
    lacking_kwh: tuple[float, ...]
    shadow_prices: tuple[ShadowPrice, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to a problem: ``steps`` hold for the current slot, ``wishes`` are meant for later."""

    problem: Problem
    method: Method
    steps: tuple[int, ...]
    wishes: Wishes
    guarded: frozenset[int] = frozenset()
    """Cars that least laxity would have served better, and that charge now for that."""
    because: str | None = None
    """Why another method was not used."""
