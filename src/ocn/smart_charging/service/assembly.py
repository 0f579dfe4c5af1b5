"""The parts of the planner, put together over one memory."""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import datetime

from ocn.ocpi.party_id import PartyId
from ocn.party.storage.port import PartyStorage
from ocn.smart_charging.dispatch.dispatcher import Dispatcher
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.service.heard.bills import Bills
from ocn.smart_charging.service.heard.clocks import Clocks
from ocn.smart_charging.service.heard.copies import Copies
from ocn.smart_charging.service.heard.cpo_data import CpoData
from ocn.smart_charging.service.heard.hearing import Hearing
from ocn.smart_charging.service.heard.preference_copies import PreferenceCopies
from ocn.smart_charging.service.heard.pulling import Reader
from ocn.smart_charging.service.heard.sessions import Sessions
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.pseudonyms import Pseudonyms
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.rounds.charging import PartyChargers
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.rounds.late_results import LateResults
from ocn.smart_charging.service.rounds.reading import Reading
from ocn.smart_charging.service.rounds.rounds import Rounds
from ocn.smart_charging.service.rounds.watch import Watch
from ocn.smart_charging.service.rounds.work import Parts, Work
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite, ServiceSettings
from ocn.smart_charging.service.sites.triggers import Triggers
from ocn.smart_charging.service.view import EventKind

_AT_ONCE = os.cpu_count() or 1
"""So many sites are solved at once: more would be no faster, and leave no thread to read files in."""


class Assembly:
    """What :class:`SmartCharging` is made of; see there for what it is given.

    Raises:
        ConfigurationError: two sites are the same.
    """

    def __init__(
        self,
        sites: Sequence[ServedSite],
        storage: PartyStorage,
        secret: bytes,
        now: Callable[[], datetime],
        settings: ServiceSettings,
        dispatch: DispatchSettings | None,
        elapsed: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._elapsed = elapsed
        self._dispatch = dispatch or DispatchSettings(result_s=settings.result_s)
        self.places = Places(sites)
        self.memory = Memory(storage)
        self._names = Pseudonyms(secret)
        tolerated = settings.warned_skew if settings.plan_by_cpo_clock else None
        self.clocks = Clocks(self.places.cpos, now, tolerated)
        self.triggers = Triggers()
        self.chargers = PartyChargers(self.memory, self.clocks.now)
        data = CpoData(self.memory, self.places, self.triggers, self._note)
        sessions = self._sessions()
        self.copies = copies = Copies(self.memory, self.places, self._note)
        self._solvers = asyncio.Semaphore(_AT_ONCE)
        self.reader = self._reader(sessions, data, copies)
        self.desks: dict[str, Desk] = {}
        self.readings: dict[PartyId, Reading] = {}
        self.rounds: dict[str, Rounds] = {}
        self.watch = Watch(self.desks, self.memory, self.places, self.triggers, settings.look_every)
        self.hearing = self._hearing(sessions, data, copies)
        self._seat()
        self.work = Work(Parts(self.readings, self.desks, self.rounds), self.triggers, self.watch, settings)
        self._loaded = False
        self._loading = asyncio.Lock()

    async def ready(self) -> None:
        """Load what was kept, once; whatever is heard before that waits."""
        async with self._loading:
            if not self._loaded:
                await self.memory.load()
                self._seat()
                self._loaded = True

    def _seat(self) -> None:
        """Give every site a desk that knows what is in memory, and rounds to plan it in."""
        self.desks |= {served.name: self._desk(served) for served in self.places.sites}
        self.readings |= {cpo: self._reading(cpo) for cpo in self.places.cpos}
        self.rounds |= {
            name: Rounds(desk, self.reader, self.triggers, self.watch) for name, desk in self.desks.items()
        }

    def _desk(self, served: ServedSite) -> Desk:
        known = {
            key: record
            for key, record in self.memory.standings.items()
            if (stay := self.memory.stays.get(key)) is not None
            and self.places.at(stay.cpo, stay.location_id) is served
        }
        clock = self.clocks.of(served.cpo)
        dispatcher = Dispatcher(
            self.chargers,
            clock=clock.now,
            memory=self.memory.keep_standings,
            known=known,
            settings=self._dispatch,
            elapsed=self._elapsed,
        )
        return Desk(
            served, self.memory, self.places, self._names, dispatcher, self._settings, clock, self._solvers
        )

    def _sessions(self) -> Sessions:
        return Sessions(
            self.memory,
            self.places,
            self.triggers,
            self._names,
            self._note,
            self._deviates,
            self._settings.most_sessions,
        )

    def _reader(self, sessions: Sessions, data: CpoData, copies: Copies) -> Reader:
        return Reader(
            self.memory,
            self.places,
            sessions,
            data,
            copies,
            self._settings,
            note=self._note,
            heard=self.clocks.heard,
        )

    def _hearing(self, sessions: Sessions, data: CpoData, copies: Copies) -> Hearing:
        bills = Bills(self.memory, self.places, sessions, self._names, self._note)
        return Hearing(
            self.places,
            sessions,
            data,
            self.triggers,
            copies,
            ready=self.ready,
            clocks=self.clocks,
            judged=lambda cpo, cdr: bills.judge(cpo, cdr, self.clocks.now(cpo)),
            reported=self.watch.reported,
            late=LateResults(self.desks, self.memory, self.places, self.chargers, self.triggers).take,
        )

    def _reading(self, cpo: PartyId) -> Reading:
        return Reading(
            cpo,
            [self.desks[served.name] for served in self.places.of(cpo)],
            self.reader,
            self.memory,
            self.triggers,
            self._settings,
            clock=self.clocks.of(cpo),
            preference_copies=PreferenceCopies(self.memory, self.places, self._note),
        )

    def _note(self, site_name: str, kind: EventKind, line: str, about: str = "") -> None:
        self.desks[site_name].note(kind, line, about)

    def _deviates(self, site_name: str, before: Stay, stay: Stay) -> bool:
        return self.desks[site_name].deviates(before, stay)
