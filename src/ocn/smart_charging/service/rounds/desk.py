"""One site: what is known of it, put together for a plan, and what came of the plans."""

import asyncio
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.around import around
from ocn.smart_charging.dispatch.dispatcher import Dispatcher
from ocn.smart_charging.dispatch.report import FollowReport
from ocn.smart_charging.dispatch.wanted import Wanted
from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.planning.replanner import Replanner
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.prices import planned_prices
from ocn.smart_charging.profiles.courses import courses
from ocn.smart_charging.profiles.ocpi import rate_of
from ocn.smart_charging.service.heard.feed import LimitFeed, event_from_json
from ocn.smart_charging.service.known.history import arrivals
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.pseudonyms import Pseudonyms
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.cars import Cars
from ocn.smart_charging.service.meaning.draft import Draft, slot_number, slot_position
from ocn.smart_charging.service.meaning.guests import Guest, Guests, guests_of
from ocn.smart_charging.service.meaning.metering import delivered_kwh
from ocn.smart_charging.service.meaning.pricing import prices_for
from ocn.smart_charging.service.rounds.record import Record
from ocn.smart_charging.service.sites.events import EventLog
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.view import EventKind
from ocn.smart_charging.site.model import Evse
from ocn.smart_charging.site.wiring import Wiring
from ocn.smart_charging.slots import Slots, slot_of


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
        for kept in memory.limits.get(served.key, []):
            with suppress(EventUnusable):  # the site file has changed since
                self.feed.announce(event_from_json(kept))
        self.log = EventLog(served.name)
        self.dispatcher = dispatcher
        self.draft: Draft | None = None
        self.plan: Plan | None = None
        self.record = Record()
        self.last_read: datetime | None = None
        self._memory = memory
        self._places = places
        self._names = names
        self._settings = settings
        self._following: asyncio.Task[FollowReport] | None = None
        self._cars = Cars(float(served.site.voltage))
        self._replanner: Replanner | None = None
        self._wiring: Wiring | None = None

    def note(self, kind: EventKind, line: str) -> None:
        """Note an event."""
        self.log.note(kind, line, self.now())

    def name(self, key: str) -> str:
        """Return what a session's car is called."""
        return self._names.of(key)

    def interrupt(self) -> None:
        """Wait no longer for results of what is under way (they still count): something must be sent now."""
        if self._following is not None:
            self._following.cancel()

    async def keep_limits(self) -> None:
        """Store what was announced since."""
        await self._memory.keep_limits(self.served.key, [event.as_json() for event in self.feed.announced])

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
        plan = self._cars.probing(draft, plan)
        self.draft, self.plan = draft, plan
        made = courses(plan, draft.slots, draft.left, draft.present, self._settings.safe_after)
        self._remember(draft, {name: course.steps[0] for name, course in made.items()})
        wanted = {
            guest.key: replace(_counted(guest), course=made.get(name)) for name, guest in draft.guests.items()
        }
        self._following = asyncio.ensure_future(self.dispatcher.follow(wanted, draft.limits, draft.slots))
        try:
            await asyncio.wait([self._following])
            return FollowReport() if self._following.cancelled() else self._following.result()
        finally:
            self._following.cancel()
            self._following = None

    def deviates(self, before: Stay, stay: Stay) -> bool:
        """Whether an update of a session is a reason to plan again."""
        if self.draft is None:
            return False
        slots = self.draft.slots
        if self._cars.answers(stay, slot_number(slot_of(stay.updated, slots.minutes), slots.minutes)):
            return True
        return self.record.deviates(self._names.of(stay.key), before, stay, (slots.start, slots.minutes))

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
        guests = self._named(found)
        here = {guest.key: name for name, guest in guests.items()}
        self._cars.only(here)
        self._tell(found, guests, now)
        self.dispatcher.adopt({guest.key: _counted(guest) for guest in guests.values()})
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
            self.record.peak_kw,
        )

    def _named(self, found: Guests) -> dict[str, Guest]:
        guests: dict[str, Guest] = {}
        for key, guest in found.planned.items():
            name = self._names.of(key)
            while name in guests:
                name += "'"
            guests[name] = guest
        return guests

    def _tell(self, found: Guests, guests: Mapping[str, Guest], now: datetime) -> None:
        for key, why in found.left_out.items():
            self.note(EventKind.FAULT, f"{self._names.of(key)}: {why}")
        for line in self._cars.unmet(iter(guests.items()), now, self.served.site.zone):
            self.note(EventKind.FAULT, line)

    def _outlets(self, evse: Evse, stay: Stay) -> tuple[Outlet, Outlet]:
        wiring = self._wiring or Wiring.of(self.served.site)
        return self._cars.outlets(stay, evse, wiring, self.dispatcher.standings.get(stay.key))

    def _seen(self, name: str, guest: Guest, slots: Slots, now: datetime) -> Seen:
        need, minutes = guest.need, slots.minutes
        delivered = delivered_kwh(guest.stay, now, self.allowed_kw(guest, now), need.kwh)
        rests = self._cars.rests(guest, now)
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
        site = self.served.site
        self.record.planned(draft, site, steps)
        self._cars.offered(draft, steps)
        if site.prices.peak_eur_per_kw > 0:
            length = timedelta(minutes=draft.slots.minutes)
            self.record.measured(self.stays(), draft.slots.start, length, site.zone)

    def stays(self) -> list[Stay]:
        """Return all sessions that are kept of this site."""
        location = self.served.location_id.casefold()
        return [
            stay
            for stay in self._memory.stays.values()
            if stay.cpo == self.served.cpo and stay.location_id.casefold() == location
        ]


def _counted(guest: Guest) -> Wanted:
    """A car as the dispatcher knows it, with nothing asked of it."""
    return Wanted(guest.outlet, None, str(guest.stay.cpo), rate_of(guest.evse))
