"""Calls of the tariffs module."""

from collections.abc import AsyncIterator
from datetime import datetime

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import Tariff
from ocn.ocpi.party_id import PartyId
from ocn.party.reply import Reply
from ocn.party.sending.calls.conversation import Conversation


class TariffCalls(Conversation):
    """Read a CPO's tariffs; push this party's own."""

    __slots__ = ()

    def tariffs(
        self,
        *,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Tariff]:
        """Every tariff of a CPO."""
        return self.items(ModuleID.TARIFFS, date_from=date_from, date_to=date_to, limit=limit)

    async def put_tariff(self, tariff: Tariff) -> Reply[None]:
        """Push a whole tariff of this party."""
        return await self.request(
            "PUT", ModuleID.TARIFFS, InterfaceRole.RECEIVER, self.owned(tariff["id"]), body=tariff
        )

    async def delete_tariff(self, tariff_id: str) -> Reply[None]:
        """Withdraw a tariff of this party."""
        return await self.request("DELETE", ModuleID.TARIFFS, InterfaceRole.RECEIVER, self.owned(tariff_id))

    async def get_stored_tariff(self, tariff_id: str, *, owner: PartyId | None = None) -> Reply[Tariff]:
        """Read back a tariff."""
        return await self.request(
            "GET", ModuleID.TARIFFS, InterfaceRole.RECEIVER, self.owned(tariff_id, owner=owner)
        )
