"""What really flows at a site: by its cars' meters, against what its fuses let through at that moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.smart.scenario import SiteDay
from ocn.smart_charging.planning.problem import Limit, Outlet
from ocn.smart_charging.simulation.closed_loop import Run, World
from ocn.smart_charging.site.wiring import Wiring

_WH = 1000
_ROUNDING = Decimal("0.001")
"""Of a limit's unit, which is a milliampere or a tenth of a watt."""


@dataclass(frozen=True, slots=True)
class SlotMeters:
    """One slot that is over."""

    power_kw: float
    """The mean."""
    most_kw: float
    """The most at any moment."""
    limit_kw: float
    """The lowest that the site's top let through."""
    over: bool
    """At some moment more flowed through some fuse than it lets through."""
    present: int
    charging: int
    """How many drew something when it began."""


@dataclass(slots=True)
class _Open:
    """The slot that goes on."""

    drawing: frozenset[str]
    most_w: Decimal = Decimal(0)
    over: bool = False
    limit_kw: float = float("inf")


class Meters:
    """Looks at the sessions that run, as often as it is told to; a session is called as its visit is."""

    def __init__(self, day: SiteDay, running: Callable[[], Iterable[RunningSession]]) -> None:
        self.slots: list[SlotMeters] = []
        self._day = day
        self._running = running
        self._world = world = day.world()
        self._outlets = {stay.id: world.outlet(stay) for stay in day.stays}
        self._plain = Wiring.of(day.site).limits(day.days.slots)
        self._cut = world.limits
        self._wh: dict[str, Decimal] = {}
        self._open: _Open | None = None
        self._drew: frozenset[str] = frozenset()
        self._pauses = 0

    @property
    def world(self) -> World:
        """The same day for policies."""
        return self._world

    def run(self, name: str) -> Run:
        """Return what was metered, as a run to be compared with others."""
        delivered = tuple(float(self._wh.get(stay.id, 0)) / _WH for stay in self._day.stays)
        power = tuple(slot.power_kw for slot in self.slots[: self._day.days.slots.count])
        return Run(name, delivered, power, sum(slot.over for slot in self.slots), self._pauses, ())

    def is_within(self, now: datetime) -> bool:
        """Whether no fuse carries more than it lets through."""
        return self._is_within(now, self._powers_w())

    def power_kw(self) -> float:
        """Return what flows at this moment."""
        return float(sum(self._powers_w().values(), Decimal(0))) / _WH

    def look(self, now: datetime) -> None:
        """Look at what is drawn from now on; the first time after :meth:`close` a slot begins."""
        powers = self._powers_w()
        if self._open is None:
            self._open = self._begun(frozenset(name for name, watts in powers.items() if watts > 0))
        slot = self._open
        slot.most_w = max(slot.most_w, sum(powers.values(), Decimal(0)))
        slot.over = slot.over or not self._is_within(now, powers)
        slot.limit_kw = min(slot.limit_kw, self.limit_kw(now))

    def close(self) -> None:
        """End the slot; a session that ends must not be gone yet."""
        slot = self._open or self._begun(frozenset())
        drawn_wh, present = Decimal(0), 0
        for session in self._running():
            name, wh = session.facts.id, session.reading().energy_wh
            drawn_wh += wh - self._wh.get(name, Decimal(0))
            self._wh[name] = wh
            present += 1
        power_kw = float(drawn_wh) / _WH / self._day.days.slots.hours
        self.slots.append(
            SlotMeters(
                power_kw, float(slot.most_w) / _WH, slot.limit_kw, slot.over, present, len(slot.drawing)
            )
        )
        self._open = None

    def limit_kw(self, now: datetime) -> float:
        """Return the lowest that the site's top lets through: its power, or its phases together."""
        tops = {fuse.name for fuse in self._day.site.fuses if fuse.parent is None}
        slot = self._slot(now)
        top = [each for each in self._limits(now) if each.fuse in tops]
        powers = [each.amounts[slot] * each.unit_kw for each in top if each.phase is None]
        phases = [each.amounts[slot] * each.unit_kw for each in top if each.phase is not None]
        return min([*powers, *([sum(phases)] if phases else [])])

    def _begun(self, drawing: frozenset[str]) -> _Open:
        wanting = {each.facts.id for each in self._running() if not each.is_full}
        self._pauses += len(self._drew & wanting - drawing)
        self._drew = drawing
        return _Open(drawing)

    def _powers_w(self) -> dict[str, Decimal]:
        return {session.facts.id: session.power_w for session in self._running()}

    def _is_within(self, now: datetime, powers: dict[str, Decimal]) -> bool:
        limits, slot = self._limits(now), self._slot(now)
        loads = [Decimal(0)] * len(limits)
        for name, watts in powers.items():
            outlet = self._outlets[name]
            for load in outlet.loads:
                loads[load.limit] += watts / _step_w(outlet) * load.units
        return all(load <= limit.amounts[slot] + _ROUNDING for load, limit in zip(loads, limits, strict=True))

    def _limits(self, now: datetime) -> tuple[Limit, ...]:
        cut = self._day.cut
        return self._plain if cut is None or now < cut.begin else self._cut

    def _slot(self, now: datetime) -> int:
        slots = self._day.days.slots
        return min(int(slots.position(now)), slots.count - 1)


def _step_w(outlet: Outlet) -> Decimal:
    return round(Decimal(outlet.step_kw * _WH), 6)
