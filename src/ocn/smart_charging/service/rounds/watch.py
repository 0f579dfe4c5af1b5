"""What CPOs say is in force: as they push it, and as they are asked once in a while."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from ocn.errors import OcnError
from ocn.ocpi.objects import ActiveChargingProfile
from ocn.ocpi.party_id import PartyId
from ocn.smart_charging.dispatch.states import State
from ocn.smart_charging.dispatch.watching import Conflict
from ocn.smart_charging.errors import ProfileUnreadable
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.triggers import Triggers
from ocn.smart_charging.service.view import EventKind

_LOG = logging.getLogger("ocn.smart_charging")


class Watch:
    """Finds out whether somebody else limits the same cars, or what was confirmed is not in force.

    A CPO need not push what others set, so every car is asked about: when it has been controlled for a while,
    and then every ``every``; one at a time for each site, beside everything else. None asks nobody.
    """

    def __init__(
        self,
        desks: Mapping[str, Desk],
        memory: Memory,
        places: Places,
        triggers: Triggers,
        every: timedelta | None,
    ) -> None:
        self._desks = desks
        self._memory = memory
        self._places = places
        self._triggers = triggers
        self._every = every
        self._looked: dict[str, datetime] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}

    async def reported(self, cpo: PartyId, session_id: str, profile: ActiveChargingProfile) -> None:
        """Take what a CPO pushed."""
        key = f"{cpo.key}/{session_id.casefold()}"
        stay = self._memory.stays.get(key)
        served = None if stay is None else self._places.at(cpo, stay.location_id)
        if served is None:
            self._triggers.read(cpo)
            return
        desk = self._desks[served.name]
        self._looked[key] = desk.now()
        try:
            self._tell(desk, key, await desk.dispatcher.observed(key, profile))
        except ProfileUnreadable as error:
            desk.note(EventKind.FAULT, f"{desk.name(key)}: {error.message}")

    def look(self, desk: Desk) -> None:
        """Begin to ask about the cars of a site whose time has come, where that is not going on."""
        if self._every is None:
            return
        name = desk.served.name
        going_on = self._looking.get(name)
        due = self._due(desk, self._every) if going_on is None or going_on.done() else []
        if due:
            self._looking[name] = asyncio.create_task(self._ask(desk, due))

    async def settled(self) -> None:
        """Return when nobody is asked any more."""
        await asyncio.gather(*self._looking.values())

    async def close(self) -> None:
        """Ask no more."""
        tasks = list(self._looking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._looking.clear()

    def _due(self, desk: Desk, every: timedelta) -> list[str]:
        """Those of a site that are in hand; a new one is looked at first after a while of its own."""
        now = desk.now()
        standings = desk.dispatcher.standings
        gone = [key for key in self._looked if key not in self._memory.stays]
        for key in gone:
            del self._looked[key]
        in_hand = [key for key, standing in standings.items() if standing.state is State.CONTROLLED]
        return [key for key in in_hand if abs(now - self._looked.setdefault(key, now)) >= every]

    async def _ask(self, desk: Desk, due: list[str]) -> None:
        for key in due:
            self._looked[key] = desk.now()
            try:
                self._tell(desk, key, await desk.dispatcher.look(key))
            except ProfileUnreadable as error:
                desk.note(EventKind.FAULT, f"{desk.name(key)}: {error.message}")
            except OcnError as error:
                _LOG.warning("smart charging: %s is not told what is in force: %s", desk.name(key), error)

    def _tell(self, desk: Desk, key: str, conflict: Conflict | None) -> None:
        name, standing = desk.name(key), desk.dispatcher.standing(key)
        if standing is not None and standing.limited_by_others is None:
            desk.over(f"another at {key}", EventKind.TOLD, f"{name}: nobody else limits it any more")
        if conflict is None:
            return
        if conflict.is_lower:
            line = f"{name}: somebody else limits it: is there a second planner?"
            desk.note(EventKind.WARNING, line, f"another at {key}")
        else:
            line = "the CPO says that our limit is not in force; it is set again"
            desk.note(EventKind.WARNING, f"{name}: {line}")
        self._triggers.plan(desk.served.name)
        if not conflict.is_lower:
            desk.interrupt()
