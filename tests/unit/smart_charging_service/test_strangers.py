"""What others than a site's CPO, and the driver's own eMSP, can bring about: nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.smart_charging_service.conftest import CPO, EMSP, START, MakeWorld, site

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.party import MemoryStorage
from ocn.smart_charging.service.heard.cpo_data import CpoData
from ocn.smart_charging.service.heard.sessions import Sessions
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.pseudonyms import Pseudonyms
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.service.sites.triggers import Triggers
from ocn.smart_charging.service.view import EventKind, Source

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


def _sessions(memory: Memory, places: Places, said: list[str]) -> Sessions:
    def note(site_name: str, kind: EventKind, line: str, about: str = "") -> None:
        said.append(line)

    return Sessions(memory, places, Triggers(), Pseudonyms(b""), note, lambda *_: False, 3)


async def test_sessions_of_one_cpo_leave_room_for_those_of_another() -> None:
    places = Places([ServedSite(site(), CPO, "LOC1"), ServedSite(replace(site(), name="b"), OTHER, "LOC1")])
    memory, said = Memory(MemoryStorage()), list[str]()
    sessions = _sessions(memory, places, said)
    session = {"location_id": "LOC1", "evse_uid": "E1", "status": "ACTIVE"}
    session |= {"start_date_time": format_datetime(START), "last_updated": format_datetime(START), "kwh": "0"}
    taken = [await sessions.take(OTHER, f"S{i}", session, START) for i in range(4)]
    assert taken == [True, True, True, False]
    assert "more than 3 sessions" in said[-1]
    assert await sessions.take(CPO, "S1", session, START)


async def test_tariffs_of_one_cpo_leave_room_for_those_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocn.smart_charging.service.heard.cpo_data._MOST_TARIFFS", 3)
    data = CpoData(Memory(MemoryStorage()), Places([]), Triggers(), lambda *_: None)
    assert [await data.take_tariff(OTHER, f"T{i}", {"id": f"T{i}"}) for i in range(4)] == [True] * 3 + [False]
    assert await data.take_tariff(CPO, "T1", {"id": "T1"})
