"""What happened at a site, newest first; bounded, and what goes on is told once."""

import logging
from collections import deque
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ocn.smart_charging.clock_times import clock
from ocn.smart_charging.service.view import EventKind, EventView

_LOG = logging.getLogger("ocn.smart_charging")
_MOST, _MOST_TOLD = 200, 10_000
_AGAIN = timedelta(hours=2)
"""What is told again and again is one event, until it was not told for so long, or was over in between."""
_GOES_ON = frozenset({EventKind.FAULT, EventKind.WARNING})
"""What is told whenever it is found, unless it is ``NEWS``; anything else is told when it changes."""
NEWS = "news"
"""What a fault or warning is about that is told only when something changed."""
_MOST_LINE = 500
_LEVELS = dict.fromkeys((EventKind.FAULT, EventKind.WARNING, EventKind.GRID), logging.WARNING)
"""Nobody who runs a site should have to turn on more to see that its limit fell."""


class EventLog:
    """The events of one site."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._events: deque[EventView] = deque(maxlen=_MOST)
        self._told: dict[tuple[str, str], datetime] = {}
        """When what goes on was told last, by what it is about, and its line."""

    def note(self, kind: EventKind, line: str, at: datetime, about: str = "") -> None:
        """Note one, and log it; lines may hold what strangers wrote.

        What goes on is told again after :meth:`over` of what it is about.
        """
        line = "".join(each if each.isprintable() else " " for each in line[:_MOST_LINE])
        told = self._told.pop((about, line), None)
        if kind in _GOES_ON and about != NEWS:
            self._told[about, line] = at
        if told is not None and abs(at - told) < _AGAIN:
            return
        if len(self._told) > _MOST_TOLD:
            del self._told[next(iter(self._told))]
        self._events.appendleft(EventView(at, kind, line))
        _LOG.log(_LEVELS.get(kind, logging.INFO), "%s: %s", self._site, line)

    def over(self, about: str) -> bool:
        """Whatever was told about something goes on no more; return whether anything was."""
        before = len(self._told)
        self._told = {key: when for key, when in self._told.items() if key[0] != about}
        return len(self._told) < before

    def newest(self) -> tuple[EventView, ...]:
        """Return all that are kept."""
        return tuple(self._events)


def local(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment for an event: as clocks at the site show it."""
    shown = moment.astimezone(zone)
    return f"{shown:%a %d.%m.} {clock(shown)}"
