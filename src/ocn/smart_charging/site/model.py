"""A site: a tree of fuses, their limits over time, and the EVSEs at them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from ocn.ocpi.party_id import PartyId
from ocn.smart_charging.planning.problem import Phase


class Current(StrEnum):
    """What an EVSE gives to the car."""

    AC = "AC"
    DC = "DC"


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day, or on some weekdays (Monday is 0), from one local time until another, also past midnight."""

    begin: time
    until: time
    days: frozenset[int]

    def touches(self, start: datetime, length: timedelta) -> bool:
        """Whether it holds at some moment of a while that begins at a local moment and is under a day."""
        if self._covers(start):
            return True
        begins = datetime.combine(start.date(), self.begin, start.tzinfo)
        if begins < start:
            begins += timedelta(days=1)
        return begins < start + length and begins.weekday() in self.days

    def _covers(self, moment: datetime) -> bool:
        clock = moment.time()
        if self.begin < self.until:
            return self.begin <= clock < self.until and moment.weekday() in self.days
        begun_today = clock >= self.begin and moment.weekday() in self.days
        begun_before = clock < self.until and (moment.weekday() - 1) % 7 in self.days
        return begun_today or begun_before


@dataclass(frozen=True, slots=True)
class Once:
    """From one moment until another."""

    begin: datetime
    until: datetime

    def touches(self, start: datetime, length: timedelta) -> bool:
        """Whether it holds at some moment of a while."""
        return self.begin < start + length and start < self.until


@dataclass(frozen=True, slots=True)
class TimedLimit:
    """A lower limit for a while."""

    when: Daily | Once
    amps: Mapping[Phase, Decimal] = field(default_factory=dict)
    kw: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Fuse:
    """What may flow to everything below: amperes per phase, kilowatts in all, or both."""

    name: str
    parent: str | None
    phases: tuple[Phase, ...]
    amps: Mapping[Phase, Decimal] = field(default_factory=dict)
    kw: Decimal | None = None
    timed: tuple[TimedLimit, ...] = ()

    def lowest(self, phase: Phase | None, start: datetime, length: timedelta) -> Decimal | None:
        """Return the lowest limit within a while, of a phase or (None) the power; None if there is none."""
        timed = [each for each in self.timed if each.when.touches(start, length)]
        if phase is None:
            found = [self.kw, *(each.kw for each in timed)]
        else:
            found = [self.amps.get(phase), *(each.amps.get(phase) for each in timed)]
        return min((limit for limit in found if limit is not None), default=None)


@dataclass(frozen=True, slots=True)
class Evse:
    """Where one car charges. ``rotation`` says which phase of the site each of its own is at, if known.

    ``uid`` is what OCPI calls it, where that is not its ``id``.
    """

    id: str
    fuse: str
    current: Current
    phases: tuple[Phase, ...]
    rotation: tuple[Phase, ...] | None
    min_amps: Decimal = Decimal(6)
    max_amps: Decimal = Decimal(16)
    min_kw: Decimal = Decimal(0)
    max_kw: Decimal | None = None
    uid: str | None = None

    @property
    def key_in_ocpi(self) -> str:
        """What OCPI calls it, to compare by: the case does not count there."""
        return (self.uid or self.id).casefold()

    def loaded(self, car_phases: int | None) -> tuple[Phase, ...]:
        """Return the phases that a car of so many phases may load: all where it is not known which."""
        if car_phases is None or car_phases >= len(self.phases) or self.rotation is None:
            return self.phases
        return self.rotation[:car_phases]


class PeakPeriod(StrEnum):
    """For how long the highest power is billed; then it begins anew, at a local midnight."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class SitePrices:
    """Where the prices of the site are from."""

    file: str | None = None
    eur_per_kwh: Decimal | None = None
    peak_eur_per_kw: Decimal = Decimal(0)
    peak_period: PeakPeriod = PeakPeriod.MONTH
    carbon_file: str | None = None
    """Where it is written how much CO2 a kWh is worth when."""


@dataclass(frozen=True, slots=True)
class SiteFeed:
    """Limits that somebody else tells while the site is planned, and what holds once they fall silent.

    They stand in a file, or come by OSCP for a group.
    """

    file: str | None
    silent_after: timedelta
    kw: Decimal | None = None
    amps: Decimal | None = None
    """Per phase."""
    oscp_group: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """All of it. Fuses stand after their parents.

    ``cpo`` and ``location`` are whose it is and what OCPI calls it, needed to plan it over the network.
    """

    name: str
    zone: ZoneInfo
    voltage: Decimal
    slot_minutes: int
    fuses: tuple[Fuse, ...]
    evses: tuple[Evse, ...]
    prices: SitePrices = SitePrices()
    cpo: PartyId | None = None
    location: str | None = None
    feed: SiteFeed | None = None

    def evse(self, evse_id: str) -> Evse | None:
        """Find an EVSE."""
        return next((evse for evse in self.evses if evse.id == evse_id), None)
