"""A CPO's own handlers of commands hold, resume and stop what settlement wants held, resumed and stopped."""

from typing import Any

import pytest
from tests.unit.settlement.world import CPO, EMSP, World, world

from ocn.ocpi.party_id import PartyId
from ocn.party import Outcome, Request, accepted, not_supported, rejected, unknown_session
from ocn.settlement.chargers import ChargerRefused, OwnCommands


class BackEnd:
    """Serves commands, and remembers by whom it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, PartyId, Any]] = []
        self.answer: Outcome | None = None

    async def stop_session(self, request: Request, command: Any) -> Outcome:
        return self._note("stop", request, command["session_id"])

    async def set_charging_profile(self, request: Request, session_id: str, profile: Any) -> Outcome:
        limit = profile["charging_profile"]["charging_profile_period"][0]["limit"]
        return self._note("limit", request, (session_id, limit))

    async def clear_charging_profile(self, request: Request, session_id: str) -> Outcome:
        return self._note("clear", request, session_id)

    def _note(self, word: str, request: Request, what: object) -> Outcome:
        self.told.append((word, request.sender, what))

        async def later() -> str:
            return "ACCEPTED"

        return self.answer or accepted(later())


def chargers(here: World, back_end: BackEnd, *, profiles: bool = True) -> OwnCommands:
    handlers: Any = back_end
    return OwnCommands(CPO, handlers, handlers if profiles else None, lambda: here.cpo.client)


async def test_commands_come_as_if_the_payer_had_sent_them() -> None:
    async with world() as here:
        back_end = BackEnd()
        own = chargers(here, back_end)
        await own.hold("S1", EMSP, "no voucher")
        await own.resume("S1", EMSP, "paid")
        await own.stop("S1", EMSP, "no voucher")
    assert back_end.told == [("limit", EMSP, ("S1", 0)), ("clear", EMSP, "S1"), ("stop", EMSP, "S1")]


async def test_back_end_without_profiles_stops_what_should_be_held() -> None:
    async with world() as here:
        back_end = BackEnd()
        own = chargers(here, back_end, profiles=False)
        await own.hold("S1", EMSP, "no voucher")
        await own.resume("S1", EMSP, "paid")
    assert back_end.told == [("stop", EMSP, "S1")]


async def test_refusal_of_a_command_is_an_error_and_an_unknown_session_is_none() -> None:
    async def later() -> dict[str, str]:
        return {"result": "FAILED"}

    async with world() as here:
        back_end = BackEnd()
        own = chargers(here, back_end)
        for outcome in (rejected("no"), not_supported(), accepted(later())):
            back_end.answer = outcome
            with pytest.raises(ChargerRefused):
                await own.stop("S1", EMSP, "no voucher")
        back_end.answer = unknown_session()
        await own.stop("S1", EMSP, "no voucher")
