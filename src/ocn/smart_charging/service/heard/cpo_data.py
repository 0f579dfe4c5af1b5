"""What a CPO says of its chargers and prices: of locations only what planning needs, tariffs whole."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.smart_charging.numbers import number
from ocn.smart_charging.service.heard.sessions import Note
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.told_evses import told_evse
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.service.sites.triggers import Triggers
from ocn.smart_charging.service.view import EventKind
from ocn.smart_charging.site.model import Current

_MOST_PARTS = 10_000
_MOST_TARIFFS = 2_000
"""Of one CPO."""
_CAPABLE = "CHARGING_PROFILE_CAPABLE"


class CpoData:
    """Keeps what is heard and read of locations and tariffs, and when all of it was read last."""

    def __init__(self, memory: Memory, places: Places, triggers: Triggers, note: Note) -> None:
        self._memory = memory
        self._places = places
        self._triggers = triggers
        self._note = note
        self._read: dict[PartyId, datetime] = {}

    def is_due(self, cpo: PartyId, now: datetime, every: timedelta) -> bool:
        """Whether it is time to read it all again."""
        read = self._read.get(cpo)
        return read is None or abs(now - read) >= every

    def was_read(self, cpo: PartyId, now: datetime) -> None:
        """All of a CPO's was read."""
        self._read[cpo] = now

    def expire(self, cpo: PartyId) -> None:
        """Something of it has changed that was not told whole."""
        self._read.pop(cpo, None)

    async def take_location(self, cpo: PartyId, location_id: str, location: Mapping[str, Any]) -> None:
        """Take a location, or some EVSEs of it."""
        served = self._places.at(cpo, location_id)
        if served is None:
            return
        for uid, evse in _evses(location):
            connectors = [each for each in _list(evse.get("connectors")) if isinstance(each, dict)]
            ids = tuple(dict.fromkeys(tariff for each in connectors for tariff in _tariff_ids(each)))
            if self._places.evse(served, uid) is not None:
                await self._memory.sites.keep_tariff_ids(cpo, uid, ids)
                self._compare(served, uid, evse, connectors)
            elif evse.get("connectors") is not None:
                told = self._memory.sites.told_evses.setdefault(served.key, {})
                told[uid.casefold()] = told_evse(connectors)
        self._triggers.plan(served.name)

    async def take_tariff(self, cpo: PartyId, tariff_id: str, tariff: Mapping[str, Any]) -> bool:
        """Take a tariff; True when it is new."""
        known = self._memory.sites.tariffs.get((cpo.key, tariff_id.casefold()))
        if known == tariff or (known is None and self._has_told_too_many(cpo)):
            return False
        await self._memory.sites.keep_tariff(cpo, tariff_id, dict(tariff))
        self._changed(cpo)
        return known is None

    def _has_told_too_many(self, cpo: PartyId) -> bool:
        return sum(owner == cpo.key for owner, _ in self._memory.sites.tariffs) >= _MOST_TARIFFS

    async def drop_tariff(self, cpo: PartyId, tariff_id: str) -> None:
        """Forget a tariff."""
        await self._memory.sites.drop_tariff(cpo, tariff_id)
        self._changed(cpo)

    def _changed(self, cpo: PartyId) -> None:
        for served in self._places.of(cpo):
            self._triggers.plan(served.name)

    def _compare(
        self, served: ServedSite, uid: str, evse: Mapping[str, Any], connectors: Sequence[Mapping[str, Any]]
    ) -> None:
        """Tell where the CPO says less of an EVSE than the site file does."""
        known = self._places.evse(served, uid)
        capabilities = _list(evse.get("capabilities"))
        if known is None:
            return
        if capabilities and _CAPABLE not in capabilities:
            self._note(served.name, EventKind.WARNING, f"EVSE {known.id}: the CPO does not say {_CAPABLE}")
        amps = [limit for each in connectors if (limit := number(each.get("max_amperage"))) is not None]
        most = max(amps, default=Decimal(0))
        if known.current is Current.AC and 0 < most < known.max_amps:
            line = f"EVSE {known.id}: the CPO says {most} A at most, the site file {known.max_amps} A"
            self._note(served.name, EventKind.WARNING, line)


def _evses(location: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for evse in _list(location.get("evses"))[:_MOST_PARTS]:
        if isinstance(evse, dict) and isinstance(evse.get("uid"), str):
            yield evse["uid"], evse


def _tariff_ids(connector: Mapping[str, Any]) -> list[str]:
    ids = [*_list(connector.get("tariff_ids")), connector.get("tariff_id")]
    return [each for each in ids if isinstance(each, str)][:20]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
