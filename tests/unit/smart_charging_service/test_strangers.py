"""What others than a site's CPO, and the driver's own eMSP, can bring about: nothing."""

from datetime import timedelta

from tests.unit.smart_charging_service.conftest import EMSP, START, MakeWorld

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.service.view import Source

LATER = format_datetime(START + timedelta(hours=9))
STRANGER, OTHER = PartyId("NL", "BAD"), PartyId("FR", "BAD")


async def test_preferences_that_a_stranger_sent_before_the_session_was_known_do_not_count(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    await world.smart.step()
    assert await world.wants("S1", by=STRANGER, departure_time=LATER, energy_need=30) == "ACCEPTED"
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    car = world.cars()["E1"]
    assert (car.departure_from, car.need_from) == (Source.ASSUMED, Source.ASSUMED)


async def test_preferences_that_came_before_their_session_are_not_replaced_by_a_strangers(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    await world.smart.step()
    await world.wants("S1", departure_time=LATER, energy_need=30)
    await world.wants("S1", by=STRANGER, departure_time=LATER, energy_need=7)
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    assert world.cars()["E1"].need_kwh == 30


async def test_preferences_of_one_emsp_for_unknown_sessions_leave_room_for_those_of_others(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    await world.smart.step()
    told = [await world.wants(f"X{i}", by=STRANGER, energy_need=7) for i in range(1001)]
    assert told[0] == "ACCEPTED"
    assert told[-1] == "NOT_POSSIBLE"
    assert await world.wants("S1", by=EMSP, energy_need=30) == "ACCEPTED"
