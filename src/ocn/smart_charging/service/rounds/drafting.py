"""What is known of one site, put together for a plan."""

import math
from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.around import around
from ocn.smart_charging.dispatch.dispatcher import Dispatcher
from ocn.smart_charging.dispatch.wanted import Wanted
from ocn.smart_charging.planning.crowds import Arrival
from ocn.smart_charging.planning.problem import Limit, Outlet
from ocn.smart_charging.planning.replanner import Replanner
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.prices import filled
from ocn.smart_charging.profiles.ocpi import rate_of
from ocn.smart_charging.service.heard.clocks import CpoClock
from ocn.smart_charging.service.known.history import arrivals
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.pseudonyms import Pseudonyms
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.cars import Cars
from ocn.smart_charging.service.meaning.draft import Draft, slot_position
from ocn.smart_charging.service.meaning.guests import Guest, Guests, guests_of
from ocn.smart_charging.service.meaning.metering import delivered_kwh
from ocn.smart_charging.service.meaning.prices_told import PricesTold
from ocn.smart_charging.service.meaning.pricing import CarPrices, SitePrices, TariffsAhead, prices_for
from ocn.smart_charging.service.sites.events import NEWS
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.service.view import EventKind
from ocn.smart_charging.site.model import Evse, Site
from ocn.smart_charging.site.wiring import Wiring
from ocn.smart_charging.slots import Slots, slot_of

_HORIZON = timedelta(hours=36)


