"""What counterparties have told by OCPI: a party's storage that also remembers what was known when."""

from collections.abc import Callable, Sequence
from datetime import datetime

from ocn.ocpi.party_id import PartyId
from ocn.party.clock import utc_now
from ocn.party.json_text import JsonObject
from ocn.party.storage.around import StorageAround
from ocn.party.storage.port import PartyStorage
from ocn.settlement.heard import Beginning, Heard, objects


class RelayedObjects(StorageAround):
    """:class:`ocn.settlement.ports.Relayed`, and the party's storage, through which it is told.

    Give it to the party and its handlers in place of the storage that it is made over. What is stored past it
    was known before everything else.
    """

    def __init__(self, storage: PartyStorage, *, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(storage)
        self._heard = Heard(storage, now)

    async def session(self, owner: PartyId, session_id: str) -> JsonObject | None:
        """See the port."""
        return await self._storage.get("sessions", owner, session_id)

    async def cdr(self, owner: PartyId, cdr_id: str) -> JsonObject | None:
        """See the port."""
        return await self._storage.get("cdrs", owner, cdr_id)

    async def tariffs(self, owner: PartyId, session: JsonObject) -> Sequence[JsonObject]:
        """See the port. Where the connector named tariffs, the periods may name those and no others.

        One that says it began at several times is sold by what was the same at all of them, else by none.
        """
        begun = await self._heard.beginnings(owner, _session_id(session))
        found = [await self._sold_by(owner, session, each) for each in begun]
        return found[0] if found and all(each == found[0] for each in found) else []

    async def time_zone(self, owner: PartyId, session: JsonObject) -> str | None:
        """See the port."""
        begun = await self._heard.beginnings(owner, _session_id(session))
        zones = {each.time_zone for each in begun}
        return zones.pop() if len(zones) == 1 else None

    async def since(self, owner: PartyId, session_id: str) -> datetime | None:
        """See the port."""
        return await self._heard.since(owner, session_id)

    async def _sold_by(self, owner: PartyId, session: JsonObject, begun: Beginning) -> list[JsonObject]:
        sold_by = {each.casefold() for each in begun.tariff_ids}
        named = _tariffs_of_periods(session) or begun.tariff_ids
        found = [
            await self._heard.tariff_at(owner, tariff_id, begun.at)
            for tariff_id in named
            if not sold_by or tariff_id.casefold() in sold_by
        ]
        return [tariff for tariff in found if tariff is not None]

    async def put(self, kind: str, owner: PartyId, object_id: str, value: JsonObject) -> bool:
        """Store, and remember when."""
        if kind == "tariffs":
            await self._heard.tariff(owner, object_id, value)
        elif kind == "sessions":
            await self._heard.session(owner, object_id, value)
        return await self._storage.put(kind, owner, object_id, value)

    async def remove(self, kind: str, owner: PartyId, object_id: str) -> bool:
        """Remove; what it priced it still prices."""
        if kind == "tariffs":
            await self._heard.tariff(owner, object_id, None)
        return await self._storage.remove(kind, owner, object_id)


def _session_id(document: JsonObject) -> str:
    return str(document.get("session_id") or document.get("id"))


def _tariffs_of_periods(session: JsonObject) -> list[str]:
    named = (period.get("tariff_id") for period in objects(session.get("charging_periods")))
    return list(dict.fromkeys(tariff_id for tariff_id in named if isinstance(tariff_id, str)))
