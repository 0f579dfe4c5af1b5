"""What the programme weighs against each other, and how long it may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """Prices of what has none: what is lacking, its risk, ties; and when least laxity is asked instead."""

    lacking_eur_per_kwh: float = 1000.0
    """A kWh that a car will lack when it leaves: far above any price, so nothing is saved at its expense."""
    lacking_segments: tuple[tuple[float, float], ...] = (
        (0.02, 1.0),
        (0.10, 1.05),
        (0.25, 1.10),
        (0.50, 1.15),
        (1.0, 1.20),
    )
    """Up to which share of what was asked for, and how many times the price: who lacks much lacks no more."""
    risk_eur_per_kwh: float = 60.0
    """A kWh in a slot in which the car is surely gone."""
    tolerated_risk: float = 3e-4
    """A probability that is taken for none."""
    small_need_kwh: float = 12.0
    most_for_small_needs: float = 4.0
    """Whoever asked for less than that loses more by each kWh: its risk counts up to so many times more."""
    congested_share: float = 0.005
    """More than this part of all energy cannot be delivered: the site is congested."""
    uncertain_share: float = 0.25
    """And more than this part of it is asked for by cars that are only guessed: least laxity decides."""
    waiting_eur_per_kwh: float = 1e-5
    """A slot of waiting: of equal slots the earlier is taken."""
    going_on_eur_per_kwh: float = 0.007
    """What going on is better than pausing: a pause wears contactors, and some cars do not wake from one."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Bounds on the solver."""

    columns_exact: int = 30_000
    """Up to so many car slots every slot is planned by itself; with more, later ones in blocks."""
    program_s: float = 2.0
    least_powers_decisions: int = 16
    """So many cars at most are decided one by one between nothing and their smallest power."""
    least_powers_cars: int = 500
    """From so many cars on the last stage rounds alone."""


USUAL_WEIGHTS, USUAL_EFFORT = Weights(), Effort()
