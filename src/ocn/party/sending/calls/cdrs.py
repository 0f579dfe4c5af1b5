"""Calls of the CDRs module."""

from collections.abc import AsyncIterator
from datetime import datetime

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import Cdr
from ocn.party.reply import Reply
from ocn.party.sending.calls.conversation import Conversation


class CdrCalls(Conversation):
    """Read a CPO's CDRs; send this party's own."""

    __slots__ = ()

    def cdrs(
        self,
        *,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Cdr]:
        """Every CDR of a CPO."""
        return self.items(ModuleID.CDRS, date_from=date_from, date_to=date_to, limit=limit)

    async def post_cdr(self, cdr: Cdr) -> Reply[None]:
        """Send a CDR; ``reply.location`` is where :meth:`read` finds it again."""
        return await self.request("POST", ModuleID.CDRS, InterfaceRole.RECEIVER, body=cdr)
