"""What counterparties have told by OCPI, read from where the party kit keeps it (:class:`StoredReceiver`)."""

from collections.abc import Sequence
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.storage import PartyStorage


class RelayedObjects:
    """:class:`ocn.settlement.ports.Relayed` over a party's storage."""

    def __init__(self, storage: PartyStorage) -> None:
        self._storage = storage

    async def session(self, owner: PartyId, session_id: str) -> JsonObject | None:
        """See the port."""
        return await self._storage.get("sessions", owner, session_id)

    async def cdr(self, owner: PartyId, cdr_id: str) -> JsonObject | None:
        """See the port."""
        return await self._storage.get("cdrs", owner, cdr_id)

    async def tariffs(self, owner: PartyId, session: JsonObject) -> Sequence[JsonObject]:
        """Those that the charging periods name; where they name none, those of the connector."""
        named = _tariffs_of_periods(session) or await self._tariffs_of_connector(owner, session)
        found = [await self._storage.get("tariffs", owner, tariff_id) for tariff_id in named]
        return [tariff for tariff in found if tariff is not None]

    async def time_zone(self, owner: PartyId, location_id: str) -> str | None:
        """See the port."""
        location = await self._storage.get("locations", owner, location_id)
        zone = location.get("time_zone") if location is not None else None
        return zone if isinstance(zone, str) else None

    async def _tariffs_of_connector(self, owner: PartyId, session: JsonObject) -> list[str]:
        place = session.get("cdr_location") if "cdr_location" in session else session
        place = place if isinstance(place, dict) else {}
        location_id = place.get("location_id", place.get("id"))
        location = await self._storage.get("locations", owner, str(location_id)) or {}
        for evse in _objects(location.get("evses")):
            for connector in _objects(evse.get("connectors")):
                if _same(evse, "uid", place, "evse_uid") and _same(connector, "id", place, "connector_id"):
                    ids = connector.get("tariff_ids")
                    return [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []
        return []


def _tariffs_of_periods(session: JsonObject) -> list[str]:
    named = (period.get("tariff_id") for period in _objects(session.get("charging_periods")))
    return list(dict.fromkeys(tariff_id for tariff_id in named if isinstance(tariff_id, str)))


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _same(one: JsonObject, name: str, other: JsonObject, other_name: str) -> bool:
    return str(one.get(name)).casefold() == str(other.get(other_name)).casefold()
