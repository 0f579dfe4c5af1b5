"""What was known when: every version of a tariff with the time it was heard, and what a session began under.

A CPO may exchange its tariffs at any time, tell of a session late, or move its start; ``last_updated`` is its
own word. So a session is priced by what was heard before it was first told of and before it says it began,
and by nothing else. Kept beside the objects, in the party's storage.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import read_datetime
from ocn.party.json_text import JsonObject
from ocn.party.storage.port import PartyStorage

MOST_VERSIONS: Final = 50
"""Of one tariff. Whoever tells more of them loses the old ones, and with them what they price."""
_VERSIONS: Final = "ocn-settlement-tariffs"
_BEGINNINGS: Final = "ocn-settlement-sessions"
_BEFORE_ALL: Final = ""
CLOCK_SKEW: Final = timedelta(minutes=5)
"""By which the clock of a CPO, or of its charge points, may differ."""
_MOST_STARTS: Final = 8
_NOT_YET: Final = frozenset({"PENDING", "RESERVATION"})


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
        """Take note of a session's beginning, once it has begun.

        One that is still pending begins anew with another start. One that runs and is said to have started at
        another time has several beginnings: its CPO could choose the dearest of them.
        """
        start = session.get("start_date_time")
        async with self._lock:
            found = await self._storage.get(_BEGINNINGS, owner, session_id)
            told: list[dict[str, Any]] = [] if found is None else found["told"]
            first = self._moment() if found is None else _first(found)
            if any(each["start"] == start for each in told[-1:]):
                if not told[-1]["runs"] and _runs(session):
                    told = [*told[:-1], told[-1] | {"runs": True}]
                    await self._keep(owner, session_id, first, told)
                return
            if len(told) > _MOST_STARTS:
                return
            if self._is_to_come(start):
                if found is None:
                    await self._keep(owner, session_id, first, [])
                return
            sold = await self._sold_today(owner, session)
            beginning = {
                "at": self._beginning_at(start),
                "start": start,
                "runs": _runs(session),
                "tariff_ids": list(sold.tariff_ids),
                "time_zone": sold.time_zone,
            }
            told = [*(each for each in told if each["runs"]), beginning]
            await self._keep(owner, session_id, first, told)

    async def since(self, owner: PartyId, session_id: str) -> datetime | None:
        """Return the earliest moment at which a session may have begun; None where nobody took note."""
        found = await self._storage.get(_BEGINNINGS, owner, session_id)
        if found is None:
            return None
        starts = (read_datetime(each["start"]) for each in found["told"])
        return min([datetime.fromisoformat(_first(found)), *filter(None, starts)])

    async def beginnings(self, owner: PartyId, session_id: str) -> tuple[Beginning, ...]:
        """Return them, none where there were beyond all reason.

        A session that was told of before anybody took note began before everything heard.
        """
        found = await self._storage.get(_BEGINNINGS, owner, session_id)
        if found is not None:
            told = found["told"] if len(found["told"]) <= _MOST_STARTS else []
            return tuple(Beginning(each["at"], tuple(each["tariff_ids"]), each["time_zone"]) for each in told)
        session = await self._storage.get("sessions", owner, session_id)
        return (Beginning() if session is None else await self._sold_today(owner, session),)

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

    async def _keep(self, owner: PartyId, session_id: str, first: str, told: list[dict[str, Any]]) -> None:
        await self._storage.put(_BEGINNINGS, owner, session_id, {"first": first, "told": told})

    def _is_to_come(self, start: object) -> bool:
        """A session told weeks ahead would be priced by tariffs that are forgotten when it begins."""
        moment = read_datetime(start)
        return moment is not None and moment > self._now() + CLOCK_SKEW

    def _beginning_at(self, start: object) -> str:
        """Return now, or the start where a session is told of late: tariffs may have changed meanwhile."""
        now, began = self._moment(), read_datetime(start)
        return now if began is None else min(now, _written(began + CLOCK_SKEW))

    def _moment(self) -> str:
        """Return now, later than any moment before."""
        self._last = max(self._now(), self._last + timedelta(microseconds=1))
        return _written(self._last)


def _first(found: JsonObject) -> str:
    first: str = found.get("first") or found["told"][0]["at"]
    return first


def _runs(session: JsonObject) -> bool:
    return session.get("status") not in _NOT_YET


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


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
