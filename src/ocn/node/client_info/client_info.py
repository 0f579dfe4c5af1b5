"""The work itself: once a second, by one replica at a time, everything else beside it."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from functools import partial

import structlog

from ocn.errors import OcnError
from ocn.node.client_info.parts import Parts
from ocn.node.client_info.tasks import OneEach
from ocn.node.model import Platform

_log = structlog.get_logger("ocn.node.client_info")

TICK_S = 1.0
_EVERYTHING = timedelta(seconds=60)
"""So often all is worked out again, whether anything is known to have changed or not."""
_SIGHTINGS = timedelta(seconds=10)
_PUSHED_TO_AT_ONCE = 64
_PROBED_AT_ONCE = 32
_NODES_AT_ONCE = 16


class ClientInfo:
    """HubClientInfo of this node: what changes is told within a second or two, beside the messages."""

    def __init__(self, parts: Parts) -> None:
        self.last_seen = parts.last_seen
        self.roster = parts.roster
        self.nodes = parts.nodes
        self.listing = parts.listing
        self.introductions = parts.introductions
        self._members = parts.members
        self._clock = parts.clock
        self._timing = parts.timing
        self._news = parts.news
        self._lead = parts.lead
        self._views = parts.views
        self._probes = parts.probes
        self._telling = parts.telling
        self._leads = False
        self._settled: object = None
        self._settled_at: datetime | None = None
        self._sighted_at: datetime | None = None
        self._registry_changes = 0
        self._forgotten_at = -1
        self._being_told = OneEach(_PUSHED_TO_AT_ONCE)
        self._probing = OneEach(_PROBED_AT_ONCE)
        self._meeting = OneEach(_NODES_AT_ONCE)

    def registry_changed(self, _changes: object = None) -> None:
        """The registry lists something else now."""
        self._registry_changes += 1
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled; what is under way then is cut off."""
        failures = 0
        try:
            while True:
                try:
                    await self.tick()
                    failures = 0
                except OcnError as error:
                    failures += 1
                    if failures == 1:
                        _log.warning("client_info_failed", error=str(error))
                try:
                    async with asyncio.timeout(TICK_S):
                        await self._news.wait()
                except TimeoutError:
                    pass
                self._news.clear()
        finally:
            await self.close()

    async def tick(self) -> None:
        """Look what has changed, store it, and begin what follows from it."""
        now = self._clock.now()
        self._forget_gone()
        await self.roster.refresh_if_changed()
        await self._exchange_sightings(now)
        if not await self._lead.held(now):
            self._leads = False
            return
        if not self._leads:
            await self._views.refresh()
            self.nodes.start_over()
            self._settled = None
            self._leads = True
        if self._has_news(now):
            changed = await self.roster.settle(now)
            self.nodes.changed(changed)
            await self._views.settle(self.roster.clients(), now)
        self._begin(now)

    async def quiet(self) -> None:
        """Wait until all that was begun has ended."""
        for work in (self._being_told, self._probing, self._meeting):
            await work.quiet()

    async def close(self) -> None:
        """Cut off what is under way, and store who was heard."""
        for work in (self._being_told, self._probing, self._meeting):
            await work.close()
        await self.introductions.close()
        with contextlib.suppress(OcnError):
            await self.last_seen.flush()

    def _forget_gone(self) -> None:
        """Drop what this replica, leading or not, has in memory of platforms that are gone."""
        if self._members.revision == self._forgotten_at:
            return
        self._forgotten_at = self._members.revision
        there = {platform.id for platform in self._members.platforms()}
        self.last_seen.keep(there)
        self.introductions.keep(there)
        self._telling.keep(there)

    async def _exchange_sightings(self, now: datetime) -> None:
        """Tell other replicas who was heard here, and read whom they heard; at once while one is OFFLINE."""
        due = self._sighted_at is None or now - self._sighted_at >= _SIGHTINGS
        if due or self.last_seen.any_offline():
            self._sighted_at = now
            await self.last_seen.flush()
            await self.last_seen.refresh()

    def _has_news(self, now: datetime) -> bool:
        state = (
            self._members.revision,
            self.roster.revision,
            self.last_seen.offline(),
            self.nodes.down(),
            self._registry_changes,
        )
        if state == self._settled and self._settled_at is not None and now - self._settled_at < _EVERYTHING:
            return False
        self._settled, self._settled_at = state, now
        return True

    def _begin(self, now: datetime) -> None:
        for platform in self._members.platforms():
            if self._telling.is_due(platform, now):
                self._being_told.begin(platform.id, partial(self._tell, platform.id))
        for platform in self._probes.due(now):
            self._probing.begin(platform.id, partial(self._probe, platform))
        for peer in self.nodes.due(now):
            self._meeting.begin(peer.address, partial(self.nodes.meet, peer))

    async def _probe(self, platform: Platform) -> None:
        await self._probes.probe(platform)
        self._news.set()

    async def _tell(self, platform_id: str) -> None:
        reached = await self._telling.tell(platform_id)
        platform = self._members.by_id(platform_id)
        if not reached and platform is not None and self._timing.still_alive:
            self._probing.begin(platform_id, partial(self._probe, platform))
