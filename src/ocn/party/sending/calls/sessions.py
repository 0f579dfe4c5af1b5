"""Calls of the sessions module."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import ChargingPreferences, Session
from ocn.ocpi.party_id import PartyId
from ocn.party.reply import Reply
from ocn.party.sending.calls.conversation import Conversation


class SessionCalls(Conversation):
    """Read a CPO's sessions; push this party's own."""

    __slots__ = ()

    def sessions(
        self, date_from: datetime, *, date_to: datetime | None = None, limit: int | None = None
    ) -> AsyncIterator[Session]:
        """Every session of a CPO changed since; the texts require the date."""
        return self.items(ModuleID.SESSIONS, date_from=date_from, date_to=date_to, limit=limit)

    async def set_charging_preferences(self, session_id: str, preferences: ChargingPreferences) -> Reply[str]:
        """Tell a CPO what the driver wants."""
        return await self.request(
            "PUT",
            ModuleID.SESSIONS,
            InterfaceRole.SENDER,
            (session_id, "charging_preferences"),
            body=preferences,
        )

    async def put_session(self, session: Session) -> Reply[None]:
        """Push a whole session of this party."""
        return await self.request(
            "PUT", ModuleID.SESSIONS, InterfaceRole.RECEIVER, self.owned(session["id"]), body=session
        )

    async def patch_session(self, session_id: str, patch: Mapping[str, Any]) -> Reply[None]:
        """Push what changed in a session; ``charging_periods`` are those to append."""
        return await self.request(
            "PATCH", ModuleID.SESSIONS, InterfaceRole.RECEIVER, self.owned(session_id), body=patch
        )

    async def get_stored_session(self, session_id: str, *, owner: PartyId | None = None) -> Reply[Session]:
        """Read back a session."""
        return await self.request(
            "GET", ModuleID.SESSIONS, InterfaceRole.RECEIVER, self.owned(session_id, owner=owner)
        )
