"""What is shown of a site: a frozen value that a page draws, a demo prints, and JSON carries.

Powers are kW, energies kWh, moments UTC; floats, since they are only looked at. Everything in it that is text
may come from a stranger (ids, messages) and is to be escaped where it is shown. It names no driver: a car is
called by a pseudonym.
"""

from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

Series = tuple[float | None, ...]
"""One value for each slot of the view; None where nothing is known."""

_DECIMALS = 5
"""So many are written: of a watt, and of a price, no more says anything."""


class CarState(StrEnum):
    """How far the planner has a car in hand."""

    CONTROLLED = "controlled"
    """The CPO has confirmed a limit, and it is the planned one."""
    UNCONFIRMED = "unconfirmed"
    """What was planned is not confirmed: it counts at its last confirmed limit, or at all it can draw."""
    TOO_OFTEN = "too often"
    """The CPO asked for fewer messages; the last confirmed limit holds meanwhile."""
    REFUSED = "refused"
    """The CPO or the charge point rejected the last limit; it is tried again later."""
    NOT_CONTROLLABLE = "not controllable"
    """The charge point takes no limits: what it draws is planned around."""
    NOT_PLANNED = "not planned"
    """Something about the session cannot be used; see the events."""
    GONE = "gone"
    """It has left within the hours shown."""


class Source(StrEnum):
    """Who says when a car leaves and what it needs."""

    DRIVER = "driver"
    """Charging preferences that an eMSP sent."""
    HISTORY = "history"
    """Nobody said: the median of past sessions at this site."""
    ASSUMED = "assumed"
    """Nobody said, and there is no past to go by."""


@dataclass(frozen=True, slots=True)
class CarView:
    """One session."""

    name: str
    """A pseudonym; the same for as long as the session lasts."""
    evse: str | None
    """As the site file names it, else as its CPO does; None: its CPO names none."""
    arrived: datetime
    departure: datetime | None
    departure_from: Source
    need_kwh: float | None
    """What the driver asked for, or what is assumed; all of it, not what is still to come."""
    need_from: Source
    delivered_kwh: float
    now_kw: float | None
    """What it draws, as far as its meter tells."""
    confirmed_kw: float | None
    """The limit now that is confirmed; None: there is none, it may draw all it can."""
    state: CarState
    why: str
    """One line for the operator: what it needs, what it gets, what bound it."""
    driver_line: str = ""
    """One line for the driver: when it charges, what it will have, what that saves."""
    bound: str | None = None
    """What kept it from more, as a word of :class:`ocn.smart_charging.planning.why.Bound`."""
    profile: str = "REGULAR"
    """The driver's wish: FAST, REGULAR, CHEAP or GREEN."""
    planned_kw: Series = ()
    """What it was (before now) and is (from now on) planned to get."""
    measured_kw: Series = ()
    """What it drew; None ahead."""


@dataclass(frozen=True, slots=True)
class ScarceView:
    """A fuse that lets less through than would be used, and what one kW more would be worth."""

    limit: str
    """In words: ``fuse row A, phase L2``."""
    fuse: str | None
    """None: not a fuse but the site's peak, which has a price."""
    phase: str | None
    begin: datetime
    until: datetime
    eur_per_kwh: float
    line: str
    beyond_price: bool = False
    """Whether cars might leave without energy there: then it is no price of energy."""


PAGE = "page"
"""The source of limits that were lowered through the page."""
FALLBACK = "fallback"
"""The source of what holds while a feed is silent."""


@dataclass(frozen=True, slots=True)
class ToldLimit:
    """A lower limit from outside that holds now or later."""

    source: str
    line: str


class EventKind(StrEnum):
    """What an event is about."""

    GRID = "grid"
    """A limit came from outside, or ended."""
    FAULT = "fault"
    """Something in the input cannot be used; the rest of the site is planned on."""
    WARNING = "warning"
    """Something needs a look: a clock that is off, a silent feed, a second planner, a CPO that is away."""
    TOLD = "told"
    """Worth knowing: started, restarted, read everything."""


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened."""

    at: datetime
    kind: EventKind
    line: str


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site at a moment: some hours back, some hours ahead, slot by slot."""

    site: str
    zone: str
    """Of the tz database, to write local times."""
    now: datetime
    """By the CPO's clock."""
    slot_minutes: int
    begin: datetime
    """When the first slot of every series starts."""
    limit_kw: Series
    """The lowest limit of the site's top, with events and fallback; None: it has none."""
    measured_kw: Series
    """All cars together; None ahead, and where nothing was measured."""
    price_eur_per_kwh: Series
    """The site's own."""
    cars: tuple[CarView, ...]
    """Those that are there by their arrival, then those that left."""
    told_limits: tuple[ToldLimit, ...] = ()
    """Those from outside that hold now or later: of the feed, the page, the program, the fallback."""
    scarce: tuple[ScarceView, ...] = ()
    """Those that matter most first."""
    events: tuple[EventView, ...] = ()
    """Newest first."""
    method: str | None = None
    """What made the last plan; None before there is one."""
    because: str | None = None
    """Why a lesser method had to do."""
    priced_by: tuple[str, ...] = ()
    """By which prices cars are planned, and in brackets how many."""
    price_trouble: tuple[str, ...] = ()
    """Files of prices and carbon that cannot be read, and what is done meanwhile."""
    last_read: datetime | None = None
    """When everything was last read from the CPO."""
    unread_since: datetime | None = None
    """Since when the CPO cannot be read; None: it can."""
    last_told: datetime | None = None
    """When a session of the CPO was pushed or copied last."""
    is_only_read: bool = False
    """Whether sessions changed and nobody pushed them: they are known by reading alone."""
    last_plan: datetime | None = None

    @property
    def slots(self) -> int:
        """How many slots are shown."""
        return len(self.limit_kw)

    @property
    def slot_now(self) -> int:
        """The slot that ``now`` lies in."""
        return (self.now - self.begin) // timedelta(minutes=self.slot_minutes)

    def starts(self) -> tuple[datetime, ...]:
        """Return when each slot starts."""
        return tuple(self.begin + timedelta(minutes=self.slot_minutes * i) for i in range(self.slots))

    @property
    def planned_kw(self) -> Series:
        """What all cars together were and are planned to get; None before there was a plan."""
        return tuple(self._planned_kw(slot) for slot in range(self.slots))

    def _planned_kw(self, slot: int) -> float | None:
        told = [car.planned_kw[slot] for car in self.cars if slot < len(car.planned_kw)]
        known = [power for power in told if power is not None]
        nothing = 0.0 if self.last_plan is not None and slot >= self.slot_now else None
        return sum(known) if known else nothing

    def as_json(self) -> dict[str, Any]:
        """Write it as a JSON object; moments as ISO 8601 in UTC."""
        written = {each.name: _json(getattr(self, each.name)) for each in fields(self)}
        return written | {"planned_kw": _json(self.planned_kw)}


def _json(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_json(each) for each in value]
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.value if isinstance(value, StrEnum) else value
