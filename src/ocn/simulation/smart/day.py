"""The day, slot by slot: who leaves, what meters show, who comes, what is planned, and what then flows.

Two minutes later sites tell of cars that draw otherwise than they did, and it is planned again. Time stands
still while messages are under way, and goes on when nothing is owed to anybody.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from ocn.simulation.smart.cars import STEP
from ocn.simulation.smart.cast import SmartCast
from ocn.simulation.smart.drivers import Drivers
from ocn.simulation.smart.meters import SlotMeters
from ocn.simulation.smart.scenario import GridCut, Scenario
from ocn.simulation.smart.site_commands import Change
from ocn.simulation.smart.site_cpo import SiteCpo


@dataclass(frozen=True, slots=True)
class Reaction:
    """What happened at a site between a cut of its limit and the moment time went on."""

    site: str
    at: datetime
    before_kw: float
    limit_kw: float
    after_kw: float
    changes: Sequence[Change]
    seconds: float
    """Of real time, until the last result."""

    @property
    def messages(self) -> int | None:
        """How many limits had to take hold until the site was within the new limit; None: it never was."""
        if self.before_kw <= self.limit_kw:
            return 0
        return next((n for n, change in enumerate(self.changes, 1) if change.within), None)

    @property
    def decreases_first(self) -> bool:
        """Whether no car was given more before the site was within its limit."""
        until = self.messages
        return until is not None and all(change.after_w <= change.before_w for change in self.changes[:until])


class Watching:
    """Is told as the day goes on; does nothing by itself."""

    def slot_ended(self, slot: int, at: datetime, sites: Sequence[SlotMeters]) -> None:
        """A slot is over, at the sites in their order."""

    def reacted(self, reaction: Reaction) -> None:
        """A cut has been dealt with."""


@dataclass(slots=True)
class Played:
    """What the day leaves behind besides the meters."""

    drivers: Drivers
    reactions: list[Reaction] = field(default_factory=list)


async def play_day(scenario: Scenario, cast: SmartCast, watching: Watching) -> Played:
    """Play the whole day.

    Raises:
        StepFailed: somebody was answered otherwise than it must be, or a copy did not come.
    """
    slots = scenario.slots
    played = Played(Drivers(cast.emsp, slots))
    starts = [*slots.starts(), slots.end]
    for slot, (begin, end) in enumerate(pairwise(starts)):
        await _turn(slot, cast, played.drivers)
        await _plan(cast)
        for site in cast.sites:
            if site.day.cut is not None and site.day.cut.begin == begin:
                reaction = await _cut(cast, site, site.day.cut)
                played.reactions.append(reaction)
                watching.reacted(reaction)
        await _pass(cast, begin + STEP)
        for site in cast.sites:
            site.reports.mark()
        await _pass(cast, begin + 2 * STEP)
        await asyncio.gather(*(site.reports.changed() for site in cast.sites))
        await cast.clock.settled()
        await _plan(cast)
        await _pass(cast, end)
        for site in cast.sites:
            site.meters.close()
        watching.slot_ended(slot, begin, [site.meters.slots[-1] for site in cast.sites])
    await _turn(slots.count, cast, played.drivers)
    await _plan(cast)
    return played


async def _plan(cast: SmartCast) -> None:
    await cast.planner.step()
    await cast.clock.settled()


async def _turn(slot: int, cast: SmartCast, drivers: Drivers) -> None:
    """One slot turns into the next: cars leave, readings are told, cars come."""
    await asyncio.gather(*(site.leave(slot) for site in cast.sites))
    await asyncio.gather(*(site.reports.grown() for site in cast.sites))
    first = not drivers.answers
    coming = [(site.id, stay) for site in cast.sites for stay in site.come(slot)]
    await asyncio.gather(
        *(
            drivers.arrive(cpo, stay, tries_others=first and number == 0)
            for number, (cpo, stay) in enumerate(coming)
        )
    )
    await cast.clock.settled()


async def _pass(cast: SmartCast, until: datetime) -> None:
    """Let time pass, and look at every meter minute by minute."""
    clock = cast.clock
    while clock.now() < until:
        for site in cast.sites:
            site.meters.look(clock.now())
        await clock.advance_to(min(until, clock.now() + STEP))


async def _cut(cast: SmartCast, site: SiteCpo, cut: GridCut) -> Reaction:
    """The grid gives less from now on, which is planned already: tell the planner, and see what it does."""
    now = cast.clock.now()
    before_kw, already = site.meters.power_kw(), len(site.commands.changes)
    cast.planner.cut(site.day.site.name, cut)
    began = time.perf_counter()
    await _plan(cast)
    return Reaction(
        site.day.site.name,
        now,
        before_kw,
        site.meters.limit_kw(now),
        site.meters.power_kw(),
        tuple(site.commands.changes[already:]),
        time.perf_counter() - began,
    )
