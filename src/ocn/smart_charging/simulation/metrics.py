"""What to compare runs by. The names are those of the field (ACN-Sim where it has one)."""

import math
from dataclasses import dataclass

from ocn.smart_charging.simulation.closed_loop import Run, World

_MET_WITHIN_KWH = 0.1
_WORST = 0.05


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run in figures."""

    name: str
    delivered_percent: float
    sessions_met_percent: float
    worst_5_percent: float
    """The mean share that the worst-served twentieth of the sessions got, in percent."""
    cost_eur: float
    """Energy, and the peak if it has a price."""
    cost_eur_per_kwh: float
    peak_kw: float
    pauses_per_session: float
    overruns: int
    cpu_ms_mean: float
    cpu_ms_max: float


def outcome(world: World, run: Run) -> Outcome:
    """Measure a run."""
    days = world.days
    asked = [stay.need_kwh for stay in days.stays]
    energy = sum(run.delivered_kwh)
    shares = sorted(got / need for got, need in zip(run.delivered_kwh, asked, strict=True))
    worst = shares[: max(1, math.ceil(_WORST * len(shares)))]
    met = sum(need - got <= _MET_WITHIN_KWH for got, need in zip(run.delivered_kwh, asked, strict=True))
    peak = max(run.power_kw, default=0.0)
    cost = peak * world.peak_price
    cost += sum(kw * days.slots.hours * price for kw, price in zip(run.power_kw, days.prices, strict=False))
    return Outcome(
        run.name,
        100 * energy / sum(asked),
        100 * met / len(asked),
        100 * sum(worst) / len(worst),
        cost,
        cost / energy if energy else 0.0,
        peak,
        run.pauses / len(asked),
        run.overruns,
        sum(run.cpu_ms) / len(run.cpu_ms) if run.cpu_ms else 0.0,
        max(run.cpu_ms, default=0.0),
    )