class Drafting:
    """Drafts plans of one site; ``note`` is told what is odd about its cars."""

    def __init__(
        self,
        served: ServedSite,
        memory: Memory,
        places: Places,
        names: Pseudonyms,
        dispatcher: Dispatcher,
        cars: Cars,
        clock: CpoClock,
        note: Callable[[EventKind, str, str], None],
    ) -> None:
        self._served = served
        self._memory = memory
        self._places = places
        self._names = names
        self._dispatcher = dispatcher
        self._cars = cars
        self._clock = clock
        self._note = note
        self._prices_told = PricesTold(served)
        self._wiring = Wiring.of(served.site)
        self._replanner: Replanner | None = None

    def draft(self, site: Site, peak_so_far_kw: float) -> Draft:
        """Gather all that a plan as of now is made from; ``site`` with the limits that hold."""
        now, minutes = self._clock.now(), site.slot_minutes
        slots = Slots(slot_of(now, minutes), minutes, int(_HORIZON / timedelta(minutes=minutes)))
        found, guests = self._here(site, now)
        self._cars.only({guest.key: name for name, guest in guests.items()})
        self._tell(found, guests, now)
        obeying = {name: guest for name, guest in guests.items() if self._dispatcher.plannable(guest.key)}
        real = self._clock.in_real_time(slots)
        limits, left = self._limits(slots, guests, obeying)
        own, tariffs = SitePrices.ahead(self._served, real), TariffsAhead(self._memory, site.zone.key, slots)
        priced = {name: prices_for(guest, own, tariffs, slots) for name, guest in obeying.items()}
        for kind, line in self._prices_told.news(own, priced.values()):
            self._note(kind, line, NEWS)
        return Draft(
            now,
            slots,
            guests,
            tuple(self._seen(name, guest, slots, priced[name], now) for name, guest in obeying.items()),
            {name: guest.outlet for name, guest in obeying.items()},
            limits,
            left,
            filled(own.eur_per_kwh or (None,) * slots.count, minutes),
            priced,
            float(site.prices.peak_eur_per_kw),
            peak_so_far_kw,
        )

    def again(self, draft: Draft, site: Site) -> Draft:
        """Return a draft as of now: with the limits that hold, and with all who are there.

        What is planned, and from when on, is as it was; who came since is only counted.
        """
        _, guests = self._here(site, self._clock.now())
        obeying = {
            name: guest
            for name, guest in guests.items()
            if name in draft.present and self._dispatcher.plannable(guest.key)
        }
        limits, left = self._limits(draft.slots, guests, obeying)
        present = {name: guest.outlet for name, guest in obeying.items()}
        return replace(draft, guests=guests, present=present, limits=limits, left=left)

    def widens(self, stay: Stay) -> bool:
        """Whether an update of a session shows that its car loads phases that were left to others."""
        evse = self._places.evse(self._served, stay.evse_uid)
        standing = self._dispatcher.standing(stay.key)
        return evse is not None and self._cars.widens(stay, evse, self._wiring, standing)

    def _here(self, site: Site, now: datetime) -> tuple[Guests, dict[str, Guest]]:
        """Look who is there, and have the dispatcher count them."""
        wiring = Wiring.of(site)
        if wiring.places != self._wiring.places:
            self._replanner = None  # limits are numbered otherwise: what was learned by their numbers is not
        self._wiring = wiring
        found = guests_of(
            self._served, self._memory, self._places, self._outlets, wiring, now, self._clock.ahead
        )
        guests = self._named(found)
        self._dispatcher.adopt({guest.key: counted(guest) for guest in guests.values()})
        return found, guests

    def _limits(
        self, slots: Slots, guests: Mapping[str, Guest], obeying: Container[str]
    ) -> tuple[tuple[Limit, ...], tuple[Limit, ...]]:
        """Return the limits of the site, and what is left of them beside those who do not obey."""
        standings = self._dispatcher.standings
        unplanned = [standings[guest.key] for name, guest in guests.items() if name not in obeying]
        limits = self._wiring.limits(self._clock.in_real_time(slots))
        return limits, around(limits, unplanned, slots)

    def replanner(self, slots: Slots) -> Replanner:
        """Return what plans this site, with all that it has learned so far."""
        if self._replanner is None:
            known = self._arrivals(slots)
            zone = self._served.site.zone
            midnight = slots.start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
            self._replanner = Replanner(
                slots.hours,
                known=known,
                since=math.floor(min(each.slot for each in known)) if known else None,
                midnight=slot_position(midnight, slots.minutes),
                places=len(self._served.site.evses),
            )
        return self._replanner

    def _allowed_kw(self, guest: Guest, now: datetime) -> float:
        """Return what a car may draw now, as far as that is confirmed."""
        standing = self._dispatcher.standings.get(guest.key)
        confirmed = None if standing is None else standing.confirmed
        steps = guest.outlet.most if confirmed is None else min(confirmed.at(now), guest.outlet.most)
        return steps * guest.outlet.step_kw

    def _arrivals(self, slots: Slots) -> list[Arrival]:
        evses = {evse.id: evse for evse in self._served.site.evses}
        return arrivals(
            [past for past in self._memory.past.values() if past.site == self._served.name],
            lambda moment: slot_position(moment, slots.minutes),
            lambda evse_id: self._wiring.outlet(evses[evse_id]) if evse_id in evses else None,
            [limit.unit_kw for limit in self._wiring.limits(slots.of_length(1))],
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
        for key, why in found.faults.items():
            self._note(EventKind.FAULT, f"{self._names.of(key)}: {why}", "")
        for line in self._cars.unmet(iter(guests.items()), now, self._served.site.zone):
            self._note(EventKind.FAULT, line, NEWS)

    def _outlets(self, evse: Evse, stay: Stay) -> tuple[Outlet, Outlet]:
        return self._cars.outlets(stay, evse, self._wiring, self._dispatcher.standing(stay.key))

    def _seen(self, name: str, guest: Guest, slots: Slots, prices: CarPrices, now: datetime) -> Seen:
        need, minutes = guest.need, slots.minutes
        delivered = delivered_kwh(guest.stay, now, self._allowed_kw(guest, now), need.kwh)
        rests = self._cars.rests(guest, now)
        return Seen(
            name,
            slot_position(guest.stay.begin, minutes),
            slot_position(need.departure, minutes),
            need.kwh,
            need.kwh if rests else delivered,
            guest.takes,
            need.weight,
            prices=prices.eur_per_kwh,
        )


def counted(guest: Guest) -> Wanted:
    """Return a car as the dispatcher knows it, with nothing asked of it."""
    takes_limits = not guest.is_stranger
    return Wanted(guest.outlet, None, str(guest.stay.cpo), rate_of(guest.evse), takes_limits)
