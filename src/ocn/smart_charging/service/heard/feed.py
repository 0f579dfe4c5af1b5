"""Limits that come from outside while the planner runs, and what holds once a feed has fallen silent.

All moments here are in real time, ``now`` too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.party.json_text import JsonObject
from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.planning.problem import Phase
from ocn.smart_charging.service.sites.events import local
from ocn.smart_charging.site.model import Fuse, Once, Site, TimedLimit

_LONGEST = timedelta(days=14)
_MOST_EVENTS = 1000
_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GridEvent:
    """A lower limit of one fuse for a while. At least one of ``kw``, ``amps`` and ``part`` says how low."""

    begin: datetime
    until: datetime
    fuse: str | None = None
    """None: every fuse at the top."""
    kw: Decimal | None = None
    amps: Decimal | None = None
    """Per phase."""
    part: Decimal | None = None
    """Of the fuse's own limits, without those that the site file sets for a time: 0.5 halves them."""
    source: str = "operator"
    """Who says so."""

    def as_json(self) -> JsonObject:
        """Write what :func:`event_from_json` reads."""
        written: JsonObject = {
            "from": format_datetime(self.begin),
            "until": format_datetime(self.until),
            "fuse": self.fuse,
            "kw": self.kw,
            "amps": self.amps,
            "part": self.part,
            "source": self.source,
        }
        return {name: value for name, value in written.items() if value is not None}

    def line(self, zone: ZoneInfo) -> str:
        """Say who wants it how low, where and when."""
        low = [f"{self.kw} kW"] * (self.kw is not None) + [f"{self.amps} A"] * (self.amps is not None)
        low += [f"{self.part * 100:f} %"] if self.part is not None else []
        where = "the top" if self.fuse is None else f"fuse {self.fuse}"
        when = f"from {local(self.begin, zone)} until {local(self.until, zone)}"
        return f"{self.source}: {where} at {', '.join(low)} {when}"


def event_from_json(kept: JsonObject) -> GridEvent:
    """Read what :meth:`GridEvent.as_json` wrote."""
    kw, amps, part = (
        None if kept.get(name) is None else Decimal(kept[name]) for name in ("kw", "amps", "part")
    )
    begin, until = parse_datetime(kept["from"]), parse_datetime(kept["until"])
    return GridEvent(begin, until, kept.get("fuse"), kw, amps, part, str(kept["source"]))


class LimitFeed:
    """What outsiders say of one site's limits. It only lowers them: fuses stay what they are."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._announced: tuple[GridEvent, ...] = ()
        self._fed: tuple[GridEvent, ...] = ()
        self._heard: datetime | None = None

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

    def withdraw(self) -> bool:
        """End every limit that was announced; whether there was one."""
        had, self._announced = bool(self._announced), ()
        return had

    def hear(self, events: Iterable[GridEvent], at: datetime) -> bool:
        """Take the feed's whole word of a moment in place of its last; whether it says anything else."""
        told = tuple(events)
        changed, self._fed, self._heard = told != self._fed, told, at
        return changed

    def is_silent(self, now: datetime) -> bool:
        """Whether the site has a feed, and it has said nothing for too long."""
        feed = self._site.feed
        return feed is not None and (self._heard is None or abs(now - self._heard) > feed.silent_after)

    def limited(self, now: datetime) -> Site:
        """Return the site with what holds now and what is announced for later."""
        self._announced = tuple(event for event in self._announced if event.until > now)
        events = [event for event in (*self._announced, *self._fed) if event.until > now]
        if self.is_silent(now) and self._site.feed is not None:
            feed = self._site.feed
            events.append(GridEvent(now, _FOR_EVER, None, feed.kw, feed.amps, source="fallback"))
        if not events:
            return self._site
        return replace(self._site, fuses=tuple(_lowered(fuse, events) for fuse in self._site.fuses))

    def lasting(self, now: datetime) -> tuple[GridEvent, ...]:
        """Return what holds now."""
        return tuple(each for each in (*self._announced, *self._fed) if each.begin <= now < each.until)


def usable(event: GridEvent, site: Site) -> None:
    """Refuse what cannot be meant.

    Raises:
        EventUnusable: see :meth:`LimitFeed.announce`.
    """
    if event.fuse is not None and all(fuse.name != event.fuse for fuse in site.fuses):
        names = ", ".join(fuse.name for fuse in site.fuses[:10])
        raise EventUnusable(f"{event.fuse[:60]!r} is no fuse of {site.name}", hint=f"Fuses are {names}.")
    if not timedelta(0) < event.until - event.begin <= _LONGEST:
        raise EventUnusable(
            f"a limit lasts up to {_LONGEST.days} days, and this one from {event.begin} until {event.until}"
        )
    given = [value for value in (event.kw, event.amps, event.part) if value is not None]
    if not given:
        raise EventUnusable("a limit says how low it is", hint="Give kW, amperes per phase, or a part of it.")
    if any(not value.is_finite() or value < 0 for value in given) or (event.part or 0) > 1:
        raise EventUnusable("a limit is 0 or more, and a part of one at most 1")


def _lowered(fuse: Fuse, events: Iterable[GridEvent]) -> Fuse:
    timed = [
        _timed(fuse, event)
        for event in events
        if event.fuse == fuse.name or (event.fuse is None and fuse.parent is None)
    ]
    return replace(fuse, timed=(*fuse.timed, *timed)) if timed else fuse


def _timed(fuse: Fuse, event: GridEvent) -> TimedLimit:
    kw, amps = event.kw, dict[Phase, Decimal]()
    if event.amps is not None:
        amps = dict.fromkeys(fuse.phases, event.amps)
    if event.part is not None:
        kw = _lower(kw, fuse.kw, event.part)
        parts: Mapping[Phase, Decimal] = {phase: limit * event.part for phase, limit in fuse.amps.items()}
        amps = {phase: min(parts[phase], amps.get(phase, parts[phase])) for phase in parts} or amps
    return TimedLimit(Once(event.begin, event.until), amps, kw)


def _lower(kw: Decimal | None, own_kw: Decimal | None, part: Decimal) -> Decimal | None:
    if own_kw is None:
        return kw
    return own_kw * part if kw is None else min(kw, own_kw * part)
