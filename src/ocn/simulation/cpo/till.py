"""How a simulated CPO is paid: by the session, or later and elsewhere."""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from ocn.errors import OcnError
from ocn.ocpi.objects import Cdr, Session
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject

if TYPE_CHECKING:
    from ocn.settlement import Payee

_LOG = logging.getLogger(__name__)


class Till:
    """Tells settlement of sessions and CDRs. Without a ``payee`` nobody is told, and everybody may charge."""

    def __init__(self) -> None:
        self.payee: Payee | None = None

    async def why_not(self, payer: PartyId) -> str:
        """Ask whether a session may start; a sentence if not."""
        return "" if self.payee is None else (await self.payee.authorise(payer)).why

    async def session(self, session: Session) -> None:
        """A session was told to the eMSP as it stands."""
        if self.payee is not None:
            await _told(self.payee.report, session)

    async def cdr(self, cdr: Cdr) -> None:
        """A CDR was posted to the eMSP."""
        if self.payee is not None:
            await _told(self.payee.credit if cdr.get("credit") else self.payee.finish, cdr)


async def _told(tell: Callable[[JsonObject], Awaitable[object]], document: Session | Cdr) -> None:
    try:
        await tell(cast("JsonObject", document))
    except OcnError as error:
        _LOG.warning("settlement does not take %s: %s", document["id"], error.message)
