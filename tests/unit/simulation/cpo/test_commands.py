"""Who may limit a session: its eMSP, and a planner that the CPO has hired."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

import pytest
from tests.unit.simulation.cpo.test_operations import CPO, MSP, OTHER, Clock, start

from ocn.ocpi.party_id import PartyId
from ocn.party.outcomes import Outcome
from ocn.party.request import Request
from ocn.party.sending.counterparty import Counterparty
from ocn.simulation.cpo.commands import CpoCommands
from ocn.simulation.cpo.operations import Operations, StatusChange
from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.cpo.till import Till

PLANNER = PartyId("NL", "PLN")
HALF: Any = {
    "response_url": "x",
    "charging_profile": {
        "charging_rate_unit": "A",
        "charging_profile_period": [{"start_period": 0, "limit": 8}],
    },
}


class _Told:
    """Who was told that somebody else limits a session."""

    def __init__(self) -> None:
        self.others: list[object] = []

    def begin(self, session: RunningSession, emsp: Counterparty) -> None:
        raise AssertionError

    async def status(self, change: StatusChange | None, emsp: Counterparty) -> None:
        raise AssertionError

    def limited(self, session: RunningSession, others: Iterable[Counterparty]) -> None:
        self.others.extend(others)


def of(party: PartyId) -> Request:
    class From:
        sender = party
        caller = party

    return cast("Request", From())


async def later(outcome: Outcome) -> Any:
    assert outcome.later is not None
    return await outcome.later


@pytest.fixture
def hired(clock: Clock) -> CpoCommands:
    operations = Operations(CPO, clock, hired=frozenset({PLANNER}))
    return CpoCommands(operations, _Told(), Till(), clock, timedelta(0))


async def test_profile_of_the_emsp_and_of_a_hired_planner_takes_hold(hired: CpoCommands) -> None:
    session = hired._operations.start(MSP, start())
    for party in (MSP, PLANNER):
        outcome = await hired.set_charging_profile(of(party), session.facts.id, HALF)
        assert (outcome.result, await later(outcome)) == ("ACCEPTED", "ACCEPTED")
        assert session.power_w == 8 * 230 * 3
        told = await later(await hired.get_active_charging_profile(of(party), session.facts.id, 60))
        assert told["profile"]["charging_profile"]["charging_profile_period"][0]["limit"] == 8
        cleared = await hired.clear_charging_profile(of(party), session.facts.id)
        assert await later(cleared) == "ACCEPTED"
        assert session.power_w == 16 * 230 * 3


async def test_profile_that_another_one_sets_is_told_to_whoever_had_set_one(clock: Clock) -> None:
    operations, told = Operations(CPO, clock, hired=frozenset({PLANNER})), _Told()
    commands = CpoCommands(operations, told, Till(), clock, timedelta(0))
    session = operations.start(MSP, start())
    await later(await commands.set_charging_profile(of(MSP), session.facts.id, HALF))
    assert told.others == []
    await later(await commands.set_charging_profile(of(PLANNER), session.facts.id, HALF))
    assert told.others == [MSP]
    await later(await commands.clear_charging_profile(of(MSP), session.facts.id))
    assert told.others == [MSP, PLANNER]
    await later(await commands.set_charging_profile(of(PLANNER), session.facts.id, HALF))
    assert told.others == [MSP, PLANNER]


@pytest.mark.parametrize("party", [OTHER, PartyId("NL", "CPX")])
async def test_session_is_unknown_to_a_stranger_who_knows_its_id(hired: CpoCommands, party: PartyId) -> None:
    session = hired._operations.start(MSP, start())
    outcomes = [
        await hired.set_charging_profile(of(party), session.facts.id, HALF),
        await hired.clear_charging_profile(of(party), session.facts.id),
        await hired.get_active_charging_profile(of(party), session.facts.id, 60),
    ]
    assert [outcome.result for outcome in outcomes] == ["UNKNOWN_SESSION"] * 3
    assert session.profile is None
