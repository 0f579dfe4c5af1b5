"""What charge points do and refuse: T4 to T7 without a network."""

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, cast

import pytest

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.objects import ReserveNow, StartSession
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.simulation.cpo.operations import Operations
from ocn.simulation.emsp.drivers import build_tokens
from ocn.simulation.errors import Refused

CPO, MSP, OTHER = PartyId("DE", "CPO"), PartyId("DE", "MSP"), PartyId("FR", "MSP")
EVSE = "DE-CPO-E0101"


class Clock(Protocol):
    moment: datetime

    def now(self) -> datetime: ...
    async def sleep(self, duration: timedelta) -> None: ...


def start(emsp: PartyId = MSP, driver: int = 0, **more: Any) -> StartSession:
    command = {
        "response_url": "x",
        "token": build_tokens(emsp)[driver],
        "location_id": "LOC1",
        "evse_uid": EVSE,
    }
    return cast("StartSession", command | more)


def reserve(clock: Clock, driver: int = 0, **more: Any) -> ReserveNow:
    expiry = format_datetime(clock.now() + timedelta(minutes=30))
    command = start(driver=driver) | {"reservation_id": "R1", "expiry_date": expiry}
    return cast("ReserveNow", command | more)


def status(operations: Operations, evse: str = EVSE) -> str:
    return operations.points.evse("LOC1", evse)["status"]


def test_start_on_a_free_evse_charges_there_and_stop_frees_it(clock: Clock) -> None:
    operations = Operations(CPO, clock)
    session = operations.start(MSP, start())
    assert status(operations) == "CHARGING"
    assert session.session()["kwh"] == 0
    clock.moment += timedelta(minutes=30)
    assert session.session()["kwh"] == pytest.approx(5, rel=0.2)
    assert operations.stop(OTHER, session.facts.id) is None
    assert operations.stop(MSP, session.facts.id) is session
    cdr = session.cdr()
    change = operations.finish(session)
    assert change is not None
    assert change.evse["status"] == status(operations) == "AVAILABLE"
    assert cdr["total_energy"] == session.session()["kwh"] > 0
    assert session.session()["status"] == "COMPLETED"
    assert operations.stop(MSP, session.facts.id) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"location_id": "LOC99"}, "no location LOC99"),
        ({"evse_uid": "DE-CPO-E9999"}, "no EVSE DE-CPO-E9999"),
        ({"connector_id": "7"}, "no connector 7"),
        ({"token": build_tokens(OTHER)[0]}, "not the sender's"),
    ],
)
def test_start_on_what_does_not_exist_is_refused_with_the_reason(
    clock: Clock, change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        Operations(CPO, clock).start(MSP, start(**change))


@pytest.mark.parametrize(
    "change", [{"token": None}, {"token": {"uid": 1}}, {"location_id": None}, {"location_id": ""}]
)
def test_start_that_lacks_something_is_malformed(clock: Clock, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameters):
        Operations(CPO, clock).start(MSP, start(**change))


def test_start_on_an_evse_in_use_is_refused_and_without_evse_takes_the_other(clock: Clock) -> None:
    operations = Operations(CPO, clock)
    operations.start(MSP, start())
    with pytest.raises(Refused, match="CHARGING"):
        operations.start(MSP, start(driver=1))
    second = operations.start(MSP, start(driver=1, evse_uid=None))
    assert second.facts.evse["uid"] == "DE-CPO-E0102"
    with pytest.raises(Refused, match="no EVSE available"):
        operations.start(MSP, start(driver=2, evse_uid=None))


def test_reservation_admits_only_its_token_and_is_used_up(clock: Clock) -> None:
    operations = Operations(CPO, clock)
    operations.reserve(MSP, reserve(clock))
    assert status(operations) == "RESERVED"
    with pytest.raises(Refused, match="reserved for somebody else"):
        operations.start(MSP, start(driver=1))
    session = operations.start(MSP, start(evse_uid=None))
    assert session.facts.evse["uid"] == EVSE
    with pytest.raises(Refused, match="no reservation"):
        operations.cancel(MSP, "R1")


def test_reservation_of_the_same_id_moves_and_frees_the_evse_it_leaves(clock: Clock) -> None:
    operations = Operations(CPO, clock)
    operations.reserve(MSP, reserve(clock))
    changes = operations.reserve(MSP, reserve(clock, evse_uid="DE-CPO-E0102"))
    assert [(c.evse["uid"], c.evse["status"]) for c in changes] == [
        (EVSE, "AVAILABLE"),
        ("DE-CPO-E0102", "RESERVED"),
    ]


def test_reservation_that_is_over_frees_the_evse(clock: Clock) -> None:
    operations = Operations(CPO, clock)
    operations.reserve(MSP, reserve(clock))
    assert operations.expire() == []
    clock.moment += timedelta(minutes=30)
    assert [(emsp, change.evse["uid"]) for emsp, change in operations.expire()] == [(MSP, EVSE)]
    assert status(operations) == "AVAILABLE"


def test_reservation_cancelled_frees_the_evse_for_its_owner_only(clock: Clock) -> None:
    operations = Operations(CPO, clock)
    operations.reserve(MSP, reserve(clock))
    with pytest.raises(Refused, match="no reservation"):
        operations.cancel(OTHER, "R1")
    operations.cancel(MSP, "R1")
    assert status(operations) == "AVAILABLE"


def test_reservation_with_a_malformed_expiry_is_malformed(clock: Clock) -> None:
    with pytest.raises(InvalidParameters, match="expiry_date"):
        Operations(CPO, clock).reserve(MSP, reserve(clock, expiry_date="tomorrow"))


async def test_session_left_for_a_day_ends_by_itself(clock: Clock) -> None:
    session = Operations(CPO, clock).start(MSP, start())
    assert not await session.stopped_within(clock, timedelta(hours=23))
    assert await session.stopped_within(clock, timedelta(hours=1))
    assert session.session()["start_date_time"] == format_datetime(datetime(2026, 1, 5, 12, tzinfo=UTC))


def test_session_is_there_for_its_emsp_and_a_hired_planner_and_for_nobody_else(clock: Clock) -> None:
    planner = PartyId("NL", "PLN")
    operations = Operations(CPO, clock, hired=frozenset({planner}))
    session = operations.start(MSP, start())
    assert operations.session_for(MSP, session.facts.id) is session
    assert operations.session_for(planner, session.facts.id) is session
    assert operations.session_for(OTHER, session.facts.id) is None
    assert operations.session_for(planner, "another") is None
