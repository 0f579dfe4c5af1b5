"""Let a policy run a site for some days: what it grants is drawn, what is drawn is metered."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocn.smart_charging.planning.problem import Limit, Outlet
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.simulation.generator import Days, Stay
from ocn.smart_charging.simulation.policies import Moment, Policy
from ocn.smart_charging.site.wiring import Wiring

_NOTHING_KWH = 1e-9
_PLANNED_AHEAD_H = 36.0


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a policy: energy per stay, power per slot, and how it was to run it."""

    name: str
    delivered_kwh: tuple[float, ...]
    power_kw: tuple[float, ...]
    overruns: int
    """Slots in which some limit was exceeded by what was granted."""
    pauses: int
    cpu_ms: tuple[float, ...]
    """Per slot in which anybody was there."""


Draws = Callable[[Stay, float, float, float], float]
"""What a car draws (kWh): the visit, what is delivered (kWh), what it may (kW), and for how long (h)."""


def all_it_may(stay: Stay, delivered_kwh: float, power_kw: float, hours: float) -> float:
    """Draw what is granted, until all that is needed is delivered."""
    return min(power_kw * hours, max(0.0, stay.need_kwh - delivered_kwh))


class World:
    """A site on its days, ready to be run by one policy after another."""

    def __init__(self, days: Days, peak_price: float = 0.0, draws: Draws = all_it_may) -> None:
        self.days = days
        self._draws = draws
        self.peak_price = peak_price
        self.wiring = Wiring.of(days.site)
        ahead = len(days.prices)
        self.limits = self.wiring.limits(days.slots.of_length(ahead))
        self._evses = {evse.id: evse for evse in days.site.evses}
        self._outlets = {stay.id: self.outlet(stay) for stay in days.stays}

    @property
    def midnight(self) -> float:
        """The slot at which the first local day begins, before the start."""
        start = self.days.slots.start.astimezone(self.days.site.zone)
        return self.days.slots.position(start.replace(hour=0, minute=0))

    def outlet(self, stay: Stay) -> Outlet:
        """Return what a car can draw where it stands."""
        found = self.wiring.outlet(self._evses[stay.evse], stay.phases)
        return Outlet(found.step_kw, found.least, min(found.most, stay.amps * 10), found.loads)

    def seen(self, stay: Stay, delivered_kwh: float = 0.0) -> Seen:
        """Return a stay as planners see it."""
        outlet = self._outlets.get(stay.id) or self.outlet(stay)
        return Seen(stay.id, stay.arrival, stay.declared, stay.need_kwh, delivered_kwh, outlet)

    def run(self, policy: Policy, progress: Callable[[int], None] | None = None) -> Run:
        """Run a policy; ``progress`` is told each slot that is done."""
        stays, slot_h = self.days.stays, self.days.slots.hours
        delivered = [0.0] * len(stays)
        steps_before: dict[int, int] = {}
        power: list[float] = []
        cpu_ms: list[float] = []
        overruns = pauses = 0
        for now in range(self.days.slots.count):
            here = [i for i, stay in enumerate(stays) if stay.arrival <= now < stay.departure]
            moment = self._moment(now, here, delivered, max(power, default=0.0))
            began = time.process_time()
            steps = policy.steps(moment) if here else []
            if here:
                cpu_ms.append((time.process_time() - began) * 1000)
            overruns += _exceeds(moment, steps)
            drawn = 0.0
            for i, count in zip(here, steps, strict=True):
                outlet = self._outlets[stays[i].id]
                energy = self._draws(stays[i], delivered[i], count * outlet.step_kw, slot_h)
                wanting = stays[i].need_kwh - delivered[i] > _NOTHING_KWH
                pauses += bool(steps_before.get(i) and not count and wanting)
                delivered[i] += energy
                drawn += energy / slot_h
            steps_before = dict(zip(here, steps, strict=True))
            power.append(drawn)
            if progress is not None:
                progress(now)
        return Run(policy.name, tuple(delivered), tuple(power), overruns, pauses, tuple(cpu_ms))

    def _moment(self, now: int, here: Sequence[int], delivered: Sequence[float], peak_kw: float) -> Moment:
        until = min(len(self.days.prices), now + int(_PLANNED_AHEAD_H / self.days.slots.hours))
        return Moment(
            now,
            self.days.slots.hours,
            tuple(self.seen(self.days.stays[i], delivered[i]) for i in here),
            tuple(
                Limit(each.fuse, each.phase, each.unit_kw, each.amounts[now:until]) for each in self.limits
            ),
            self.days.prices[now:until],
            self.peak_price,
            peak_kw,
        )


def _exceeds(moment: Moment, steps: Sequence[int]) -> bool:
    loads = [0] * len(moment.limits)
    for each, count in zip(moment.seen, steps, strict=True):
        for load in each.outlet.loads:
            loads[load.limit] += load.units * count
    return any(load > limit.amounts[0] for load, limit in zip(loads, moment.limits, strict=True))
