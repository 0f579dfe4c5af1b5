"""Read one CPO again and again: what is due, and what is asked for since something of it is unknown here."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from ocn.ocpi.party_id import PartyId
from ocn.party.sending.client import Client
from ocn.smart_charging.service.heard.clocks import CpoClock
from ocn.smart_charging.service.heard.preference_copies import PreferenceCopies
from ocn.smart_charging.service.heard.pulling import Reader, reading_of
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.sites.served import ServiceSettings
from ocn.smart_charging.service.sites.triggers import Triggers
from ocn.smart_charging.service.view import EventKind

_FORGET_EVERY = timedelta(hours=1)


class Reading:
    """Of one CPO; nobody's plans wait for it, but the first one of its sites."""

    def __init__(
        self,
        cpo: PartyId,
        desks: Sequence[Desk],
        reader: Reader,
        memory: Memory,
        triggers: Triggers,
        settings: ServiceSettings,
        *,
        clock: CpoClock,
        preference_copies: PreferenceCopies,
    ) -> None:
        self._cpo = cpo
        self._desks = desks
        self._reader = reader
        self._memory = memory
        self._triggers = triggers
        self.bell = triggers.of_cpo(cpo)
        self._settings = settings
        self._clock = clock
        self._preference_copies = preference_copies
        self._turn = asyncio.Lock()
        self._asked = False
        self._forgot: datetime | None = None

    async def one(self, client: Client) -> None:
        """Read what is due, and forget what is old."""
        async with self._turn:
            self._asked |= self.bell.answered()
            if self.next_due_s() <= 0:
                await self._read(client)
            await self._forget()

    def next_due_s(self) -> float:
        """Return how long nothing is due, if nothing happens."""
        return self._reader.due_in(self._cpo, self._clock.now(), asked=self._asked).total_seconds()

    async def _read(self, client: Client) -> None:
        first = self._reader.last_read(self._cpo) is None
        was_read = await self._reader.read(client, self._cpo, self._clock.now())
        self._asked = False  # where that raised, it is asked for still
        for desk in self._desks:
            desk.unread_since = self._reader.unread_since(self._cpo)
        if not was_read:
            return
        await self._preference_copies.look(self._cpo, self._clock.now())
        for desk in self._desks:
            desk.over(reading_of(self._cpo), EventKind.TOLD, f"{self._cpo} can be read again")
            desk.last_read = self._reader.last_read(self._cpo)
            if first:
                desk.note(EventKind.TOLD, f"everything was read from {self._cpo}")
                self._triggers.plan(desk.served.name)
            ahead = self._clock.ahead
            if ahead:
                where = "ahead of" if ahead > timedelta(0) else "behind"
                by = f"{abs(ahead).total_seconds():.0f} s {where} ours"
                desk.note(EventKind.WARNING, f"the clock of {self._cpo} is {by}")

    async def _forget(self) -> None:
        now = self._clock.now()
        if self._forgot is None or abs(now - self._forgot) >= _FORGET_EVERY:
            self._forgot = now
            await self._memory.forget(now - self._settings.ended_kept, now - self._settings.past_kept)
