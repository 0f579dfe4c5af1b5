"""What was known when: every version of a tariff with the time it was heard, and what a session began under.

A CPO may exchange its tariffs at any time, and ``last_updated`` is its own word. So a session is priced by
what was heard before it was first told of, and by nothing else. Kept beside the objects, in the party's
storage.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import parse_datetime
from ocn.party.json_text import JsonObject
from ocn.party.storage import PartyStorage

MOST_VERSIONS: Final = 50
"""Of one tariff. Whoever tells more of them loses the old ones, and with them what they price."""
_VERSIONS: Final = "ocn-settlement-tariffs"
_BEGINNINGS: Final = "ocn-settlement-sessions"
_BEFORE_ALL: Final = ""
_AHEAD: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a session began under. ``tariff_ids`` are the connector's; empty where it named none."""

    at: str = _BEFORE_ALL
    tariff_ids: tuple[str, ...] = ()
    time_zone: str | None = None


class Heard:
    """Told before an object is stored. Moments are text that sorts."""

    def __init__(self, storage: PartyStorage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now
        self._lock = asyncio.Lock()
        self._last = datetime.min.replace(tzinfo=UTC)

    async def tariff(self, owner: PartyId, tariff_id: str, tariff: JsonObject | None) -> None:
        """Take note of another version of a tariff; None where it is gone."""
        async with self._lock:
            versions = await self._versions(owner, tariff_id)
            if versions and versions[-1]["tariff"] == tariff:
                return
            versions.append({"at": self._moment(), "tariff": tariff})
            kept = {"versions": versions[-MOST_VERSIONS:]}
            await self._storage.put(_VERSIONS, owner, tariff_id, kept)

    async def session(self, owner: PartyId, session_id: str, session: JsonObject) -> None:
        """Take note of a session's beginning, once it has begun; another start is another beginning."""
        start = session.get("start_date_time")
        async with self._lock:
            known = await self._storage.get(_BEGINNINGS, owner, session_id)
            if (known is not None and known["start"] == start) or self._is_to_come(start):
                return
            sold = await self._sold_today(owner, session)
            beginning = {
                "at": self._moment(),
                "start": start,
                "tariff_ids": list(sold.tariff_ids),
                "time_zone": sold.time_zone,
            }
            await self._storage.put(_BEGINNINGS, owner, session_id, beginning)

    async def beginning(self, owner: PartyId, session_id: str) -> Beginning:
        """Return it; a session that was told of before anybody took note began before everything heard."""
        found = await self._storage.get(_BEGINNINGS, owner, session_id)
        if found is not None:
            return Beginning(found["at"], tuple(found["tariff_ids"]), found["time_zone"])
        session = await self._storage.get("sessions", owner, session_id)
        return Beginning() if session is None else await self._sold_today(owner, session)

    async def tariff_at(self, owner: PartyId, tariff_id: str, at: str) -> JsonObject | None:
        """Return a tariff as it was known at a moment; None where it was not."""
        for version in reversed(await self._versions(owner, tariff_id)):
            if version["at"] <= at:
                tariff: JsonObject | None = version["tariff"]
                return tariff
        return None

    async def _sold_today(self, owner: PartyId, session: JsonObject) -> Beginning:
        location = await self._storage.get("locations", owner, str(session.get("location_id"))) or {}
        zone = location.get("time_zone")
        tariff_ids = tuple(_connector_tariffs(location, session))
        return Beginning(_BEFORE_ALL, tariff_ids, zone if isinstance(zone, str) else None)

    async def _versions(self, owner: PartyId, tariff_id: str) -> list[dict[str, Any]]:
        """Return all versions; one that was stored before anybody took note is older than all."""
        found = await self._storage.get(_VERSIONS, owner, tariff_id)
        if found is not None:
            versions: list[dict[str, Any]] = found["versions"]
            return versions
        stored = await self._storage.get("tariffs", owner, tariff_id)
        return [] if stored is None else [{"at": _BEFORE_ALL, "tariff": stored}]

    def _is_to_come(self, start: object) -> bool:
        """A session told weeks ahead would be priced by tariffs that are forgotten when it begins."""
        try:
            return isinstance(start, str) and parse_datetime(start) > self._now() + _AHEAD
        except ValueError:
            return False

    def _moment(self) -> str:
        """Return now, later than any moment before."""
        self._last = max(self._now(), self._last + timedelta(microseconds=1))
        return self._last.astimezone(UTC).isoformat(timespec="microseconds")


def _connector_tariffs(location: JsonObject, session: JsonObject) -> list[str]:
    for evse in objects(location.get("evses")):
        for connector in objects(evse.get("connectors")):
            if _same(evse, "uid", session, "evse_uid") and _same(connector, "id", session, "connector_id"):
                ids = connector.get("tariff_ids")
                return [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []
    return []


def objects(value: object) -> Sequence[JsonObject]:
    """Return those members of a list that are objects; nothing where it is none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _same(one: JsonObject, name: str, other: JsonObject, other_name: str) -> bool:
    return str(one.get(name)).casefold() == str(other.get(other_name)).casefold()
