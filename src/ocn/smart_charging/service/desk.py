"""One site: what is known of it, put together for a plan, and what came of the plans."""

import asyncio
import math
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from ocn.smart_charging.dispatch.around import around
from ocn.smart_charging.dispatch.dispatcher import Dispatcher
from ocn.smart_charging.dispatch.report import FollowReport
from ocn.smart_charging.dispatch.wanted import Wanted
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.planning.replanner import Replanner
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.prices import planned_prices
from ocn.smart_charging.profiles.courses import courses
from ocn.smart_charging.profiles.ocpi import rate_of
from ocn.smart_charging.service.car_limits import CarLimits
from ocn.smart_charging.service.draft import Draft, slot_number, slot_position
from ocn.smart_charging.service.events import EventLog, local
from ocn.smart_charging.service.feed import LimitFeed
from ocn.smart_charging.service.guests import Guest, Guests, guests_of
from ocn.smart_charging.service.history import arrivals
from ocn.smart_charging.service.memory import Memory
from ocn.smart_charging.service.metering import delivered_kwh, mean_kw
from ocn.smart_charging.service.places import Places
from ocn.smart_charging.service.pricing import prices_for
from ocn.smart_charging.service.probing import Probes, with_probes
from ocn.smart_charging.service.pseudonyms import Pseudonyms
from ocn.smart_charging.service.resting import Resting
from ocn.smart_charging.service.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.stays import Stay
from ocn.smart_charging.service.tops import top_kw
from ocn.smart_charging.service.view import EventKind, Source
from ocn.smart_charging.site.model import Evse
from ocn.smart_charging.site.wiring import Wiring
from ocn.smart_charging.slots import Slots, slot_of

_SHOWN = timedelta(hours=13)
_TENTH = 0.1
_WORTH_KWH = 0.3
_MORE_OR_LESS = 0.15
"""Of the planned power: what a car takes is planned with a tenth to spare."""
_WORTH_KW = 0.5
_SURE_AFTER = timedelta(minutes=2)


