"""Kinds of sites: who comes when, for how long, for how much. Our own round numbers, no one's data.

Their shape follows what is known: cars come to workplaces and public sites, and stay, as published Dutch
tables have it. Without control an ordinary one would draw a sixth more than its limit at its peak; at a
congested one least laxity leaves up to half a per cent undelivered. ADR 0017 has the figures.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """A kind of site."""

    WORKPLACE = "workplace"
    PUBLIC = "public"
    DEPOT = "depot"


@dataclass(frozen=True, slots=True)
class Visits:
    """A share of the visits: normal arrivals (local hour), normal stays (hours), log-normal needs (kWh)."""

    share: float
    arrival_h: tuple[float, float]
    stay_h: tuple[float, float]
    need_kwh: tuple[float, float]
    until_clock: bool = False
    """``stay_h`` is the hour of the next day at which they leave."""


@dataclass(frozen=True, slots=True)
class CarModel:
    """Cars that draw from so many phases, up to so many amperes on each."""

    share: float
    phases: int
    amps: int


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual at a kind of site."""

    visits_per_evse: float
    visits: tuple[Visits, ...]
    models: tuple[CarModel, ...]
    supply: float
    """The site's limit as a share of 11 kW per EVSE."""
    congested_supply: float
    first_hour: int
    """Local hour at which a day of such a site is begun: when hardly anybody is there."""


_PRIVATE_CARS = (
    CarModel(0.50, 3, 16),
    CarModel(0.08, 3, 32),
    CarModel(0.17, 1, 16),
    CarModel(0.17, 1, 32),
    CarModel(0.08, 2, 16),
)
_VANS = (CarModel(0.7, 3, 16), CarModel(0.3, 3, 32))

HABITS = MappingProxyType(
    {
        Kind.WORKPLACE: Habits(
            visits_per_evse=0.94,
            visits=(
                Visits(0.6, (8.3, 1.1), (8.0, 1.5), (8.6, 0.6)),
                Visits(0.4, (11.8, 2.4), (3.7, 1.3), (8.6, 0.6)),
            ),
            models=_PRIVATE_CARS,
            supply=0.18,
            congested_supply=0.09,
            first_hour=4,
        ),
        Kind.PUBLIC: Habits(
            visits_per_evse=1.9,
            visits=(
                Visits(0.30, (13.0, 3.5), (2.4, 1.0), (9.0, 0.6)),
                Visits(0.30, (8.75, 1.5), (7.0, 2.0), (11.0, 0.65)),
                Visits(0.40, (18.25, 1.8), (11.5, 2.8), (11.0, 0.65)),
            ),
            models=_PRIVATE_CARS,
            supply=0.21,
            congested_supply=0.115,
            first_hour=4,
        ),
        Kind.DEPOT: Habits(
            visits_per_evse=0.93,
            visits=(Visits(1.0, (17.0, 1.1), (6.5, 0.8), (36.0, 0.35), until_clock=True),),
            models=_VANS,
            supply=0.40,
            congested_supply=0.25,
            first_hour=12,
        ),
    }
)
