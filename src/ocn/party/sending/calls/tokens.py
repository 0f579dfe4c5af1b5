"""Calls of the tokens module."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import AuthorizationInfo, LocationReferences, Token
from ocn.ocpi.party_id import PartyId
from ocn.party.reply import Reply
from ocn.party.sending.calls.conversation import Conversation

RFID = "RFID"


class TokenCalls(Conversation):
    """Read an eMSP's tokens and ask for authorisation; push this party's own."""

    __slots__ = ()

    def tokens(
        self,
        *,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Token]:
        """Every token of an eMSP."""
        return self.items(ModuleID.TOKENS, date_from=date_from, date_to=date_to, limit=limit)

    async def authorize(
        self, uid: str, token_type: str = RFID, location: LocationReferences | None = None
    ) -> Reply[AuthorizationInfo]:
        """Ask an eMSP whether a token may charge."""
        return await self.request(
            "POST",
            ModuleID.TOKENS,
            InterfaceRole.SENDER,
            (uid, "authorize"),
            query={"type": token_type},
            body=location,
        )

    async def put_token(self, token: Token) -> Reply[None]:
        """Push a whole token of this party."""
        return await self.request(
            "PUT",
            ModuleID.TOKENS,
            InterfaceRole.RECEIVER,
            self.owned(token["uid"]),
            query={"type": token["type"]},
            body=token,
        )

    async def patch_token(self, uid: str, patch: Mapping[str, Any], token_type: str = RFID) -> Reply[None]:
        """Push what changed in a token."""
        return await self.request(
            "PATCH",
            ModuleID.TOKENS,
            InterfaceRole.RECEIVER,
            self.owned(uid),
            query={"type": token_type},
            body=patch,
        )

    async def get_stored_token(
        self, uid: str, token_type: str = RFID, *, owner: PartyId | None = None
    ) -> Reply[Token]:
        """Read back a token."""
        return await self.request(
            "GET",
            ModuleID.TOKENS,
            InterfaceRole.RECEIVER,
            self.owned(uid, owner=owner),
            query={"type": token_type},
        )
