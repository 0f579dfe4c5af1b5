"""CDRs that bill parking while the car was paused from here: told, for no driver should pay for a pause."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import parse_datetime
from ocn.party.json_text import JsonObject
from ocn.smart_charging.numbers import shown
from ocn.smart_charging.service.heard.sessions import Note, Sessions
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.pseudonyms import Pseudonyms
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.service.view import EventKind
from ocn.tariffs import RelayedProfile, TariffError, verify

_CODE = "PARKING_WHILE_PAUSED"


class Bills:
    """Looks at CDRs as they come; keeps none."""

    def __init__(
        self, memory: Memory, places: Places, sessions: Sessions, names: Pseudonyms, note: Note
    ) -> None:
        self._memory = memory
        self._places = places
        self._sessions = sessions
        self._names = names
        self._note = note

    async def judge(self, cpo: PartyId, cdr: Mapping[str, Any], now: datetime) -> None:
        """Take a CDR: its session is over, and its parking is checked against the pauses."""
        session_id = cdr.get("session_id")
        stay = (
            self._memory.stays.get(f"{cpo.key}/{session_id.casefold()}")
            if isinstance(session_id, str)
            else None
        )
        served = None if stay is None else self._places.at(cpo, stay.location_id)
        if stay is None or served is None:
            return
        if not stay.is_over:
            await self._sessions.take(cpo, stay.id, _ended(cdr), now)
        profiles = self._memory.profiles.get(stay.key, [])
        if not profiles:
            return
        name = self._names.of(stay.key)
        try:
            periods = await asyncio.to_thread(self._parked_while_paused, dict(cdr), stay, served, profiles)
        except TariffError as error:
            self._note(served.name, EventKind.FAULT, f"{name}: its CDR cannot be checked: {error.message}")
            return
        if periods:
            line = f"{name}: its CDR {shown(cdr.get('id'))} bills parking while it was paused from here"
            self._note(served.name, EventKind.WARNING, f"{line}, in {', '.join(periods)}")

    def _parked_while_paused(
        self, cdr: JsonObject, stay: Stay, served: ServedSite, profiles: Sequence[JsonObject]
    ) -> list[str]:
        """Return the places in a CDR where parking is billed in a pause."""
        tariffs = [] if cdr.get("tariffs") else self._tariffs(stay)
        relayed = [RelayedProfile(parse_datetime(each["received"]), each["profile"]) for each in profiles]
        found = verify(cdr, tariffs, time_zone=served.site.zone.key, profiles=relayed)
        return [each.pointer for each in found.findings if each.code == _CODE]

    def _tariffs(self, stay: Stay) -> list[JsonObject]:
        ids = self._memory.sites.tariff_ids.get((stay.cpo.key, stay.evse_uid.casefold()), ())
        every = dict.fromkeys(each.casefold() for each in (stay.tariff_id, *ids) if each)
        known = (self._memory.sites.tariffs.get((stay.cpo.key, each)) for each in every)
        return [each for each in known if each is not None]


def _ended(cdr: Mapping[str, Any]) -> dict[str, Any]:
    """What a CDR says of the end of its session, as a patch of it."""
    patch = {"status": "COMPLETED", "kwh": cdr.get("total_energy"), "end_date_time": cdr.get("end_date_time")}
    return {name: value for name, value in patch.items() if value is not None} | {
        "last_updated": cdr.get("last_updated")
    }
