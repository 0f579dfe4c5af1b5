"""What the planner remembers: in memory to plan by, and in the party's storage to plan on after a restart.

Every kind of object has a name of its own in the storage, beside whatever else the party keeps there.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery
from ocn.party.storage import PartyStorage
from ocn.smart_charging.service.known.history import Past, past_from_json
from ocn.smart_charging.service.known.preferences import Preferences, preferences_from_json
from ocn.smart_charging.service.known.stays import SessionUnusable, Stay, stay_from_json
from ocn.smart_charging.service.known.told_evses import ToldEvse

SESSIONS: Final = "ocn-smart-sessions"
PREFERENCES: Final = "ocn-smart-preferences"
PAST: Final = "ocn-smart-past"
TARIFFS: Final = "ocn-smart-tariffs"
CONNECTORS: Final = "ocn-smart-connectors"
STANDINGS: Final = "ocn-smart-standings"
PROFILES: Final = "ocn-smart-profiles"
LIMITS: Final = "ocn-smart-limits"
PEAKS: Final = "ocn-smart-peaks"
_PAGE = 1000


class Memory:
    """All that is known. Reading is from memory, and every change is stored before it is seen."""

    def __init__(self, storage: PartyStorage) -> None:
        self._storage = storage
        self.stays: dict[str, Stay] = {}
        self.preferences: dict[str, Preferences] = {}
        """By session key and sender (:func:`wish_key`), also of sessions that are not known yet."""
        self.past: dict[str, Past] = {}
        self.tariffs: dict[tuple[str, str], JsonObject] = {}
        """By CPO and id."""
        self.tariff_ids: dict[tuple[str, str], tuple[str, ...]] = {}
        """By CPO and EVSE: those of its connectors."""
        self.told_evses: dict[tuple[str, str], ToldEvse] = {}
        """What EVSEs give that no site file has, likewise; not stored, for it is read at every start."""
        self.standings: dict[str, JsonObject] = {}
        """What the dispatcher keeps, by session key."""
        self.profiles: dict[str, list[JsonObject]] = {}
        """What was in force, by session key: for CDRs that bill a pause."""
        self.limits: dict[str, list[JsonObject]] = {}
        """What was announced, by site: :attr:`ocn.smart_charging.service.sites.served.ServedSite.key`."""
        self.peaks: dict[str, JsonObject] = {}
        """The highest power that is billed, likewise."""

    async def load(self) -> None:
        """Read everything; what cannot be read any more is removed, for the CPO can tell it again."""
        async for key, kept in self._all(SESSIONS):
            try:
                stay = stay_from_json(kept)
            except SessionUnusable:
                await self._remove(SESSIONS, key)
            else:
                self.stays[stay.key] = stay
        async for key, kept in self._all(PREFERENCES):
            self.preferences[key] = preferences_from_json(kept)
        async for key, kept in self._all(PAST):
            self.past[key] = past_from_json(kept)
        async for key, kept in self._all(STANDINGS):
            self.standings[key] = kept
        async for key, kept in self._all(PROFILES):
            self.profiles[key] = kept["profiles"]
        await self._load_what_sites_are_told()

    async def _load_what_sites_are_told(self) -> None:
        async for key, kept in self._all(LIMITS):
            self.limits[key] = kept["limits"]
        async for key, kept in self._all(PEAKS):
            self.peaks[key] = kept
        async for key, kept in self._all(TARIFFS):
            cpo, _, tariff_id = key.partition("/")
            self.tariffs[cpo, tariff_id] = kept
        async for key, kept in self._all(CONNECTORS):
            cpo, _, evse = key.partition("/")
            self.tariff_ids[cpo, evse] = tuple(kept["tariff_ids"])

    async def keep_stay(self, stay: Stay) -> None:
        """Remember a session."""
        await self._put(SESSIONS, stay.key, stay.as_json())
        self.stays[stay.key] = stay

    async def keep_preferences(self, session_key: str, preferences: Preferences) -> None:
        """Remember what somebody says that a driver wants."""
        key = wish_key(session_key, preferences.by)
        await self._put(PREFERENCES, key, preferences.as_json())
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
        await self._put(PAST, key, past.as_json())
        self.past[key] = past

    async def keep_tariff(self, cpo: PartyId, tariff_id: str, tariff: JsonObject) -> None:
        """Remember a tariff, whole: it says nothing of anybody."""
        await self._put(TARIFFS, f"{cpo.key}/{tariff_id.casefold()}", tariff)
        self.tariffs[cpo.key, tariff_id.casefold()] = tariff

    async def drop_tariff(self, cpo: PartyId, tariff_id: str) -> None:
        """Forget a tariff that was withdrawn."""
        await self._remove(TARIFFS, f"{cpo.key}/{tariff_id.casefold()}")
        self.tariffs.pop((cpo.key, tariff_id.casefold()), None)

    async def keep_tariff_ids(self, cpo: PartyId, evse_uid: str, ids: tuple[str, ...]) -> None:
        """Remember which tariffs hold at an EVSE."""
        if self.tariff_ids.get((cpo.key, evse_uid.casefold())) != ids:
            await self._put(CONNECTORS, f"{cpo.key}/{evse_uid.casefold()}", {"tariff_ids": list(ids)})
            self.tariff_ids[cpo.key, evse_uid.casefold()] = ids

    async def keep_standings(self, records: Mapping[str, Mapping[str, Any] | None]) -> None:
        """Store what the dispatcher must not forget (:class:`ocn.smart_charging.dispatch.ports.Memory`)."""
        for key, record in records.items():
            if record is None:
                await self._remove(STANDINGS, key)
                self.standings.pop(key, None)
            else:
                await self._put(STANDINGS, key, dict(record))
                self.standings[key] = dict(record)

    async def keep_profiles(self, session_key: str, profiles: list[JsonObject]) -> None:
        """Remember what was in force for a session."""
        await self._put(PROFILES, session_key, {"profiles": profiles})
        self.profiles[session_key] = profiles

    async def keep_limits(self, site_key: str, limits: list[JsonObject]) -> None:
        """Remember what was announced for a site: who lowered a limit does not know of restarts."""
        if self.limits.get(site_key, []) != limits:
            await self._put(LIMITS, site_key, {"limits": limits})
            self.limits[site_key] = limits

    async def keep_peak(self, site_key: str, peak: JsonObject) -> None:
        """Remember the highest power of a site."""
        if self.peaks.get(site_key) != peak:
            await self._put(PEAKS, site_key, peak)
            self.peaks[site_key] = peak

    async def forget(self, ended_before: datetime, past_before: datetime) -> None:
        """Forget sessions that were over before a moment, with all that belongs to them, and the past."""
        for key in [key for key, stay in self.stays.items() if stay.is_over and stay.updated < ended_before]:
            await self._remove(SESSIONS, key)
            self.stays.pop(key, None)
        for key in [key for key, past in self.past.items() if past.end < past_before]:
            await self._remove(PAST, key)
            self.past.pop(key, None)
        for key in [key for key, wish in self.preferences.items() if self._is_done(key, wish, ended_before)]:
            await self._remove(PREFERENCES, key)
            self.preferences.pop(key, None)
        for key in [key for key in self.profiles if key not in self.stays]:
            await self._remove(PROFILES, key)
            self.profiles.pop(key, None)

    def _is_done(self, key: str, wish: Preferences, before: datetime) -> bool:
        stay = self.stays.get(_session_of(key, wish))
        return stay.is_over if stay is not None else wish.received < before

    async def _all(self, kind: str) -> AsyncIterator[tuple[str, JsonObject]]:
        offset = 0
        while True:
            page = await self._storage.page(kind, None, ListQuery(offset=offset, limit=_PAGE))
            for kept in page.items:
                yield str(kept["key"]), kept["value"]
            offset += len(page.items)
            if not page.items or offset >= page.total:
                return

    async def _put(self, kind: str, key: str, value: JsonObject) -> None:
        await self._storage.put(kind, _owner(key), key, {"key": key, "value": value})

    async def _remove(self, kind: str, key: str) -> None:
        await self._storage.remove(kind, _owner(key), key)


def wish_key(session_key: str, emsp: str) -> str:
    """Name what an eMSP says of a session; of one that is not known yet several may say something."""
    return f"{session_key}#{emsp}"


def _session_of(key: str, wish: Preferences) -> str:
    return key.removesuffix(wish_key("", wish.by))


def _owner(key: str) -> PartyId:
    """The CPO that a key begins with."""
    return PartyId(key[:2], key[2:5])
