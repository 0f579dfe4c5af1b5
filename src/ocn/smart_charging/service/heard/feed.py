"""The limits of one site that outsiders tell while the planner runs, and what holds once they are silent.

All moments here are in real time, ``now`` too.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.service.heard.grid_events import FOR_EVER, GridEvent, lowered, usable
from ocn.smart_charging.service.sites.events import local
from ocn.smart_charging.service.view import FALLBACK
from ocn.smart_charging.site.model import Site, SiteFeed

_MOST_EVENTS = 1000


class LimitFeed:
    """What outsiders say of one site's limits. It only lowers them: fuses stay what they are."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._announced: tuple[GridEvent, ...] = ()
        self._fed: tuple[GridEvent, ...] = ()
        self.has_word = False
        """Whether the feed ever said anything."""
        self._fallback: tuple[GridEvent, ...] = ()
        self._told: datetime | None = None
        """When its last word was told, by its own account."""
        self._heard: datetime | None = None
        self._there_until: datetime | None = None

    def announce(self, event: GridEvent) -> None:
        """Add a limit.

        Raises:
            EventUnusable: it names no fuse of the site, no time ahead, or nothing that could be a limit.
        """
        usable(event, self._site)
        if len(self._announced) >= _MOST_EVENTS:
            raise EventUnusable(f"{_MOST_EVENTS} limits are announced already", hint="Withdraw some.")
        self._announced = (*self._announced, event)

    @property
    def announced(self) -> tuple[GridEvent, ...]:
        """What was announced and neither withdrawn nor over when the limits were last asked for."""
        return self._announced

    def withdraw(self, source: str | None = None) -> bool:
        """End every limit that was announced, by one source or (None) by anybody; whether there was one."""
        left = tuple(event for event in self._announced if source not in {None, event.source})
        had, self._announced = len(left) < len(self._announced), left
        return had

    def hear(self, events: Iterable[GridEvent], told: datetime, now: datetime) -> bool:
        """Take the feed's whole word in place of its last; whether it says anything else.

        It counts from when it was told, or from now where that is ahead: the same word again is no sign of
        life, whatever it says of when it was told.

        Raises:
            EventUnusable: it is older than its last one: what that said holds, and in the end the fallback.
        """
        word, at = tuple(events), min(told, now)
        if told == self._told and word == self._fed:
            return False
        if self._heard is not None and at < self._heard <= now:
            raise EventUnusable(
                f"the limit feed was told at {format_datetime(told)}, which is before its last word",
                hint="Is the clock right of who writes it?",
            )
        changed = word != self._fed or not self.has_word
        self._fed, self._told, self._heard, self.has_word = word, told, at, True
        return changed

    def remember(self, fed: Iterable[GridEvent], fallback: Iterable[GridEvent]) -> None:
        """Take what was said before a restart; the feed counts as silent until it is heard again."""
        self._fed, self._fallback, self.has_word = tuple(fed), tuple(fallback), True

    @property
    def said(self) -> tuple[tuple[GridEvent, ...], tuple[GridEvent, ...]]:
        """The last word of the feed, and its word for when it is silent."""
        return self._fed, self._fallback

    def hear_fallback(self, events: Iterable[GridEvent]) -> bool:
        """Take what holds, beside the site's own fallback, once the feed is silent; whether it is another."""
        before, self._fallback = self._fallback, tuple(events)
        return self._fallback != before

    def is_there(self, now: datetime, until: datetime | None) -> None:
        """Take a sign of life of a feed that says its limits seldom, and until when that is good.

        It counts from the feed's first word on: before that nobody knows what holds.
        """
        if self.has_word:
            self._heard, self._there_until = now, until

    def is_silent(self, now: datetime) -> bool:
        """Whether the site has a feed, and it has said nothing for too long."""
        feed = self._site.feed
        if feed is None:
            return False
        if self._heard is None or abs(now - self._heard) > feed.silent_after:
            return True
        return self._there_until is not None and now > self._there_until

    def holding(self, now: datetime) -> str:
        """Say what holds while nothing new is heard, and since or until when."""
        if self._site.feed is None:
            return "the limits of the site file hold"
        fallback = f"its fallback holds, {self._fallback_of_site(self._site.feed, now).how_low(self._site)}"
        if self._heard is None:
            return f"{fallback}, since the start"
        ends = self._heard + self._site.feed.silent_after
        ends = ends if self._there_until is None else min(ends, self._there_until)
        if self.is_silent(now):
            return f"{fallback}, since {local(ends, self._site.zone)}"
        return f"what it said last holds until {local(ends, self._site.zone)}, then {fallback}"

    @staticmethod
    def _fallback_of_site(feed: SiteFeed, now: datetime) -> GridEvent:
        return GridEvent(now, FOR_EVER, None, feed.kw, feed.amps, source=FALLBACK)

    def limited(self, now: datetime) -> Site:
        """Return the site with what holds now and what is announced for later."""
        events = self.told(now)
        if not events:
            return self._site
        return replace(self._site, fuses=tuple(lowered(fuse, events) for fuse in self._site.fuses))

    def told(self, now: datetime) -> tuple[GridEvent, ...]:
        """Return what holds now or later, the fallback of a feed that is silent included."""
        self._announced = tuple(event for event in self._announced if event.until > now)
        events = [event for event in (*self._announced, *self._fed) if event.until > now]
        if self.is_silent(now) and self._site.feed is not None:
            events.append(self._fallback_of_site(self._site.feed, now))
            events += self._fallback
        return tuple(events)
