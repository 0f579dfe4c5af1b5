"""A planner of sites as a party: give a party its ``handlers`` and ``modules``, then run it with the party.

::

    planner = SmartCharging(sites, storage, secret=key.secret)
    party = Party(
        roles=[PartyRole.of("DE PLN", "SCSP")], handlers=planner.handlers, modules=planner.modules,
        storage=storage, key=key, ...
    )
    async with party, planner.running(party.client):
        await asyncio.Event().wait()
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ocn.ocpi.objects import ActiveChargingProfile
from ocn.ocpi.party_id import PartyId
from ocn.party.client import Client
from ocn.party.reply import Reply
from ocn.party.routes import Interface
from ocn.party.storage import PartyStorage
from ocn.smart_charging.dispatch.dispatcher import Dispatcher
from ocn.smart_charging.dispatch.report import FollowReport
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.service.bills import Bills
from ocn.smart_charging.service.charging import PartyChargers
from ocn.smart_charging.service.cpo_data import CpoData
from ocn.smart_charging.service.desk import Desk
from ocn.smart_charging.service.feed import GridEvent
from ocn.smart_charging.service.feed_file import read_feed
from ocn.smart_charging.service.hearing import MODULES, Hearing
from ocn.smart_charging.service.loop import run_for_ever, seconds_to_slot
from ocn.smart_charging.service.memory import Memory
from ocn.smart_charging.service.places import Places
from ocn.smart_charging.service.pseudonyms import Pseudonyms
from ocn.smart_charging.service.reading import Reader
from ocn.smart_charging.service.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.sessions import Sessions
from ocn.smart_charging.service.showing import shown
from ocn.smart_charging.service.skew import Skew
from ocn.smart_charging.service.stays import Stay
from ocn.smart_charging.service.triggers import Triggers
from ocn.smart_charging.service.view import EventKind, SiteView
from ocn.smart_charging.slots import slot_of

_USUAL = ServiceSettings()
_FORGET_EVERY = timedelta(hours=1)
_NEVER_S = 3600.0


class SmartCharging:
    """Plans sites of one or more CPOs.

    Args:
        sites: what is planned.
        storage: the party's; what is kept is kept under kinds of its own.
        secret: names cars; those of one secret stay the same. The bytes of the party's key will do.
        now: the time; the machine's by default.
        settings: how often, how long, how many.
        dispatch: how limits are sent.

    Raises:
        ConfigurationError: two sites are the same.
    """

    def __init__(
        self,
        sites: Sequence[ServedSite],
        storage: PartyStorage,
        *,
        secret: bytes = b"",
        now: Callable[[], datetime] | None = None,
        settings: ServiceSettings = _USUAL,
        dispatch: DispatchSettings | None = None,
    ) -> None:
        self._places = Places(sites)
        self._settings = settings
        self._dispatch = dispatch or DispatchSettings(result_s=settings.result_s)
        self._machine_now = now or _utc_now
        self._memory = Memory(storage)
        self._names = Pseudonyms(secret)
        self._triggers = Triggers()
        self._skews = {cpo: Skew() for cpo in self._places.cpos}
        self._chargers = PartyChargers(self._memory, self._machine_now)
        self._data = CpoData(self._memory, self._places, self._triggers, self._note)
        self._sessions = Sessions(
            self._memory,
            self._places,
            self._triggers,
            self._names,
            self._note,
            self._deviates,
            settings.most_sessions,
        )
        self._reader = Reader(
            self._memory,
            self._places,
            self._sessions,
            self._data,
            settings,
            note=self._note,
            heard=self._heard,
        )
        bills = Bills(self._memory, self._places, self._sessions, self._names, self._note)
        self._hearing = Hearing(
            self._places,
            self._sessions,
            self._data,
            self._triggers,
            ready=self._ready,
            now=self.now_of,
            judged=lambda cpo, cdr: bills.judge(cpo, cdr, self.now_of(cpo)),
            reported=self._reported,
        )
        self._desks = {served.name: self._desk(served) for served in self._places.sites}
        self._client: Client | None = None
        self._loaded = False
        self._loading = asyncio.Lock()
        self._round = asyncio.Lock()
        self._due: dict[str, datetime] = {}
        self._forgot: datetime | None = None

    @property
    def handlers(self) -> Sequence[object]:
        """What :class:`ocn.party.Party` is given to serve."""
        return (self._hearing,)

    @property
    def modules(self) -> frozenset[Interface]:
        """The interfaces that are offered: those whose copies are taken, and results of profiles."""
        return MODULES

    @asynccontextmanager
    async def running(self, client: Client, *, by_hand: bool = False) -> AsyncIterator["SmartCharging"]:
        """Read everything once, then plan for ever; ``by_hand`` nothing is done but by :meth:`step`."""
        await self._ready()
        self._client = client
        self._chargers.bind(client)
        self._reader.forget()
        for desk in self._desks.values():
            desk.note(EventKind.TOLD, "the planner starts", self.now_of(desk.served.cpo))
        loop = None
        if not by_hand:
            loop = asyncio.create_task(
                run_for_ever(self.step, self._triggers, self._settings.coalesce_s, self._next_due_s)
            )
        try:
            yield self
        finally:
            if loop is not None:
                loop.cancel()
                await asyncio.gather(loop, return_exceptions=True)
            for desk in self._desks.values():
                await desk.dispatcher.close()
            self._chargers.bind(None)
            self._client = None

    async def step(self) -> None:
        """Do one round: read what is due, plan what changed or has a new slot, send, await the results."""
        async with self._round:
            client = self._client
            if client is None:
                return
            asked = self._triggers.take_cpos()
            cpos = [
                cpo for cpo in self._places.cpos if cpo in asked or self._reader.is_due(cpo, self.now_of(cpo))
            ]
            await asyncio.gather(*(self._read(client, cpo) for cpo in cpos))
            for desk in self._desks.values():
                await self._hear_feed(desk)
            changed = self._triggers.take_sites()
            due = [desk for name, desk in self._desks.items() if name in changed or self._is_due(desk)]
            await asyncio.gather(*(self._replan(desk) for desk in due if desk.last_read is not None))
            await self._forget()

    # ---- what is shown, and what is told from outside

    def names(self) -> Sequence[str]:
        """Return the names of the sites."""
        return tuple(self._desks)

    def view(self, site_name: str) -> SiteView:
        """Show a site; KeyError if there is none of that name."""
        desk = self._desks[site_name]
        return shown(desk, self.now_of(desk.served.cpo))

    def announce(self, site_name: str, event: GridEvent) -> None:
        """Lower a limit for a while.

        Raises:
            EventUnusable: there is no such site, or the event cannot be meant.
        """
        desk = self._named(site_name)
        desk.feed.announce(event)
        desk.note(EventKind.GRID, f"{event.source}: {event}", self.now_of(desk.served.cpo))
        self._triggers.plan(site_name)

    async def limit(self, site_name: str, kw: Decimal, minutes: int) -> None:
        """Lower the site's top from now on for some minutes; see :meth:`announce`."""
        now = self.now_of(self._named(site_name).served.cpo)
        self.announce(site_name, GridEvent(now, now + timedelta(minutes=minutes), kw=kw))

    def withdraw(self, site_name: str) -> None:
        """End every limit that was announced for a site; see :meth:`announce`."""
        desk = self._named(site_name)
        if desk.feed.withdraw():
            desk.note(EventKind.GRID, "what was announced is withdrawn", self.now_of(desk.served.cpo))
            self._triggers.plan(site_name)

    def now_of(self, cpo: PartyId) -> datetime:
        """Return the time by a CPO's clock, as far as that is known."""
        skew = self._skews.get(cpo)
        ahead = skew.ahead if skew is not None and self._settings.plan_by_cpo_clock else timedelta(0)
        return self._machine_now() + ahead

    # ---- one round

    async def _read(self, client: Client, cpo: PartyId) -> None:
        first = self._reader.last_read(cpo) is None
        if not await self._reader.read(client, cpo, self.now_of(cpo)):
            return
        for served in self._places.of(cpo):
            desk, now = self._desks[served.name], self.now_of(cpo)
            desk.last_read = self._reader.last_read(cpo)
            if first:
                desk.note(EventKind.TOLD, f"everything was read from {cpo}", now)
                self._triggers.plan(served.name)
        ahead = self._skews[cpo].ahead
        if abs(ahead) > self._settings.warned_skew:
            for served in self._places.of(cpo):
                line = f"the clock of {cpo} is {abs(ahead).total_seconds():.0f} s"
                line += " ahead of ours" if ahead > timedelta(0) else " behind ours"
                self._note(served.name, EventKind.WARNING, line)

    async def _hear_feed(self, desk: Desk) -> None:
        served, now = desk.served, self.now_of(desk.served.cpo)
        if served.feed_file is None:
            return
        was_silent = desk.feed.is_silent(now)
        try:
            told, events = await asyncio.to_thread(read_feed, served.feed_file, served.site)
        except EventUnusable as error:
            desk.note(EventKind.FAULT, error.message, now)
        else:
            if desk.feed.hear(events, min(told, now)):
                self._triggers.plan(served.name)
                for event in events:
                    desk.note(EventKind.GRID, f"feed: {event}", now)
        silent = desk.feed.is_silent(now)
        if silent:
            desk.note(EventKind.WARNING, "the limit feed is silent: its fallback holds", now)
        if silent != was_silent or (silent and desk.draft is None):
            self._triggers.plan(served.name)

    def _is_due(self, desk: Desk) -> bool:
        now = self.now_of(desk.served.cpo)
        minutes = desk.served.site.slot_minutes
        if desk.draft is None or desk.draft.slots.start != slot_of(now, minutes):
            return True
        due = self._due.get(desk.served.name)
        return due is not None and due <= now

    async def _replan(self, desk: Desk) -> None:
        name, cpo = desk.served.name, desk.served.cpo
        report = await desk.replan(self.now_of(cpo))
        if report.due is None:
            self._due.pop(name, None)
        else:
            self._due[name] = report.due
        self._tell(desk, report)
        if report.unknown:
            self._reader.ask_all(cpo)
            self._triggers.read(cpo)

    def _tell(self, desk: Desk, report: FollowReport) -> None:
        now = self.now_of(desk.served.cpo)
        for session, why in report.refused.items():
            desk.note(EventKind.WARNING, f"{desk.name(session)}: its limit was refused: {why}", now)
        for session in report.unanswered:
            line = f"{desk.name(session)}: nothing tells whether its limit holds: it counts as before"
            desk.note(EventKind.WARNING, line, now)
        for session in report.unknown:
            line = f"{desk.name(session)}: the CPO does not know its session: everything is read again"
            desk.note(EventKind.WARNING, line, now)
        for conflict in report.conflicts:
            desk.note(EventKind.WARNING, f"somebody else limits a car, too: {conflict}", now)

    async def _forget(self) -> None:
        now = self._machine_now()
        if self._forgot is None or now - self._forgot >= _FORGET_EVERY:
            self._forgot = now
            await self._memory.forget(now - self._settings.ended_kept, now - self._settings.past_kept)

    def _next_due_s(self) -> float:
        """How long nothing is due."""
        waits = [_NEVER_S]
        for desk in self._desks.values():
            now = self.now_of(desk.served.cpo)
            waits.append(seconds_to_slot(now, desk.served.site.slot_minutes))
            if desk.served.name in self._due:
                waits.append((self._due[desk.served.name] - now).total_seconds())
        return min(waits)

    # ---- what the parts tell

    async def _ready(self) -> None:
        """Load what was kept, once; whatever is heard before that waits."""
        async with self._loading:
            if not self._loaded:
                await self._memory.load()
                self._desks = {served.name: self._desk(served) for served in self._places.sites}
                self._loaded = True

    def _desk(self, served: ServedSite) -> Desk:
        known = {
            key: record
            for key, record in self._memory.standings.items()
            if (stay := self._memory.stays.get(key)) is not None
            and self._places.at(stay.cpo, stay.location_id) is served
        }
        dispatcher = Dispatcher(
            self._chargers,
            clock=lambda: self.now_of(served.cpo),
            memory=self._memory.keep_standings,
            known=known,
            settings=self._dispatch,
        )
        return Desk(served, self._memory, self._places, self._names, dispatcher, self._settings)

    def _note(self, site_name: str, kind: EventKind, line: str) -> None:
        desk = self._desks[site_name]
        desk.note(kind, line, self.now_of(desk.served.cpo))

    def _deviates(self, site_name: str, before: Stay, stay: Stay) -> bool:
        return self._desks[site_name].deviates(before, stay)

    def _heard(self, cpo: PartyId, reply: Reply[Any]) -> None:
        self._skews[cpo].note(reply.timestamp, self._machine_now(), reply.latency_s)

    async def _reported(self, cpo: PartyId, session_id: str, profile: ActiveChargingProfile) -> None:
        key = f"{cpo.key}/{session_id.casefold()}"
        stay = self._memory.stays.get(key)
        served = None if stay is None else self._places.at(cpo, stay.location_id)
        if served is None:
            self._triggers.read(cpo)
            return
        desk = self._desks[served.name]
        conflict = await desk.dispatcher.observed(key, profile)
        if conflict is not None:
            line = f"{desk.name(key)}: somebody else limits it, too: {conflict}"
            desk.note(EventKind.WARNING, line, self.now_of(cpo))
            self._triggers.plan(served.name)

    def _named(self, site_name: str) -> Desk:
        desk = self._desks.get(site_name)
        if desk is None:
            raise EventUnusable(f"{site_name[:60]!r} is no site that is planned here")
        return desk


def _utc_now() -> datetime:
    return datetime.now(UTC)
