"""Calls of the commands module: five commands to a CPO, each with a result to await."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import CommandResponse, CommandResult, Token
from ocn.ocpi.timestamps import format_datetime
from ocn.party.sending.calls.conversation import Conversation
from ocn.party.sending.results import Pending

PendingCommand: TypeAlias = Pending[CommandResponse, CommandResult]


class CommandCalls(Conversation):
    """Send commands; ``pending.reply`` is the immediate answer, ``await pending.result()`` the later one."""

    __slots__ = ()

    async def start_session(
        self,
        token: Token,
        location_id: str,
        evse_uid: str | None = None,
        connector_id: str | None = None,
        *,
        authorization_reference: str | None = None,
    ) -> PendingCommand:
        """START_SESSION on a token of this party's."""
        return await self.command(
            "START_SESSION",
            {
                "token": token,
                "location_id": location_id,
                "evse_uid": evse_uid,
                "connector_id": connector_id,
                "authorization_reference": authorization_reference,
            },
        )

    async def stop_session(self, session_id: str) -> PendingCommand:
        """STOP_SESSION, named by the CPO's id."""
        return await self.command("STOP_SESSION", {"session_id": session_id})

    async def reserve_now(
        self,
        token: Token,
        reservation_id: str,
        expiry_date: datetime,
        location_id: str,
        evse_uid: str | None = None,
        *,
        authorization_reference: str | None = None,
    ) -> PendingCommand:
        """RESERVE_NOW. Until it expires the CPO may post a second result, CANCELED_RESERVATION."""
        return await self.command(
            "RESERVE_NOW",
            {
                "token": token,
                "expiry_date": format_datetime(expiry_date),
                "reservation_id": reservation_id,
                "location_id": location_id,
                "evse_uid": evse_uid,
                "authorization_reference": authorization_reference,
            },
            keep_s=(expiry_date - datetime.now(UTC)).total_seconds(),
        )

    async def cancel_reservation(self, reservation_id: str) -> PendingCommand:
        """CANCEL_RESERVATION."""
        return await self.command("CANCEL_RESERVATION", {"reservation_id": reservation_id})

    async def unlock_connector(self, location_id: str, evse_uid: str, connector_id: str) -> PendingCommand:
        """UNLOCK_CONNECTOR."""
        return await self.command(
            "UNLOCK_CONNECTOR",
            {"location_id": location_id, "evse_uid": evse_uid, "connector_id": connector_id},
        )

    async def command(self, name: str, members: Mapping[str, Any], *, keep_s: float = 0) -> PendingCommand:
        """Send any command; members of None are left out, the response_url is added."""
        result_id, response_url = self.mint(ModuleID.COMMANDS, name, keep_s=keep_s)
        given = {member: value for member, value in members.items() if value is not None}
        try:
            reply = await self.request(
                "POST",
                ModuleID.COMMANDS,
                InterfaceRole.RECEIVER,
                (name,),
                body={"response_url": response_url, **given},
            )
        except BaseException:
            self.client.results.forget(result_id)
            raise
        return self.pending(result_id, response_url, reply)
