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

from ocn.ocpi.party_id import PartyId
from ocn.party.client import Client
from ocn.party.reply import Reply
from ocn.party.routes import Interface
from ocn.party.storage import PartyStorage
from ocn.smart_charging.dispatch.dispatcher import Dispatcher
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.service.heard.bills import Bills
from ocn.smart_charging.service.heard.cpo_data import CpoData
from ocn.smart_charging.service.heard.feed import GridEvent
from ocn.smart_charging.service.heard.hearing import MODULES, Hearing
from ocn.smart_charging.service.heard.pulling import Reader
from ocn.smart_charging.service.heard.sessions import Sessions
from ocn.smart_charging.service.heard.skew import Skew
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.pseudonyms import Pseudonyms
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.rounds.charging import PartyChargers
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.rounds.loop import run_for_ever
from ocn.smart_charging.service.rounds.rounds import Rounds, all_of
from ocn.smart_charging.service.rounds.watch import Watch
from ocn.smart_charging.service.shown.showing import shown
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.sites.triggers import Triggers
from ocn.smart_charging.service.view import EventKind, SiteView

_USUAL = ServiceSettings()


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
        self._triggers = Triggers({served.name: served.cpo for served in self._places.sites})
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
        self._desks: dict[str, Desk] = {}
        self._watch = Watch(self._desks, self._memory, self._places, self._triggers, settings.look_every)
        self._hearing = Hearing(
            self._places,
            self._sessions,
            self._data,
            self._triggers,
            ready=self._ready,
            now=self.now_of,
            judged=lambda cpo, cdr: bills.judge(cpo, cdr, self.now_of(cpo)),
            reported=self._watch.reported,
        )
        self._desks |= {served.name: self._desk(served) for served in self._places.sites}
        self._rounds = {
            cpo: Rounds(
                cpo,
                self._desks,
                self._reader,
                self._memory,
                self._triggers.of(cpo),
                settings,
                now=self._machine_now,
                skew=skew,
                watch=self._watch,
            )
            for cpo, skew in self._skews.items()
        }
        self._client: Client | None = None
        self._loaded = False
        self._loading = asyncio.Lock()

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
            desk.note(EventKind.TOLD, "the planner starts")
        loops = [] if by_hand else [asyncio.create_task(self._plan(cpo, client)) for cpo in self._rounds]
        try:
            yield self
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self._watch.close()
            for desk in self._desks.values():
                await desk.dispatcher.close()
            self._chargers.bind(None)
            self._client = None

    async def step(self) -> None:
        """Do one round of each CPO: read what is due, plan what is to be, send, await the results."""
        if self._client is not None:
            await all_of(rounds.one(self._client) for rounds in self._rounds.values())
            await self._watch.settled()

    async def _plan(self, cpo: PartyId, client: Client) -> None:
        rounds = self._rounds[cpo]
        await run_for_ever(
            lambda: rounds.one(client), self._triggers.of(cpo), self._settings.coalesce_s, rounds.next_due_s
        )

    # ---- what is shown, and what is told from outside

    def names(self) -> Sequence[str]:
        """Return the names of the sites."""
        return tuple(self._desks)

    def view(self, site_name: str) -> SiteView:
        """Show a site; KeyError if there is none of that name."""
        desk = self._desks[site_name]
        return shown(desk, desk.now())

    def announce(self, site_name: str, event: GridEvent) -> None:
        """Lower a limit for a while.

        Raises:
            EventUnusable: there is no such site, or the event cannot be meant.
        """
        desk = self._named(site_name)
        desk.feed.announce(event)
        desk.note(EventKind.GRID, event.line(desk.served.site.zone))
        self._triggers.plan(site_name)
        desk.interrupt()

    async def limit(self, site_name: str, kw: Decimal, minutes: int) -> None:
        """Lower the site's top from now on for some minutes; see :meth:`announce`."""
        now = self._named(site_name).now()
        self.announce(site_name, GridEvent(now, now + timedelta(minutes=minutes), kw=kw))
        await self._named(site_name).keep_limits()

    def withdraw(self, site_name: str) -> None:
        """End every limit that was announced for a site; see :meth:`announce`."""
        desk = self._named(site_name)
        if desk.feed.withdraw():
            desk.note(EventKind.GRID, "what was announced is withdrawn")
            self._triggers.plan(site_name)

    def now_of(self, cpo: PartyId) -> datetime:
        """Return the time by a CPO's clock, as far as that is known."""
        skew = self._skews.get(cpo)
        ahead = skew.ahead if skew is not None and self._settings.plan_by_cpo_clock else timedelta(0)
        return self._machine_now() + ahead

    # ---- what the parts tell

    async def _ready(self) -> None:
        """Load what was kept, once; whatever is heard before that waits."""
        async with self._loading:
            if not self._loaded:
                await self._memory.load()
                self._desks |= {served.name: self._desk(served) for served in self._places.sites}
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
        return Desk(
            served,
            self._memory,
            self._places,
            self._names,
            dispatcher,
            self._settings,
            lambda: self.now_of(served.cpo),
        )

    def _note(self, site_name: str, kind: EventKind, line: str) -> None:
        self._desks[site_name].note(kind, line)

    def _deviates(self, site_name: str, before: Stay, stay: Stay) -> bool:
        return self._desks[site_name].deviates(before, stay)

    def _heard(self, cpo: PartyId, reply: Reply[Any]) -> None:
        self._skews[cpo].note(reply.timestamp, self._machine_now(), reply.latency_s)

    def _named(self, site_name: str) -> Desk:
        desk = self._desks.get(site_name)
        if desk is None:
            raise EventUnusable(f"{site_name[:60]!r} is no site that is planned here")
        return desk


def _utc_now() -> datetime:
    return datetime.now(UTC)
