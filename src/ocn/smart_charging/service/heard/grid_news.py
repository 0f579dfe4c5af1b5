"""What a feed says anew, for an operator: limits that are new, and those that end before their time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.site.model import Site

_MOST_LINES = 5
_NEARLY = timedelta(minutes=15)
"""So much sooner or later is no news: many feeds tell a limit for the minutes ahead, again and again."""


def grid_news(word: Iterable[GridEvent], before: Iterable[GridEvent], site: Site, now: datetime) -> list[str]:
    """Say what is new, and what is no more, of each the first few; what ended by itself is no news."""
    new, old = _ahead(word, now), _ahead(before, now)
    ended = [f"taken back: {event.line(site)}" for event in old if not _is_among(new, event)]
    begun = [event.line(site) for event in new if not _is_among(old, event)]
    return [*_first(ended), *_first(begun)]


def _ahead(events: Iterable[GridEvent], now: datetime) -> list[GridEvent]:
    """What holds now or later; since when it does already is no matter."""
    return [replace(event, begin=max(event.begin, now)) for event in events if event.until > now]


def _is_among(others: Sequence[GridEvent], event: GridEvent) -> bool:
    return any(
        abs(other.until - event.until) <= _NEARLY
        and abs(other.begin - event.begin) <= _NEARLY
        and replace(other, begin=event.begin, until=event.until) == event
        for other in others
    )


def _first(lines: Sequence[str]) -> Sequence[str]:
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]}, and {more} more"]
