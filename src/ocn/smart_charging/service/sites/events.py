"""What happened at a site, newest first; bounded, and nothing twice in a row."""

import logging
from collections import deque
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ocn.smart_charging.clock_times import clock
from ocn.smart_charging.service.view import EventKind, EventView

_LOG = logging.getLogger("ocn.smart_charging")
_MOST = 200
_AGAIN = timedelta(hours=2)
"""What is told again and again is one event, until it was not told for so long."""
_MOST_LINE = 500
_LEVELS = {EventKind.FAULT: logging.WARNING, EventKind.WARNING: logging.WARNING}


class EventLog:
    """The events of one site."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._events: deque[EventView] = deque(maxlen=_MOST)
        self._told: dict[tuple[EventKind, str], datetime] = {}

    def note(self, kind: EventKind, line: str, at: datetime) -> None:
        """Note one, and log it; lines may hold what strangers wrote."""
        line = "".join(each if each.isprintable() else " " for each in line[:_MOST_LINE])
        told = self._told.get((kind, line))
        self._told[kind, line] = at
        if told is not None and abs(at - told) < _AGAIN:
            return
        if len(self._told) > 2 * _MOST:
            self._told = {key: when for key, when in self._told.items() if abs(at - when) < _AGAIN}
        self._events.appendleft(EventView(at, kind, line))
        _LOG.log(_LEVELS.get(kind, logging.INFO), "%s: %s", self._site, line)

    def newest(self) -> tuple[EventView, ...]:
        """Return all that are kept."""
        return tuple(self._events)


def local(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment for an event: as clocks at the site show it."""
    shown = moment.astimezone(zone)
    return f"{shown:%a %d.%m.} {clock(shown)}"
