"""Limits that come from outside, and what they make of a fuse. All moments are in real time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.party.json_text import JsonObject
from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.planning.problem import Phase
from ocn.smart_charging.service.sites.events import local
from ocn.smart_charging.site.model import Fuse, Once, Site, TimedLimit
from ocn.smart_charging.slots import in_utc

_LONGEST = timedelta(days=14)
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


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

    def line(self, site: Site) -> str:
        """Say who wants it how low instead of what, where and when."""
        when = f"from {local(self.begin, site.zone)}"
        when += f" until {local(self.until, site.zone)}" if self.until < FOR_EVER else " on"
        return f"{self.source}: {self.how_low(site)} {when}"

    def how_low(self, site: Site) -> str:
        """Say how low instead of what, and where."""
        low = [f"{self.kw} kW"] if self.kw is not None else []
        low += [f"{self.amps} A on each phase"] if self.amps is not None else []
        low += [f"{(self.part * 100).normalize():f} %"] if self.part is not None else []
        where = "at the top" if self.fuse is None else f"at fuse {self.fuse}"
        own = [_own(fuse, site, in_kw=self.kw is not None) for fuse in site.fuses if self.concerns(fuse)]
        return f"at most {', '.join(low)} instead of {' and '.join(own)} {where}"

    def concerns(self, fuse: Fuse) -> bool:
        """Whether it is meant for a fuse."""
        return fuse.name == self.fuse or (self.fuse is None and fuse.parent is None)


def event_from_json(kept: JsonObject) -> GridEvent:
    """Read what :meth:`GridEvent.as_json` wrote."""
    kw, amps, part = (
        None if kept.get(name) is None else Decimal(kept[name]) for name in ("kw", "amps", "part")
    )
    begin, until = parse_datetime(kept["from"]), parse_datetime(kept["until"])
    return GridEvent(begin, until, kept.get("fuse"), kw, amps, part, str(kept["source"]))


def usable(event: GridEvent, site: Site) -> None:
    """Refuse what cannot be meant.

    Raises:
        EventUnusable: see :meth:`LimitFeed.announce`.
    """
    if event.fuse is not None and all(fuse.name != event.fuse for fuse in site.fuses):
        names = ", ".join(fuse.name for fuse in site.fuses[:10])
        raise EventUnusable(f"{event.fuse[:60]!r} is no fuse of {site.name}", hint=f"Fuses are {names}.")
    for moment in (event.begin, event.until):
        try:
            in_utc(moment, UTC)
        except ValueError as error:
            raise EventUnusable(str(error)) from error
    if not timedelta(0) < event.until - event.begin <= _LONGEST:
        raise EventUnusable(
            f"a limit lasts up to {_LONGEST.days} days, and this one from {event.begin} until {event.until}"
        )
    given = [value for value in (event.kw, event.amps, event.part) if value is not None]
    if not given:
        raise EventUnusable("a limit says how low it is", hint="Give kW, amperes per phase, or a part of it.")
    if any(not value.is_finite() or value < 0 for value in given) or (event.part or 0) > 1:
        raise EventUnusable("a limit is 0 or more, and a part of one at most 1")


def lowered(fuse: Fuse, events: Iterable[GridEvent]) -> Fuse:
    """Return a fuse with the limits that are meant for it."""
    timed = [_timed(fuse, event) for event in events if event.concerns(fuse)]
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


def _own(fuse: Fuse, site: Site, *, in_kw: bool) -> str:
    """Say what a fuse lets through by itself, without what its site file sets for a time."""
    amps = [fuse.amps[phase] for phase in fuse.phases if phase in fuse.amps]
    kw = fuse.kw
    if in_kw and len(amps) == len(fuse.phases):
        kw = _lower(sum(amps, Decimal(0)) * site.voltage / 1000, kw, Decimal(1))
        amps = []
    own = ["/".join(f"{each}" for each in (amps if len(set(amps)) > 1 else amps[:1])) + " A"] if amps else []
    own += [f"{kw.normalize():f} kW"] if kw is not None else []
    return ", ".join(own) or "no limit"
