"""Calls of the locations module."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import Connector, Evse, Location
from ocn.ocpi.party_id import PartyId
from ocn.party.reply import Reply
from ocn.party.sending.calls.conversation import Conversation


class LocationCalls(Conversation):
    """Read a CPO's locations; push this party's own."""

    __slots__ = ()

    def locations(
        self,
        *,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Location]:
        """Every location of a CPO."""
        return self.items(ModuleID.LOCATIONS, date_from=date_from, date_to=date_to, limit=limit)

    async def get_location(self, location_id: str) -> Reply[Location]:
        """One location of a CPO."""
        return await self.request("GET", ModuleID.LOCATIONS, InterfaceRole.SENDER, (location_id,))

    async def get_evse(self, location_id: str, evse_uid: str) -> Reply[Evse]:
        """One EVSE of a CPO."""
        return await self.request("GET", ModuleID.LOCATIONS, InterfaceRole.SENDER, (location_id, evse_uid))

    async def get_connector(self, location_id: str, evse_uid: str, connector_id: str) -> Reply[Connector]:
        """One connector of a CPO."""
        return await self.request(
            "GET", ModuleID.LOCATIONS, InterfaceRole.SENDER, (location_id, evse_uid, connector_id)
        )

    async def put_location(self, location: Location) -> Reply[None]:
        """Push a whole location of this party."""
        return await self.request(
            "PUT", ModuleID.LOCATIONS, InterfaceRole.RECEIVER, self.owned(location["id"]), body=location
        )

    async def put_evse(self, location_id: str, evse: Evse) -> Reply[None]:
        """Push a whole EVSE of this party."""
        return await self.request(
            "PUT", ModuleID.LOCATIONS, InterfaceRole.RECEIVER, self.owned(location_id, evse["uid"]), body=evse
        )

    async def put_connector(self, location_id: str, evse_uid: str, connector: Connector) -> Reply[None]:
        """Push a whole connector of this party."""
        return await self.request(
            "PUT",
            ModuleID.LOCATIONS,
            InterfaceRole.RECEIVER,
            self.owned(location_id, evse_uid, connector["id"]),
            body=connector,
        )

    async def patch_location(self, patch: Mapping[str, Any], *ids: str) -> Reply[None]:
        """Push what changed in a location, EVSE or connector, named by one, two or three ids."""
        return await self.request(
            "PATCH", ModuleID.LOCATIONS, InterfaceRole.RECEIVER, self.owned(*ids), body=patch
        )

    async def get_stored_location(self, *ids: str, owner: PartyId | None = None) -> Reply[Any]:
        """Read back a location, EVSE or connector, named by one, two or three ids."""
        return await self.request(
            "GET", ModuleID.LOCATIONS, InterfaceRole.RECEIVER, self.owned(*ids, owner=owner)
        )
