"""What a feed says anew, for an operator: limits that are new, and those that end before their time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.site.model import Site

_MOST_LINES = 5


def grid_news(word: Iterable[GridEvent], before: Iterable[GridEvent], site: Site, now: datetime) -> list[str]:
    """Say what is new, and what is no more, of each the first few; what ended by itself is no news."""
    new, old = _ahead(word, now), _ahead(before, now)
    ended = [f"taken back: {event.line(site)}" for event in old if event not in new]
    begun = [event.line(site) for event in new if event not in old]
    return [*_first(ended), *_first(begun)]


def _ahead(events: Iterable[GridEvent], now: datetime) -> list[GridEvent]:
    """What holds now or later; since when it does already is no matter."""
    return [replace(event, begin=max(event.begin, now)) for event in events if event.until > now]


def _first(lines: Sequence[str]) -> Sequence[str]:
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]}, and {more} more"]
