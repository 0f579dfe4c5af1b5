"""Calls of the charging profiles module: set, get and clear, each with a result to await."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import (
    ActiveChargingProfile,
    ActiveChargingProfileResult,
    ChargingProfile,
    ChargingProfileResponse,
    ChargingProfileResult,
)
from ocn.party.json_text import JsonObject
from ocn.party.reply import Reply
from ocn.party.sending.calls.conversation import Conversation
from ocn.party.sending.results import Pending

PendingProfileResult: TypeAlias = Pending[ChargingProfileResponse, ChargingProfileResult]
PendingActiveProfile: TypeAlias = Pending[ChargingProfileResponse, ActiveChargingProfileResult]


class ChargingProfileCalls(Conversation):
    """Limit a CPO's sessions; as a CPO, report what became of them."""

    __slots__ = ()

    async def set_charging_profile(self, session_id: str, profile: ChargingProfile) -> PendingProfileResult:
        """PUT a profile on a session."""
        return await self._ask("PUT", session_id, body={"charging_profile": profile})

    async def get_active_charging_profile(self, session_id: str, duration_s: int) -> PendingActiveProfile:
        """GET what a session is doing for the next so many seconds."""
        return await self._ask("GET", session_id, query={"duration": str(duration_s)})

    async def clear_charging_profile(self, session_id: str) -> PendingProfileResult:
        """DELETE the profile of a session."""
        return await self._ask("DELETE", session_id)

    async def put_active_charging_profile(
        self, session_id: str, profile: ActiveChargingProfile
    ) -> Reply[None]:
        """Report a change to whoever set a profile."""
        return await self.request(
            "PUT",
            ModuleID.CHARGING_PROFILES,
            InterfaceRole.SENDER,
            (session_id,),
            body=profile,
        )

    async def _ask(
        self,
        method: str,
        session_id: str,
        *,
        body: JsonObject | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Pending[ChargingProfileResponse, Any]:
        result_id, response_url = self.mint(ModuleID.CHARGING_PROFILES, "result")
        at = {"response_url": response_url}
        try:
            reply = await self.request(
                method,
                ModuleID.CHARGING_PROFILES,
                InterfaceRole.RECEIVER,
                (session_id,),
                body=None if body is None else body | at,
                query={**(query or {}), **({} if body is not None else at)},
            )
        except BaseException:
            self.client.results.forget(result_id)
            raise
        return self.pending(result_id, response_url, reply)
