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
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal

from ocn.ocpi.party_id import PartyId
from ocn.party.clock import utc_now
from ocn.party.json_text import JsonObject
from ocn.party.receiving.routes import Interface
from ocn.party.sending.client import Client
from ocn.party.storage.port import PartyStorage
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.service.assembly import Assembly
from ocn.smart_charging.service.grid_operator import ToldByGridOperator
from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.service.heard.hearing import MODULES
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.shown.plan import shown_plan
from ocn.smart_charging.service.shown.site import shown
from ocn.smart_charging.service.sites.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.view import PAGE, EventKind, SiteView

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
        elapsed = time.monotonic if now is None else _seconds_of(now)
        self._parts = Assembly(sites, storage, secret, now or utc_now, settings, dispatch, elapsed)
        self._client: Client | None = None
        self.grid_operator = ToldByGridOperator(self._parts)
        """Takes what comes by OSCP, for sites that are groups of it."""

    @property
    def handlers(self) -> Sequence[object]:
        """What :class:`ocn.party.Party` is given to serve."""
        return (self._parts.hearing,)

    @property
    def modules(self) -> frozenset[Interface]:
        """The interfaces that are offered: those whose copies are taken, and results of profiles."""
        return MODULES

    @asynccontextmanager
    async def running(self, client: Client, *, by_hand: bool = False) -> AsyncIterator["SmartCharging"]:
        """Read everything once, plan for ever, listen; ``by_hand`` nothing is done but by :meth:`step`."""
        await self._parts.ready()
        self._client = client
        self._parts.chargers.bind(client)
        self._parts.reader.forget()
        for desk in self._parts.desks.values():
            desk.last_read = None
            desk.note(EventKind.TOLD, "the planner starts")
        loops = [] if by_hand else self._parts.work.begin(client)
        try:
            yield self
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self._parts.watch.close()
            for desk in self._parts.desks.values():
                await desk.dispatcher.close()
            self._parts.chargers.bind(None)
            self._client = None

    async def step(self) -> None:
        """Do one round of everything: read what is due, listen, plan what is to be, await the results."""
        if self._client is not None:
            await self._parts.work.once(self._client)

    # ---- what is shown, and what is told from outside

    def names(self) -> Sequence[str]:
        """Return the names of the sites."""
        return tuple(self._parts.desks)

    def view(self, site_name: str) -> SiteView:
        """Show a site; KeyError if there is none of that name."""
        desk = self._parts.desks[site_name]
        return shown(desk, desk.now(), self._parts.copies.of(desk.served.cpo))

    def plan(self, site_name: str) -> JsonObject | None:
        """Return the plan of a site as a document; None before there is one, KeyError as above."""
        return shown_plan(self._parts.desks[site_name])

    def announce(self, site_name: str, event: GridEvent) -> None:
        """Lower a limit for a while; it is said in real time, whatever the CPO's clock shows.

        Raises:
            EventUnusable: there is no such site, or the event cannot be meant.
        """
        desk = self._named(site_name)
        desk.feed.announce(event)
        desk.note(EventKind.GRID, event.line(desk.served.site))
        self._parts.triggers.plan(site_name)
        desk.interrupt()

    async def limit(self, site_name: str, kw: Decimal, minutes: int) -> None:
        """Lower the site's top from now on for some minutes, by the page; see :meth:`announce`."""
        now = self._named(site_name).clock.real()
        self.announce(site_name, GridEvent(now, now + timedelta(minutes=minutes), kw=kw, source=PAGE))
        await self._named(site_name).keep_limits()

    async def end_limits(self, site_name: str) -> None:
        """End what the page lowered, and nothing else; see :meth:`withdraw`."""
        self.withdraw(site_name, PAGE)
        await self._named(site_name).keep_limits()

    def withdraw(self, site_name: str, source: str | None = None) -> None:
        """End every limit that was announced for a site, by one source or (None) by anybody.

        Raises:
            EventUnusable: there is no such site.
        """
        desk = self._named(site_name)
        if desk.feed.withdraw(source):
            by = "" if source is None else f" by the {source}"
            desk.note(EventKind.GRID, f"what was announced{by} is withdrawn")
            self._parts.triggers.plan(site_name)

    def now_of(self, cpo: PartyId) -> datetime:
        """Return the time by a CPO's clock, as far as that is known."""
        return self._parts.clocks.now(cpo)

    def _named(self, site_name: str) -> Desk:
        desk = self._parts.desks.get(site_name)
        if desk is None:
            raise EventUnusable(f"{site_name[:60]!r} is no site that is planned here")
        return desk


def _seconds_of(now: Callable[[], datetime]) -> Callable[[], float]:
    return lambda: now().timestamp()
