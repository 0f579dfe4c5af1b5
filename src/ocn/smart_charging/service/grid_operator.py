"""A grid operator that tells sites their capacity, and that it is there: the limit feed of those sites."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from ocn.errors import ConfigurationError
from ocn.smart_charging.service.assembly import Assembly
from ocn.smart_charging.service.heard.grid_events import GridEvent, usable


class ToldByGridOperator:
    """For sites whose feed is a group; see :class:`ocn.smart_charging.oscp.application.GridOperator`.

    Raises:
        ConfigurationError: two sites are one group.
    """

    def __init__(self, parts: Assembly) -> None:
        self._parts = parts
        groups = [
            (served.site.feed.oscp_group, served.name)
            for served in parts.places.sites
            if served.site.feed is not None and served.site.feed.oscp_group is not None
        ]
        self.groups: Mapping[str, str] = dict(groups)
        if len(self.groups) < len(groups):
            raise ConfigurationError(
                "two site files have the same oscp_group", hint="Each site is one group."
            )

    def voltage(self, site_name: str) -> Decimal:
        """Return the voltage of a site, from a phase to neutral."""
        return self._parts.desks[site_name].served.site.voltage

    async def forecast(self, site_name: str, events: Sequence[GridEvent], *, is_fallback: bool) -> None:
        """Take the whole forecast of capacity, or the one for when nothing is heard; it outlives a restart.

        Raises:
            EventUnusable: something in it cannot be meant; nothing of it is taken.
        """
        await self._parts.ready()
        desk = self._parts.desks[site_name]
        for event in events:
            usable(event, desk.served.site)
        if is_fallback:
            is_other = desk.feed.hear_fallback(events)
        else:
            before, now = desk.feed.said[0], desk.clock.real()
            is_other = desk.feed.hear(events, now, now)
            desk.tell_limits(events, before)
        self._parts.triggers.plan(site_name)
        if is_other:
            desk.interrupt()
        await desk.keep_limits()

    def is_there(self, until: datetime | None) -> None:
        """Take a sign of life, and until when that is good, by the operator's word."""
        for name in self.groups.values():
            desk = self._parts.desks[name]
            was_silent, now = desk.feed.is_silent(desk.clock.real()), desk.clock.real()
            desk.feed.is_there(now, until)
            if was_silent and not desk.feed.is_silent(now):
                self._parts.triggers.plan(name)