class Desk:
    """Plans one site again and again."""

    def __init__(
        self,
        served: ServedSite,
        memory: Memory,
        places: Places,
        names: Pseudonyms,
        dispatcher: Dispatcher,
        settings: ServiceSettings,
        now: Callable[[], datetime],
    ) -> None:
        self.served = served
        self.now = now
        self.feed = LimitFeed(served.site)
        self.log = EventLog(served.name)
        self.dispatcher = dispatcher
        self.draft: Draft | None = None
        self.plan: Plan | None = None
        self.planned: dict[int, dict[str, float]] = {}
        """By slot and name: the kW of plans as they were when the slot was there."""
        self.limit_kw: dict[int, float | None] = {}
        """By slot: what the top let through when the slot was planned last."""
        self.peak_kw = 0.0
        self.last_read: datetime | None = None
        self._memory = memory
        self._places = places
        self._names = names
        self._settings = settings
        self._following: asyncio.Task[FollowReport] | None = None
        self._resting = Resting()
        self._over: dict[str, datetime] = {}
        """Since when each limit is over by what is known."""
        self._unmet: dict[str, float] = {}
        """What was asked for and told to be too much, by session."""
        self._probes = Probes()
        self._cars = CarLimits(float(served.site.voltage))
        self._replanner: Replanner | None = None
        self._wiring: Wiring | None = None

    def note(self, kind: EventKind, line: str) -> None:
        """Note an event."""
        self.log.note(kind, line, self.now())

    def name(self, key: str) -> str:
        """Return what a session's car is called."""
        return self._names.of(key)

    def over_for_long(self, overfull: Collection[int]) -> list[str]:
        """Return which limits are over, and not only for the moment that a change takes to be sure of."""
        limits, now = () if self.draft is None else self.draft.limits, self.now()
        names = {str(limits[number]) for number in overfull if number < len(limits)}
        self._over = {name: self._over.get(name, now) for name in names}
        return [name for name, since in self._over.items() if now - since >= _SURE_AFTER]

    def interrupt(self) -> None:
        """Wait no longer for results of what is under way (they still count): something must be sent now."""
        if self._following is not None:
            self._following.cancel()

    async def replan(self) -> FollowReport:
        """Plan as of now, and bring the plan to the charge points."""
        draft = self._drafted(self.now())
        replanner = self._replanner_for(draft.slots)
        plan = await asyncio.to_thread(
            replanner.plan,
            draft.number,
            draft.seen,
            draft.left,
            draft.prices,
            peak_price=draft.peak_price,
            peak_so_far_kw=draft.peak_so_far_kw,
        )
        plan = self._probing(draft, plan)
        self.draft, self.plan = draft, plan
        made = courses(plan, draft.slots, draft.left, draft.present, self._settings.safe_after)
        self._remember(draft, {name: course.steps[0] for name, course in made.items()})
        wanted = {
            guest.key: Wanted(guest.outlet, made.get(name), str(guest.stay.cpo), rate_of(guest.evse))
            for name, guest in draft.guests.items()
        }
        self._following = asyncio.ensure_future(self.dispatcher.follow(wanted, draft.limits, draft.slots))
        try:
            await asyncio.wait([self._following])
            return FollowReport() if self._following.cancelled() else self._following.result()
        finally:
            self._following.cancel()
            self._following = None

    def _probing(self, draft: Draft, plan: Plan) -> Plan:
        """Let cars show what they take of which that is not known."""
        unknown = {
            name: guest.outlet
            for name, guest in draft.guests.items()
            if not self._cars.is_known(guest.key, guest.outlet) and self._probes.may(guest.key, draft.number)
        }
        first = {name for name in unknown if not self._cars.is_judged(draft.guests[name].key)}
        plan = with_probes(plan, unknown, first)
        for car, steps in zip(plan.problem.cars, plan.steps, strict=True):
            if car.id in unknown and steps:
                self._probes.asked(draft.guests[car.id].key, draft.number)
        return plan

    def deviates(self, before: Stay, stay: Stay) -> bool:
        """Whether a session draws clearly more or less than is planned for it, or did between two updates."""
        draft = self.draft
        if draft is None or stay.updated <= before.updated:
            return False
        slot = slot_number(slot_of(stay.updated, draft.slots.minutes), draft.slots.minutes)
        planned_kw = self.planned.get(slot, {}).get(self._names.of(stay.key))
        if planned_kw is None:
            return False
        if self._probes.is_asked(stay.key, slot) and self._cars.would_tell(stay):
            self._probes.answered(stay.key, slot)
            return True
        since = stay.power_since
        if stay.power_kw is not None and since is not None and since >= draft.slots.start:
            return abs(float(stay.power_kw) - planned_kw) > max(_WORTH_KW, _MORE_OR_LESS * planned_kw)
        planned = planned_kw * ((stay.updated - before.updated) / timedelta(hours=1))
        return abs(float(stay.kwh - before.kwh) - planned) > max(_WORTH_KWH, _TENTH * planned)

    # ---- what a plan is made from

    def _drafted(self, now: datetime) -> Draft:
        site = self.feed.limited(now)
        wiring = Wiring.of(site)
        if self._wiring is None or wiring.places != self._wiring.places:
            self._replanner = None  # limits are numbered otherwise: what was learned by their numbers is not
        self._wiring = wiring
        minutes = site.slot_minutes
        slots = Slots(slot_of(now, minutes), minutes, int(timedelta(hours=36) / timedelta(minutes=minutes)))
        found = guests_of(self.served, self._memory, self._places, self._outlets, now)
        self._tell(found, now)
        guests = self._named(found)
        here = {guest.key: name for name, guest in guests.items()}
        self._resting.forget(here)
        self._cars.forget(set(here))
        self._probes.forget(here)
        self._unmet = {key: kwh for key, kwh in self._unmet.items() if key in here}
        obeying = {name: guest for name, guest in guests.items() if self.dispatcher.plannable(guest.key)}
        standings = self.dispatcher.standings
        unplanned = [standings[key] for key, name in here.items() if name not in obeying and key in standings]
        limits = wiring.limits(slots)
        return Draft(
            now,
            slots,
            guests,
            tuple(self._seen(name, guest, slots, now) for name, guest in obeying.items()),
            {name: guest.outlet for name, guest in obeying.items()},
            limits,
            around(limits, unplanned, slots),
            planned_prices(self.served.prices, slots),
            float(site.prices.peak_eur_per_kw),
            self.peak_kw,
        )

    def _named(self, found: Guests) -> dict[str, Guest]:
        guests: dict[str, Guest] = {}
        for key, guest in found.planned.items():
            name = self._names.of(key)
            while name in guests:
                name += "'"
            guests[name] = guest
        return guests

    def _tell(self, found: Guests, now: datetime) -> None:
        for key, why in found.left_out.items():
            self.note(EventKind.FAULT, f"{self._names.of(key)}: {why}")
        for guest in found.planned.values():
            left_h = (guest.need.departure - now) / timedelta(hours=1)
            most = float(guest.stay.kwh) + max(0.0, left_h) * guest.outlet.most * guest.outlet.step_kw
            unmet = guest.need.kwh_from is Source.DRIVER and guest.need.kwh > most + _WORTH_KWH
            if unmet and self._unmet.get(guest.key) != guest.need.kwh:
                self._unmet[guest.key] = guest.need.kwh
                leaves = local(guest.need.departure, self.served.site.zone)
                asked = f"{guest.need.kwh:g} kWh by {leaves}"
                line = f"{self._names.of(guest.key)}: {asked} cannot be had at EVSE {guest.evse.id}"
                self.note(EventKind.FAULT, line)

    def _outlets(self, evse: Evse, stay: Stay) -> tuple[Outlet, Outlet]:
        wiring = self._wiring or Wiring.of(self.served.site)
        self._cars.look(stay, evse, wiring.outlet(evse), self.dispatcher.standings.get(stay.key))
        outlet = self._cars.outlet(stay, evse, wiring)
        return outlet, self._cars.taking(stay, evse, outlet)

    def _seen(self, name: str, guest: Guest, slots: Slots, now: datetime) -> Seen:
        need, minutes = guest.need, slots.minutes
        delivered = delivered_kwh(guest.stay, now, self.allowed_kw(guest, now), need.kwh)
        rests = self._resting.rests(guest, now)
        return Seen(
            name,
            slot_position(guest.stay.begin, minutes),
            slot_position(need.departure, minutes),
            need.kwh,
            need.kwh if rests else delivered,
            guest.takes,
            need.weight,
            prices=prices_for(guest, self.served, self._memory, slots),
        )

    def allowed_kw(self, guest: Guest, now: datetime) -> float:
        """Return what a car may draw now, as far as that is confirmed."""
        standing = self.dispatcher.standings.get(guest.key)
        confirmed = None if standing is None else standing.confirmed
        steps = guest.outlet.most if confirmed is None else min(confirmed.at(now), guest.outlet.most)
        return steps * guest.outlet.step_kw

    # ---- what is remembered

    def _replanner_for(self, slots: Slots) -> Replanner:
        if self._replanner is None:
            self._replanner = self._new_replanner(slots)
        return self._replanner

    def _new_replanner(self, slots: Slots) -> Replanner:
        wiring, site = self._wiring or Wiring.of(self.served.site), self.served.site
        evses = {evse.id: evse for evse in site.evses}
        past = [past for past in self._memory.past.values() if past.site == self.served.name]
        known = arrivals(
            past,
            lambda moment: slot_position(moment, slots.minutes),
            lambda evse_id: wiring.outlet(evses[evse_id]) if evse_id in evses else None,
            [limit.unit_kw for limit in wiring.limits(slots.of_length(1))],
        )
        midnight = slots.start.astimezone(site.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return Replanner(
            slots.hours,
            known=known,
            since=math.floor(min(each.slot for each in known)) if known else None,
            midnight=slot_position(midnight, slots.minutes),
        )

    def _remember(self, draft: Draft, steps: Mapping[str, int]) -> None:
        powers = {name: count * draft.guests[name].outlet.step_kw for name, count in steps.items()}
        self.planned[draft.number] = powers
        oldest = draft.number - int(_SHOWN / timedelta(minutes=draft.slots.minutes))
        self.planned = {slot: row for slot, row in self.planned.items() if slot >= oldest}
        self.limit_kw[draft.number] = top_kw(self.served.site, draft.limits, 0)
        self.limit_kw = {slot: kw for slot, kw in self.limit_kw.items() if slot >= oldest}
        for name, count in steps.items():
            self._resting.offered(draft.guests[name], draft.now, count)
        if self.served.site.prices.peak_eur_per_kw > Decimal(0):
            self._measure_peak(draft)

    def _measure_peak(self, draft: Draft) -> None:
        """The highest power of a slot that is over, of this month as far as sessions are kept."""
        zone, length = self.served.site.zone, timedelta(minutes=draft.slots.minutes)
        before = draft.slots.start - length
        if before.astimezone(zone).month != (before - length).astimezone(zone).month:
            self.peak_kw = 0.0
        self.peak_kw = max(self.peak_kw, sum(mean_kw(stay, before, length) or 0.0 for stay in self.stays()))

    def stays(self) -> list[Stay]:
        """Return all sessions that are kept of this site."""
        location = self.served.location_id.casefold()
        return [
            stay
            for stay in self._memory.stays.values()
            if stay.cpo == self.served.cpo and stay.location_id.casefold() == location
        ]
