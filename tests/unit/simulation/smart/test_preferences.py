"""Preferences are answered as OCPI says, and only to the eMSP of a running session."""

from decimal import Decimal
from typing import Any, cast

import pytest
from tests.unit.simulation.smart.conftest import MSP, PLANNER, STRANGER, Lot, lot_of, stay

from ocn.ocpi.errors import InvalidParameters, UnknownObject
from ocn.ocpi.party_id import PartyId
from ocn.party.request import Request
from ocn.simulation.smart.preferences import Preferences

FULL = {"profile_type": "CHEAP", "departure_time": "2026-03-02T06:00:00Z", "energy_need": Decimal("9.5")}


class _From:
    def __init__(self, sender: PartyId) -> None:
        self.sender = sender


def request(sender: PartyId = MSP) -> Request:
    return cast("Request", _From(sender))


@pytest.fixture
def lot() -> Lot:
    lot = lot_of(stay("S1", "EVSE1"))
    lot.start(lot.day.stays[0])
    return lot


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, "ACCEPTED"),
        ({"profile_type": "FAST", "departure_time": None, "energy_need": None}, "ACCEPTED"),
        ({"departure_time": None}, "DEPARTURE_REQUIRED"),
        ({"energy_need": None}, "ENERGY_NEED_REQUIRED"),
        ({"profile_type": "GREEN"}, "PROFILE_TYPE_NOT_SUPPORTED"),
        ({"departure_time": "2026-03-02T03:59:59Z"}, "NOT_POSSIBLE"),
        ({"departure_time": "2026-03-02T04:00:00Z"}, "NOT_POSSIBLE"),
        ({"energy_need": 44}, "ACCEPTED"),
        ({"energy_need": 45}, "NOT_POSSIBLE"),
    ],
)
async def test_preferences_are_answered_by_what_they_lack(
    lot: Lot, changes: dict[str, Any], answer: str
) -> None:
    preferences = {name: value for name, value in (FULL | changes).items() if value is not None}
    handler = Preferences(lot.operations, lot.clock)
    said = await handler.set_charging_preferences(request(), "S1", cast("Any", preferences))
    assert said == answer
    assert handler.known == ({"S1": preferences} if answer == "ACCEPTED" else {})


@pytest.mark.parametrize(
    "changes",
    [
        {"profile_type": "fast"},
        {"profile_type": ["CHEAP"]},
        {"departure_time": 7},
        {"departure_time": "tomorrow"},
        {"energy_need": "much"},
        {"energy_need": "NaN"},
        {"energy_need": "1e999999"},
        {"energy_need": -1},
        {"energy_need": 0},
        {"energy_need": True},
        {"energy_need": {}},
    ],
)
async def test_preferences_that_are_malformed_are_refused(lot: Lot, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameters):
        await Preferences(lot.operations, lot.clock).set_charging_preferences(
            request(), "S1", cast("Any", FULL | changes)
        )


@pytest.mark.parametrize(("sender", "session"), [(STRANGER, "S1"), (PLANNER, "S1"), (MSP, "S2")])
async def test_preferences_of_somebody_else_or_for_no_session_find_nothing(
    lot: Lot, sender: PartyId, session: str
) -> None:
    with pytest.raises(UnknownObject):
        await Preferences(lot.operations, lot.clock).set_charging_preferences(
            request(sender), session, cast("Any", FULL)
        )


async def test_preferences_at_an_evse_that_takes_none_are_not_possible(lot: Lot) -> None:
    lot.operations.running["S1"].facts.evse["capabilities"].remove("CHARGING_PREFERENCES_CAPABLE")
    handler = Preferences(lot.operations, lot.clock)
    assert await handler.set_charging_preferences(request(), "S1", cast("Any", FULL)) == "NOT_POSSIBLE"
