"""All that is to be done: once, one after the other; or for ever, nothing of it waiting for anything else."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import NamedTuple

from ocn.ocpi.party_id import PartyId
from ocn.party.sending.client import Client
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.rounds.feeding import listen
from ocn.smart_charging.service.rounds.loop import run_for_ever
from ocn.smart_charging.service.rounds.reading import Reading
from ocn.smart_charging.service.rounds.rounds import Rounds, all_of
from ocn.smart_charging.service.rounds.watch import Watch
from ocn.smart_charging.service.sites.served import ServiceSettings
from ocn.smart_charging.service.sites.triggers import Bell, Triggers


class Parts(NamedTuple):
    """Who does it: CPOs are read, sites listened for, and planned."""

    readings: Mapping[PartyId, Reading]
    desks: Mapping[str, Desk]
    rounds: Mapping[str, Rounds]


class Work:
    """Of a planner. They meet in one event loop, and in what is known; each site has one who sends."""

    def __init__(self, parts: Parts, triggers: Triggers, watch: Watch, settings: ServiceSettings) -> None:
        self._parts = parts
        self._triggers = triggers
        self._watch = watch
        self._settings = settings

    async def once(self, client: Client) -> None:
        """Read what is due, listen, plan what is to be, send, await the results."""
        await all_of(reading.one(client) for reading in self._parts.readings.values())
        await all_of(self._listen(name) for name in self._parts.desks)
        await all_of(rounds.one() for rounds in self._parts.rounds.values())
        await self._watch.settled()

    def begin(self, client: Client) -> list[asyncio.Task[None]]:
        """Begin to do it for ever, each in a task of its own; whoever begins it ends them."""
        nobody = Bell()  # files ring none
        return [
            *(
                self._loop(partial(each.one, client), each.bell, each.next_due_s)
                for each in self._parts.readings.values()
            ),
            *(
                self._loop(partial(self._listen, name), nobody, self._listens_in_s)
                for name in self._parts.desks
            ),
            *(self._loop(each.one, each.bell, each.next_due_s) for each in self._parts.rounds.values()),
        ]

    def _loop(
        self, step: Callable[[], Awaitable[None]], bell: Bell, next_due_s: Callable[[], float]
    ) -> asyncio.Task[None]:
        return asyncio.create_task(run_for_ever(step, bell, self._settings.coalesce_s, next_due_s))

    def _listens_in_s(self) -> float:
        return self._settings.listen_every_s

    async def _listen(self, site_name: str) -> None:
        await listen(self._parts.desks[site_name], self._triggers.of_site(site_name))
