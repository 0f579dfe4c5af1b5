"""One site: planned again and again, and what came of the plans."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.dispatcher import Dispatcher
from ocn.smart_charging.dispatch.report import FollowReport
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.profiles.courses import courses
from ocn.smart_charging.service.heard.clocks import CpoClock
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.pseudonyms import Pseudonyms
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.cars import Cars
from ocn.smart_charging.service.meaning.draft import Draft, slot_number
from ocn.smart_charging.service.rounds.drafting import Drafting, counted
from ocn.smart_charging.service.rounds.kept_feed import keep_feed, remembered_feed
from ocn.smart_charging.service.rounds.peak import Peak
from ocn.smart_charging.service.rounds.record import Record
from ocn.smart_charging.service.sites.events import EventLog
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.view import EventKind
from ocn.smart_charging.slots import slot_of


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
        clock: CpoClock,
    ) -> None:
        self.served = served
        self.clock = clock
        self.feed = remembered_feed(served, memory)
        self.was_silent = False
        """Whether the feed was, when it was heard last."""
        self.log = EventLog(served.name)
        self.dispatcher = dispatcher
        self.draft: Draft | None = None
        self.plan: Plan | None = None
        self.record = Record()
        self.last_read: datetime | None = None
        site = served.site
        self._peak = Peak(site.prices.peak_period, site.zone, memory.sites.peaks.get(served.key))
        self._memory = memory
        self._names = names
        self._safe_after = settings.safe_after
        self._following: asyncio.Task[FollowReport] | None = None
        self._is_outdated = False
        self._was_left_out = False
        """Whether the last plan was not sent; two in a row are not left out, however much comes."""
        self._cars = Cars(float(served.site.voltage))
        self._drafting = Drafting(served, memory, places, names, dispatcher, self._cars, clock, self.note)

    def now(self) -> datetime:
        """Return the time at the site: its CPO's."""
        return self.clock.now()

    def note(self, kind: EventKind, line: str) -> None:
        """Note an event."""
        self.log.note(kind, line, self.now())

    def name(self, key: str) -> str:
        """Return what a session's car is called."""
        return self._names.of(key)

    def interrupt(self) -> None:
        """Something must be planned and sent now, by what is known only since this moment.

        What is being planned is not sent, once; results of what is under way are awaited no longer, and still
        count.
        """
        self._is_outdated = True
        if self._following is not None:
            self._following.cancel()

    async def keep_limits(self) -> None:
        """Store what was announced since."""
        await keep_feed(self.feed, self.served, self._memory)

    async def replan(self) -> FollowReport:
        """Plan as of now, and bring the plan to the charge points."""
        await self._keep_peak()
        self._is_outdated = False
        draft = self._drafting.draft(self.feed.limited(self.clock.real()), self._peak.kw)
        replanner = self._drafting.replanner(draft.slots)
        plan = await asyncio.to_thread(
            replanner.plan,
            draft.number,
            draft.seen,
            draft.left,
            draft.prices,
            peak_price=draft.peak_price,
            peak_so_far_kw=draft.peak_so_far_kw,
        )
        if self._is_outdated and not self._was_left_out:
            self._was_left_out = True
            return FollowReport()
        self._was_left_out = False
        plan = self._cars.probing(draft, plan)
        self.draft, self.plan = draft, plan
        made = courses(plan, draft.slots, draft.left, draft.present, self._safe_after)
        self._remember(draft, {name: course.steps[0] for name, course in made.items()})
        wanted = {
            guest.key: replace(counted(guest), course=made.get(name)) for name, guest in draft.guests.items()
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

    def stays(self) -> list[Stay]:
        """Return all sessions that are kept of this site."""
        location = self.served.location_id.casefold()
        return [
            stay
            for stay in self._memory.stays.values()
            if stay.cpo == self.served.cpo and stay.location_id.casefold() == location
        ]

    def _remember(self, draft: Draft, steps: Mapping[str, int]) -> None:
        self.record.planned(draft, self.served.site, steps)
        self._cars.offered(draft, steps)

    async def _keep_peak(self) -> None:
        site = self.served.site
        if site.prices.peak_eur_per_kw > 0:
            slot = slot_of(self.now(), site.slot_minutes)
            self._peak.count(self.stays(), slot, timedelta(minutes=site.slot_minutes))
            await self._memory.sites.keep_peak(self.served.key, self._peak.as_json())
