"""Read a CPO's sessions: all once, then what changed; copies may be lost, and older ones are not copied."""

from collections import defaultdict
from datetime import datetime, timedelta

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.party.errors import PartyError, RequestFailed
from ocn.party.json_text import JsonObject
from ocn.party.sending.client import Client
from ocn.party.sending.counterparty import Counterparty
from ocn.smart_charging.service.heard.copies import Copies
from ocn.smart_charging.service.heard.cpo_data import CpoData
from ocn.smart_charging.service.heard.data_reading import Heard, read_data
from ocn.smart_charging.service.heard.rhythm import Rhythm
from ocn.smart_charging.service.heard.sessions import Note, Sessions
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.sites.events import NEWS
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServiceSettings
from ocn.smart_charging.service.view import EventKind

_FROM_BEFORE = timedelta(days=14)
"""At first, sessions that changed since then are read: one that stands longer is told of when it changes."""
_LONGEST_BEFORE = timedelta(days=90)
_SILENT, _WHOLE_EVERY = timedelta(days=3), timedelta(days=1)
"""Once an active session was not told of for so long, all are read so often: who is not listed is gone."""
_OVERLAP = timedelta(minutes=10)
"""So much is read twice: what a CPO writes while it is read must not fall between two readings."""
_PAGE = 20
"""Sessions that are asked for at once."""
_UNLISTED = timedelta(hours=6)
"""A session that two full readings do not list, and of which so long nothing was told, is over."""


def reading_of(cpo: PartyId) -> str:
    """Return what it is about that a CPO cannot be read."""
    return f"reading of {cpo}"


