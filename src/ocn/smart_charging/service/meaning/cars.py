"""What shows of the cars at a site while they are there: what they take, who is full, what is odd."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.car_limits import CarLimits
from ocn.smart_charging.service.meaning.draft import Draft
from ocn.smart_charging.service.meaning.guests import Guest
from ocn.smart_charging.service.meaning.probing import Probes, with_probes
from ocn.smart_charging.service.meaning.resting import Resting
from ocn.smart_charging.service.sites.events import local
from ocn.smart_charging.service.view import Source
from ocn.smart_charging.site.model import Evse
from ocn.smart_charging.site.wiring import Wiring

_WORTH_KWH = 0.3


class Cars:
    """Remembers each car for as long as it is there."""

    def __init__(self, voltage: float) -> None:
        self._limits = CarLimits(voltage)
        self._resting = Resting()
        self._probes = Probes()
        self._unmet: dict[str, float] = {}
        """What was asked for and told to be too much, by session."""

    def outlets(
        self, stay: Stay, evse: Evse, wiring: Wiring, standing: Standing | None
    ) -> tuple[Outlet, Outlet]:
        """Look at a car's newest reading; return what it can draw, and what it takes of that."""
        self._limits.look(stay, evse, wiring.outlet(evse), standing)
        outlet = self._limits.outlet(stay, evse, wiring)
        return outlet, self._limits.taking(stay, evse, outlet)

    def widens(self, stay: Stay, evse: Evse, wiring: Wiring, standing: Standing | None) -> bool:
        """Whether a car's newest reading shows that it loads phases that were left to others."""
        return self._limits.widens(stay, evse, wiring.outlet(evse), standing)

    def only(self, present: Mapping[str, object]) -> None:
        """Forget all others."""
        self._limits.forget(set(present))
        self._resting.forget(present)
        self._probes.forget(present)
        self._unmet = {key: kwh for key, kwh in self._unmet.items() if key in present}

    def rests(self, guest: Guest, now: datetime) -> bool:
        """Whether a car is taken to want nothing for now."""
        return self._resting.rests(guest, now)

    def probing(self, draft: Draft, plan: Plan) -> Plan:
        """Let cars show what they take of which that is not known."""
        unknown = {
            name: guest.outlet
            for name, guest in draft.guests.items()
            if not self._limits.is_known(guest.key, guest.outlet)
            and self._probes.may(guest.key, draft.number)
        }
        first = {name for name in unknown if not self._limits.is_judged(draft.guests[name].key)}
        plan = with_probes(plan, unknown, first)
        for car, steps in zip(plan.problem.cars, plan.steps, strict=True):
            if car.id in unknown and self._limits.would_show(draft.guests[car.id].key, steps):
                self._probes.asked(draft.guests[car.id].key, draft.number)
        return plan

    def answers(self, stay: Stay, slot: int) -> bool:
        """Whether a reading is the answer to a probe, of which then no other is awaited in this slot."""
        if not (self._probes.is_asked(stay.key, slot) and self._limits.would_tell(stay)):
            return False
        self._probes.answered(stay.key, slot)
        return True

    def offered(self, draft: Draft, steps: Mapping[str, int]) -> None:
        """Remember what each may draw from now on."""
        for name, count in steps.items():
            self._resting.offered(draft.guests[name], draft.now, count)

    def unmet(self, guests: Iterator[tuple[str, Guest]], now: datetime, zone: ZoneInfo) -> list[str]:
        """Say, once for each car, what drivers ask for that cannot be had."""
        lines = []
        for name, guest in guests:
            need = guest.need
            hours = max(0.0, (need.departure - now) / timedelta(hours=1))
            most_kwh = float(guest.stay.kwh) + hours * guest.outlet.most * guest.outlet.step_kw
            too_much = need.kwh_from is Source.DRIVER and need.kwh > most_kwh + _WORTH_KWH
            if too_much and self._unmet.get(guest.key) != need.kwh:
                self._unmet[guest.key] = need.kwh
                asked = f"{need.kwh:g} kWh by {local(need.departure, zone)}"
                where = f"EVSE {guest.evse.id}" if guest.evse.id else "an EVSE that is not told"
                lines.append(f"{name}: {asked} cannot be had at {where}, but about {most_kwh:.1f} kWh")
        return lines
