"""What will happen: at which sites, on which day, with which cars, and when the grid gives less."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from ocn.errors import ConfigurationError
from ocn.ocpi.party_id import PartyId
from ocn.simulation.play.cast import LOCAL_CPO, REMOTE_CPO
from ocn.simulation.smart.cars import drawn_kwh
from ocn.smart_charging.planning.problem import Phase
from ocn.smart_charging.prices import PriceSeries
from ocn.smart_charging.simulation.closed_loop import World
from ocn.smart_charging.simulation.generator import Days, Stay, Wanted, generate
from ocn.smart_charging.simulation.kinds import Kind
from ocn.smart_charging.site.model import Fuse, Once, Site, TimedLimit
from ocn.smart_charging.slots import Slots

EVSES = 30
LOCATION = "SITE"
_PART = Decimal("0.5")
_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class GridCut:
    """Less power for all of a site for a while: ``part`` of what its top fuses let through otherwise."""

    begin: datetime
    until: datetime
    part: Decimal = _PART

    def on(self, site: Site) -> Site:
        """Return a site that knows of it beforehand."""
        return replace(site, fuses=tuple(self._on(fuse) for fuse in site.fuses))

    def _on(self, fuse: Fuse) -> Fuse:
        if fuse.parent is not None:
            return fuse
        amps: Mapping[Phase, Decimal] = {phase: limit * self.part for phase, limit in fuse.amps.items()}
        kw = None if fuse.kw is None else fuse.kw * self.part
        return replace(fuse, timed=(*fuse.timed, TimedLimit(Once(self.begin, self.until), amps, kw)))


@dataclass(frozen=True, slots=True)
class SiteDay:
    """One site's day."""

    cpo: PartyId
    days: Days
    cut: GridCut | None = None

    @property
    def site(self) -> Site:
        """The site as its planner knows it before anything happens."""
        return self.days.site

    @property
    def stays(self) -> Sequence[Stay]:
        """The visits."""
        return self.days.stays

    @property
    def prices(self) -> PriceSeries:
        """What energy costs, slot by slot, as a planner is told."""
        slots = self.days.slots.of_length(len(self.days.prices))
        prices = tuple(Decimal(str(price)) for price in self.days.prices)
        return PriceSeries(tuple(slots.starts()), prices)

    def world(self) -> World:
        """The same day for policies that need no network: the cut is in the limits, cars draw as they do."""
        site = self.site if self.cut is None else self.cut.on(self.site)
        return World(replace(self.days, site=site), draws=drawn_kwh)


@dataclass(frozen=True, slots=True)
class Scenario:
    """The day of all sites, slot by slot from the same moment."""

    sites: tuple[SiteDay, ...]

    @property
    def slots(self) -> Slots:
        """As long as somebody is anywhere."""
        longest = max(each.days.slots.count for each in self.sites)
        return self.sites[0].days.slots.of_length(longest)

    @property
    def visits(self) -> int:
        """How many cars come in all."""
        return sum(len(each.stays) for each in self.sites)


def build_scenario(seed: int, evses: int = EVSES) -> Scenario:
    """Make two workplaces of so many EVSEs; at the first the grid gives half for a while.

    Raises:
        ConfigurationError: with this seed nobody comes to one of them.
    """
    here = generate(Wanted(Kind.WORKPLACE, evses, seed))
    there = generate(Wanted(Kind.WORKPLACE, evses, seed + 1_000))
    if not here.stays or not there.stays:
        raise ConfigurationError(f"with seed {seed} a site has no visits", hint="Choose another seed.")
    return Scenario((SiteDay(LOCAL_CPO, here, _cut(here)), SiteDay(REMOTE_CPO, there)))


def _cut(days: Days) -> GridCut:
    """Half the power for an hour, from the cheapest slot on.

    Of the slots in which at least half as many cars are there as at most: then most is drawn.
    """
    present = [sum(s.arrival <= slot < s.departure for s in days.stays) for slot in range(days.slots.count)]
    busy = [slot for slot, count in enumerate(present) if 2 * count >= max(present)]
    cheapest = min(busy, key=lambda slot: (days.prices[slot], slot))
    begin = days.slots.starts()[cheapest]
    return GridCut(begin, begin + _LASTS)
