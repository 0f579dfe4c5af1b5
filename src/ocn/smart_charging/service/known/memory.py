"""What the planner remembers: in memory to plan by, and in the party's storage to plan on after a restart.

Every kind of object has a name of its own in the storage, beside whatever else the party keeps there.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.storage.port import PartyStorage
from ocn.smart_charging.service.known.habits import Habit, habit_from_json
from ocn.smart_charging.service.known.history import Past, past_from_json
from ocn.smart_charging.service.known.preferences import Preferences, preferences_from_json
from ocn.smart_charging.service.known.shelves import Shelves
from ocn.smart_charging.service.known.site_memory import SiteMemory
from ocn.smart_charging.service.known.stays import SessionUnusable, Stay, stay_from_json

SESSIONS: Final = "ocn-smart-sessions"
PREFERENCES: Final = "ocn-smart-preferences"
PAST: Final = "ocn-smart-past"
STANDINGS: Final = "ocn-smart-standings"
PROFILES: Final = "ocn-smart-profiles"
HABITS: Final = "ocn-smart-habits"


class Memory:
    """All that is known. Reading is from memory, and every change is stored before it is seen."""

    def __init__(self, storage: PartyStorage) -> None:
        self._shelves = Shelves(storage)
        self.sites = SiteMemory(self._shelves)
        self.stays: dict[str, Stay] = {}
        self.preferences: dict[str, Preferences] = {}
        """By session key and sender (:func:`wish_key`), also of sessions that are not known yet."""
        self.past: dict[str, Past] = {}
        self.standings: dict[str, JsonObject] = {}
        """What the dispatcher keeps, by session key."""
        self.profiles: dict[str, list[JsonObject]] = {}
        """What was in force, by session key: for CDRs that bill a pause."""
        self.habits: dict[str, Habit] = {}
        """How often preferences came, by CPO and eMSP."""

    async def load(self) -> None:
        """Read everything; what cannot be read any more is removed, for the CPO can tell it again."""
        async for key, kept in self._shelves.all(SESSIONS):
            try:
                stay = stay_from_json(kept)
            except SessionUnusable:
                await self._shelves.remove(SESSIONS, key)
            else:
                self.stays[stay.key] = stay
        async for key, kept in self._shelves.all(PREFERENCES):
            self.preferences[key] = preferences_from_json(kept)
        async for key, kept in self._shelves.all(PAST):
            self.past[key] = past_from_json(kept)
        async for key, kept in self._shelves.all(STANDINGS):
            self.standings[key] = kept
        async for key, kept in self._shelves.all(PROFILES):
            self.profiles[key] = kept["profiles"]
        async for key, kept in self._shelves.all(HABITS):
            self.habits[key] = habit_from_json(kept)
        await self.sites.load()

    async def keep_stay(self, stay: Stay) -> None:
        """Remember a session; where it cannot be stored until a restart, after which its CPO is read."""
        self.stays[stay.key] = stay
        await self._shelves.put(SESSIONS, stay.key, stay.as_json())

    async def keep_preferences(self, session_key: str, preferences: Preferences) -> None:
        """Remember what somebody says that a driver wants."""
        key = wish_key(session_key, preferences.by)
        await self._shelves.put(PREFERENCES, key, preferences.as_json())
        self.preferences[key] = preferences

    def early_wishes(self, emsp: str) -> int:
        """Count what an eMSP says of sessions that are not known."""
        found = (_session_of(key, wish) for key, wish in self.preferences.items() if wish.by == emsp)
        return sum(session_key not in self.stays for session_key in found)

    def wish(self, stay: Stay) -> Preferences | None:
        """Return what a session's own eMSP says that its driver wants; None while nobody says whose it is."""
        return None if stay.emsp is None else self.preferences.get(wish_key(stay.key, stay.emsp))

    async def keep_past(self, cpo: PartyId, name: str, past: Past) -> None:
        """Remember how a session went, under a name that does not lead back to it."""
        key = f"{cpo.key}/{name}"
        await self._shelves.put(PAST, key, past.as_json())
        self.past[key] = past

    async def keep_standings(self, records: Mapping[str, Mapping[str, Any] | None]) -> None:
        """Store what the dispatcher must not forget (:class:`ocn.smart_charging.dispatch.ports.Memory`)."""
        for key, record in records.items():
            if record is None:
                await self._shelves.remove(STANDINGS, key)
                self.standings.pop(key, None)
            else:
                await self._shelves.put(STANDINGS, key, dict(record))
                self.standings[key] = dict(record)

    async def keep_profiles(self, session_key: str, profiles: list[JsonObject]) -> None:
        """Remember what was in force for a session."""
        self.profiles[session_key] = profiles
        await self._shelves.put(PROFILES, session_key, {"profiles": profiles})

    async def keep_habit(self, cpo: PartyId, emsp: str, habit: Habit) -> None:
        """Remember how often an eMSP's sessions come with preferences."""
        key = f"{cpo.key}/{emsp}"
        await self._shelves.put(HABITS, key, habit.as_json())
        self.habits[key] = habit

    async def forget(self, ended_before: datetime, past_before: datetime) -> None:
        """Forget sessions that were over before a moment, with all that belongs to them, and the past."""
        for key in [key for key, stay in self.stays.items() if stay.is_over and stay.updated < ended_before]:
            await self._shelves.remove(SESSIONS, key)
            self.stays.pop(key, None)
        for key in [key for key, past in self.past.items() if past.end < past_before]:
            await self._shelves.remove(PAST, key)
            self.past.pop(key, None)
        for key in [key for key, wish in self.preferences.items() if self._is_done(key, wish, ended_before)]:
            await self._shelves.remove(PREFERENCES, key)
            self.preferences.pop(key, None)
        for key in [key for key in self.profiles if key not in self.stays]:
            await self._shelves.remove(PROFILES, key)
            self.profiles.pop(key, None)

        for key in [key for key, habit in self.habits.items() if habit.until < past_before]:
            await self._shelves.remove(HABITS, key)
            self.habits.pop(key, None)

    def _is_done(self, key: str, wish: Preferences, before: datetime) -> bool:
        stay = self.stays.get(_session_of(key, wish))
        return stay.is_over if stay is not None else wish.received < before


def wish_key(session_key: str, emsp: str) -> str:
    """Name what an eMSP says of a session; of one that is not known yet several may say something."""
    return f"{session_key}#{emsp}"


def _session_of(key: str, wish: Preferences) -> str:
    return key.removesuffix(wish_key("", wish.by))
