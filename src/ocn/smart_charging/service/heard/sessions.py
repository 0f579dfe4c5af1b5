"""Sessions and preferences, taken in whatever way they come: pushed, copied, or read."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from ocn.ocpi.party_id import PartyId
from ocn.smart_charging.service.heard.clocks import CpoClock
from ocn.smart_charging.service.heard.session_reading import told
from ocn.smart_charging.service.known.history import Past
from ocn.smart_charging.service.known.memory import Memory, wish_key
from ocn.smart_charging.service.known.preferences import read_preferences
from ocn.smart_charging.service.known.pseudonyms import Pseudonyms
from ocn.smart_charging.service.known.stays import SessionUnusable, Stay
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.service.sites.triggers import Triggers
from ocn.smart_charging.service.view import EventKind

_MOST_EARLY, _MOST_WISHES = 1_000, 100_000
"""Preferences for sessions that are not known yet: of one eMSP, and beside all others that are kept."""
_MOST_KEPT = 200_000
"""Sessions of a CPO, those that are over included."""


class Note(Protocol):
    """Notes an event of a site."""

    def __call__(self, site_name: str, kind: EventKind, line: str, about: str = "") -> None:
        """Note it now; see :class:`ocn.smart_charging.service.sites.events.EventLog`."""
        ...


Deviates = Callable[[str, Stay, Stay], bool]
"""Whether what a session has drawn between two updates is far from what was planned at a site."""


class Sessions:
    """Takes in what is heard, keeps of it what planning needs, and says what is to be planned again."""

    def __init__(
        self,
        memory: Memory,
        places: Places,
        triggers: Triggers,
        names: Pseudonyms,
        note: Note,
        deviates: Deviates,
        most_sessions: int,
    ) -> None:
        self._memory = memory
        self._places = places
        self._triggers = triggers
        self._names = names
        self._note = note
        self._deviates = deviates
        self._most = most_sessions
        self._turn = asyncio.Lock()

    async def take(
        self, cpo: PartyId, session_id: str, members: Mapping[str, Any], now: datetime, sent_to: str = ""
    ) -> bool:
        """Take a session in, or some members of one that is known; True when it is new.

        A part of an unknown session means that something was lost: its CPO is read again.
        """
        async with self._turn:  # two updates of one session must not both begin with what was before
            return await self._take(cpo, session_id, members, now, sent_to)

    async def _take(
        self, cpo: PartyId, session_id: str, members: Mapping[str, Any], now: datetime, sent_to: str
    ) -> bool:
        key = f"{cpo.key}/{session_id.casefold()}"
        before = self._memory.stays.get(key)
        if before is None and "location_id" not in members:
            self._triggers.read(cpo)
            return False
        served = self._served(cpo, members, before)
        if served is None:
            return False
        try:
            update = told(cpo, dict(members) | {"id": session_id}, now, before, sent_to)
        except SessionUnusable as error:
            self._fault(served, key, f"{error}; it is not planned")
            return False
        for fault in update.faults:
            self._fault(served, key, fault)
        if before is None and self._is_full(cpo):
            self._note(served.name, EventKind.FAULT, f"more than {self._most} sessions; the rest is left out")
            return False
        await self._keep(served, update.stay, before)
        return before is None

    async def want(
        self, cpo: PartyId, session_id: str, by: PartyId, members: Mapping[str, Any], clock: CpoClock
    ) -> bool:
        """Take in what a driver wants; False where it is not for the sender to say, or there is no room."""
        key = f"{cpo.key}/{session_id.casefold()}"
        stay = self._memory.stays.get(key)
        if stay is None:
            if self._has_sent_too_many(key, by.key):
                return False
            self._triggers.read(cpo)
        elif stay.emsp is not None and stay.emsp != by.key:
            return False
        preferences, faults = read_preferences(members, by.key, clock.real())
        await self._memory.keep_preferences(key, preferences)
        served = None if stay is None else self._places.at(cpo, stay.location_id)
        leaves = preferences.on_clock(clock.ahead).departure
        if stay is not None and leaves is not None and leaves <= stay.begin:
            faults.append("departure_time is before its arrival; it is assumed instead")
        if served is not None:
            for fault in faults:
                self._fault(served, key, fault)
            self._triggers.plan(served.name)
        return True

    def _has_sent_too_many(self, session_key: str, emsp: str) -> bool:
        wishes = self._memory.preferences
        if wish_key(session_key, emsp) in wishes:
            return False
        return len(wishes) >= _MOST_WISHES or self._memory.early_wishes(emsp) >= _MOST_EARLY

    def _is_full(self, cpo: PartyId) -> bool:
        stays = self._memory.stays
        if len(stays) < self._most:
            return False
        own = [stay for stay in stays.values() if stay.cpo == cpo]
        return len(own) >= _MOST_KEPT or sum(stay.is_active for stay in own) >= self._most

    def _served(self, cpo: PartyId, members: Mapping[str, Any], before: Stay | None) -> ServedSite | None:
        location = before.location_id if before is not None else members.get("location_id")
        return self._places.at(cpo, location) if isinstance(location, str) else None

    async def _keep(self, served: ServedSite, stay: Stay, before: Stay | None) -> None:
        if stay == before:
            return
        if self._is_reason(served, stay, before):
            self._triggers.plan(served.name)  # first: a car that cannot be stored draws all the same
        await self._memory.keep_stay(stay)
        if stay.is_over and (before is None or not before.is_over):
            evse = self._places.evse(served, stay.evse_uid)
            past = Past.of(stay, served.name, evse.id) if evse is not None else None
            if past is not None:
                await self._memory.keep_past(stay.cpo, self._names.of(stay.key), past)

    def _is_reason(self, served: ServedSite, stay: Stay, before: Stay | None) -> bool:
        """Whether the site is to be planned anew."""
        if before is None or (before.status, before.evse_uid) != (stay.status, stay.evse_uid):
            return True
        return self._deviates(served.name, before, stay)

    def _fault(self, served: ServedSite, key: str, line: str) -> None:
        self._note(served.name, EventKind.FAULT, f"{self._names.of(key)}: {line}")