class Reader:
    """Reads CPOs through a party's client."""

    def __init__(
        self,
        memory: Memory,
        places: Places,
        sessions: Sessions,
        data: CpoData,
        copies: Copies,
        settings: ServiceSettings,
        *,
        note: Note,
        heard: Heard,
    ) -> None:
        self._memory = memory
        self._places = places
        self._sessions = sessions
        self._data = data
        self._copies = copies
        self._settings = settings
        self._note = note
        self._heard = heard
        self._read: dict[PartyId, datetime] = {}
        self._rhythm = defaultdict[PartyId, Rhythm](lambda: Rhythm(settings))
        self._whole: set[PartyId] = set()
        self._whole_read: dict[PartyId, datetime] = {}
        self._page: dict[PartyId, int] = {}
        self._missed: dict[PartyId, set[str]] = {}
        """Active sessions that the last full reading did not list."""

    def last_read(self, cpo: PartyId) -> datetime | None:
        """Return when a CPO's sessions were last read to the end."""
        return self._read.get(cpo)

    def due_in(self, cpo: PartyId, now: datetime, *, asked: bool) -> timedelta:
        """Return how long to wait before a CPO is read again; not at all where that is not positive."""
        return self._rhythm[cpo].due_in(now, asked=asked)

    def unread_since(self, cpo: PartyId) -> datetime | None:
        """Return since when a CPO cannot be read; None: it can."""
        return self._rhythm[cpo].unread_since

    def forget(self) -> None:
        """Read everything again, as at the beginning."""
        self._read.clear()
        self._rhythm.clear()

    def ask_all(self, cpo: PartyId) -> None:
        """Read all of a CPO's sessions again the next time; what was read holds until then."""
        self._whole.add(cpo)

    async def read(self, client: Client, cpo: PartyId, now: datetime) -> bool:
        """Read what is due of a CPO; False, and an event, where it could not be read."""
        rhythm, about = self._rhythm[cpo], reading_of(cpo)
        rhythm.tried = now
        told = client.to(cpo)
        try:
            if self._data.is_due(cpo, now, self._settings.read_all_every):
                await read_data(told, cpo, self._places, self._data, note=self._note, heard=self._heard)
                self._data.was_read(cpo, now)
            await self._read_sessions(told, cpo, now)
        except PartyError as error:
            for served in self._places.of(cpo):
                line = f"{cpo} cannot be read: {error.message}"
                self._note(served.name, EventKind.WARNING, line, about)
            rhythm.went(now, well=False)
            return False
        rhythm.went(now, well=True)
        self._read[cpo] = now
        return True

    async def _read_sessions(self, told: Counterparty, cpo: PartyId, now: datetime) -> None:
        oldest = min((stay.updated for stay in self._active(cpo)), default=now)
        last = None if cpo in self._whole or self._is_whole_due(cpo, oldest, now) else self._read.get(cpo)
        if last is not None and last > now:
            last = None  # a clock was put back
        if last is None:  # from far enough back that every session we know is listed, if there still is one
            since = max(now - _LONGEST_BEFORE, min(now - _FROM_BEFORE, oldest - _OVERLAP))
        else:
            since = last - _OVERLAP
        listed = await self._listed(told, cpo, since, now)
        if last is None:
            self._whole.discard(cpo)
            self._whole_read[cpo] = now
            await self._end_unlisted(cpo, listed, now)

    async def _listed(self, told: Counterparty, cpo: PartyId, since: datetime, now: datetime) -> set[str]:
        """Take every session in that changed since; return their keys.

        A page that is refused is asked for in smaller ones: nodes bound what they sign again.
        """
        while True:
            limit = self._page.get(cpo, _PAGE)
            try:
                return await self._in_pages(told, cpo, since, now, limit)
            except RequestFailed:
                if limit == 1:
                    self._page.pop(cpo)
                    raise
                self._page[cpo] = max(1, limit // 4)

    async def _in_pages(
        self, told: Counterparty, cpo: PartyId, since: datetime, now: datetime, limit: int
    ) -> set[str]:
        listed = set()
        async for reply in told.pages(ModuleID.SESSIONS, date_from=since, limit=limit):
            self._heard(cpo, reply)
            for session in reply.data:
                session_id = session.get("id") if isinstance(session, dict) else None
                if isinstance(session_id, str) and session_id:
                    listed.add(await self._take(cpo, session_id, session, now))
        return listed

    async def _take(self, cpo: PartyId, session_id: str, session: JsonObject, now: datetime) -> str:
        """Take a session in, and return its key; whether it was told of before shows whether copies come."""
        key, last = f"{cpo.key}/{session_id.casefold()}", self._read.get(cpo)
        before = self._memory.stays.get(key)
        await self._sessions.take(cpo, session_id, session, now)
        after = self._memory.stays.get(key)
        if last is not None and after is not None and after != before and after.updated > last:
            self._copies.only_read(cpo, before, after, now)
        return key

    def _active(self, cpo: PartyId) -> list[Stay]:
        return [stay for stay in self._memory.stays.values() if stay.cpo == cpo and stay.is_active]

    def _is_whole_due(self, cpo: PartyId, oldest: datetime, now: datetime) -> bool:
        read = self._whole_read.get(cpo)
        return now - oldest > _SILENT and (read is None or abs(now - read) >= _WHOLE_EVERY)

    async def _end_unlisted(self, cpo: PartyId, listed: set[str], now: datetime) -> None:
        """End the sessions that were not listed twice in a row: pages shift when a list changes meanwhile."""
        lost = [stay for stay in self._memory.stays.values() if self._is_lost(stay, cpo, listed, now)]
        before, self._missed[cpo] = self._missed.get(cpo, set()), {stay.key for stay in lost}
        if self._missed[cpo] - before:
            self._whole.add(cpo)
        for stay in lost:
            if stay.key not in before:
                continue
            served = self._places.at(cpo, stay.location_id)
            if served is not None:
                line = f"{cpo} does not know a session any more: it is over"
                self._note(served.name, EventKind.WARNING, line, NEWS)
            ended = {"status": "COMPLETED", "last_updated": None}
            await self._sessions.take(cpo, stay.id, ended, max(now, stay.updated))

    @staticmethod
    def _is_lost(stay: Stay, cpo: PartyId, listed: set[str], now: datetime) -> bool:
        return (
            stay.is_active and stay.cpo == cpo and stay.key not in listed and now - stay.updated > _UNLISTED
        )
