"""One site: planned again and again, and what came of the plans."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.dispatcher import Dispatcher
from ocn.smart_charging.dispatch.report import FollowReport
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.service.heard.clocks import CpoClock
from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.service.heard.grid_news import grid_news
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.pseudonyms import Pseudonyms
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.cars import Cars
from ocn.smart_charging.service.meaning.draft import Draft, slot_number
from ocn.smart_charging.service.rounds.drafting import Drafting
from ocn.smart_charging.service.rounds.kept_feed import keep_feed, remembered_feed
from ocn.smart_charging.service.rounds.peak import Peak
from ocn.smart_charging.service.rounds.record import Record
from ocn.smart_charging.service.rounds.sending import Sending
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
        solvers: asyncio.Semaphore,
    ) -> None:
        """Begin; ``solvers`` are as many as may solve at once, of all sites."""
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
        self.unread_since: datetime | None = None
        """Since when the CPO cannot be read."""
        site = served.site
        self._peak = Peak(site.prices.peak_period, site.zone, memory.sites.peaks.get(served.key))
        self._memory = memory
        self._names = names
        self._cars = Cars(float(served.site.voltage))
        self._drafting = Drafting(served, memory, places, names, dispatcher, self._cars, clock, self.note)
        self._sending = Sending(self.feed, self._drafting, dispatcher, settings, clock)
        self._solvers = solvers

    def now(self) -> datetime:
        """Return the time at the site: its CPO's."""
        return self.clock.now()

    def note(self, kind: EventKind, line: str, about: str = "") -> None:
        """Note an event; what goes on may say what it is about, so that :meth:`over` can end it."""
        self.log.note(kind, line, self.now(), about)

    def over(self, about: str, kind: EventKind, line: str) -> None:
        """Note that what was told about something goes on no more, if anything was told."""
        if self.log.over(about):
            self.note(kind, line)

    def tell_limits(self, word: Iterable[GridEvent], before: Iterable[GridEvent]) -> None:
        """Note what a feed says anew."""
        for line in grid_news(word, before, self.served.site, self.clock.real()):
            self.note(EventKind.GRID, line)

    def name(self, key: str) -> str:
        """Return what a session's car is called."""
        return self._names.of(key)

    def interrupt(self) -> None:
        """A limit is another since this moment: it is kept whatever is going on."""
        self._sending.interrupt()

    async def keep_limits(self) -> None:
        """Store what was announced since."""
        await keep_feed(self.feed, self.served, self._memory)

    async def replan(self) -> FollowReport:
        """Plan as of now, and bring the plan to the charge points; limits that fall wait for neither."""
        has_peak = self._counts_peak()
        draft = self._drafting.draft(self.feed.limited(self.clock.real()), self._peak.kw)
        plan = self._cars.probing(draft, await self._solved(draft))
        self.draft, self.plan = draft, plan
        made = self._sending.begin(draft, plan)
        self._remember(draft, {name: course.steps[0] for name, course in made.items()})
        report = await self._sending.ended()
        if has_peak:  # last, so that a full disk does not keep limits waiting
            await self._memory.sites.keep_peak(self.served.key, self._peak.as_json())
        return report

    async def _solved(self, draft: Draft) -> Plan:
        """Return a new plan; this ends with the thread, which shares what is learned with the next one."""
        solving = asyncio.create_task(self._solve(draft))
        try:
            if self.draft is not None and self.plan is not None:
                await self._sending.relieve_until(solving, self.draft, self.plan)
        finally:
            await asyncio.wait([solving])
        return solving.result()

    async def _solve(self, draft: Draft) -> Plan:
        replanner = self._drafting.replanner(draft.slots)
        async with self._solvers:
            return await asyncio.to_thread(
                replanner.plan,
                draft.number,
                draft.seen,
                draft.left,
                draft.prices,
                peak_price=draft.peak_price,
                peak_so_far_kw=draft.peak_so_far_kw,
            )

    def deviates(self, before: Stay, stay: Stay) -> bool:
        """Whether an update of a session is a reason to plan again; it interrupts if a fuse may be over."""
        if self.draft is None:
            return False
        slots, widens = self.draft.slots, self._drafting.widens(stay)
        if widens:
            self.interrupt()
        if self._cars.answers(stay, slot_number(slot_of(stay.updated, slots.minutes), slots.minutes)):
            return True
        name = self._names.of(stay.key)
        return widens or self.record.deviates(name, before, stay, (slots.start, slots.minutes))

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

    def _counts_peak(self) -> bool:
        """Count what was drawn, if the highest power of the site is billed; whether it is."""
        site = self.served.site
        if site.prices.peak_eur_per_kw <= 0:
            return False
        slot = slot_of(self.now(), site.slot_minutes)
        self._peak.count(self.stays(), slot, timedelta(minutes=site.slot_minutes))
        return True
