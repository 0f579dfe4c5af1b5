"""Parts of the planner by themselves."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import CPO, START, MakeWorld, site

from ocn.errors import ConfigurationError
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.objects import Session
from ocn.ocpi.timestamps import format_datetime
from ocn.party import ListQuery, MemoryStorage, Page, Request, StoredSender
from ocn.smart_charging.planning import planner
from ocn.smart_charging.service.known.memory import SESSIONS, Memory
from ocn.smart_charging.service.known.stays import Reading, Stay
from ocn.smart_charging.service.meaning.metering import delivered_kwh, kwh_at, mean_kw, power_kw
from ocn.smart_charging.service.meaning.tariff_prices import TariffPrices
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.slots import Slots

QUARTER = timedelta(minutes=15)


def stay(*readings: tuple[int, str], **more: Any) -> Stay:
    """A session with its meter read at so many minutes."""
    read = tuple(Reading(START + timedelta(minutes=at), Decimal(kwh)) for at, kwh in readings)
    last = read[-1] if read else Reading(START, Decimal(0))
    usual = Stay(CPO, "S1", "LOC1", "E1", "ACTIVE", START, last.at, last.kwh, readings=read)
    return replace(usual, **more)


def test_meter_between_readings_is_a_straight_line_and_outside_them_unknown() -> None:
    readings = stay((0, "0"), (30, "6")).readings
    assert kwh_at(readings, START + timedelta(minutes=10)) == pytest.approx(2)
    assert kwh_at(readings, START + timedelta(minutes=30)) == 6
    assert kwh_at(readings, START + timedelta(minutes=31)) is None


def test_mean_power_of_a_slot_is_what_the_meter_says_and_nothing_before_the_car_came() -> None:
    charging = stay((5, "1"), (30, "6"))
    assert mean_kw(charging, START - QUARTER, QUARTER) == 0
    assert mean_kw(charging, START + QUARTER, QUARTER) == pytest.approx(12)
    assert mean_kw(charging, START, QUARTER) == pytest.approx(12)
    assert mean_kw(charging, START + 2 * QUARTER, QUARTER) is None
    over = replace(charging, status="COMPLETED")
    assert mean_kw(over, START + 2 * QUARTER, QUARTER) == 0


def test_power_is_what_the_session_says_or_its_last_readings() -> None:
    assert power_kw(stay((0, "0"), (30, "6"))) == pytest.approx(12)
    assert power_kw(stay((0, "0"), (30, "6"), power_kw=Decimal(7))) == 7
    assert power_kw(stay((0, "0"))) is None
    assert power_kw(stay((0, "0"), (30, "6"), (30, "6"))) == pytest.approx(12)
    assert power_kw(stay((0, "0"), (30, "6"), status="COMPLETED")) == 0


def test_delivered_goes_on_after_the_last_reading_as_far_as_is_allowed_and_never_to_the_end() -> None:
    charging = stay((0, "0"), (30, "6"))
    later = START + timedelta(minutes=60)
    assert delivered_kwh(charging, later, 11, 40) == pytest.approx(6 + 11 / 2)
    assert delivered_kwh(charging, later, 4, 40) == pytest.approx(6 + 4 / 2)
    assert delivered_kwh(charging, later, 11, 8) == pytest.approx(8 * 0.98)
    assert delivered_kwh(charging, START + timedelta(hours=9), 10, 40) == pytest.approx(6 + 10)


def test_two_files_of_one_location_are_refused() -> None:
    one = ServedSite(site(), CPO, "LOC1")
    with pytest.raises(ConfigurationError, match="two site files are location LOC1 of DE CPO"):
        Places([one, ServedSite(replace(site(), name="other"), CPO, "loc1")])
    with pytest.raises(ConfigurationError, match="two site files are called 'yard'"):
        Places([one, ServedSite(site(), CPO, "LOC2")])


def test_evse_goes_by_its_uid_whatever_the_case() -> None:
    evse = replace(site().evses[0], uid="DE*CPO*E1")
    served = ServedSite(replace(site(), evses=(evse,)), CPO, "LOC1")
    assert Places([served]).evse(served, "de*cpo*e1") == evse
    assert Places([served]).evse(served, "E1") is None


async def test_stored_session_that_cannot_be_read_any_more_is_dropped() -> None:
    storage = MemoryStorage()
    await storage.put(SESSIONS, CPO, "x", {"key": "DECPO/x", "value": {"id": "x"}})
    memory = Memory(storage)
    await memory.load()
    assert not memory.stays


def test_tariff_that_cannot_be_read_says_no_price() -> None:
    slots = Slots(START, 15, 4)
    assert TariffPrices({"elements": 5}, "Europe/Berlin", Decimal(11)).eur_per_kwh(slots) == (None,) * 4


def test_tariff_by_current_is_priced_by_what_the_car_can_take_and_by_an_unknown_restriction_not_at_all() -> (
    None
):
    slots = Slots(START, 15, 1)
    slow, fast = ({"type": "ENERGY", "price": Decimal(price), "step_size": 1} for price in ("0.2", "0.6"))
    tariff: dict[str, Any] = {"id": "T1", "currency": "EUR", "last_updated": "2026-01-01T00:00:00Z"}
    tariff["elements"] = [
        {"price_components": [slow], "restrictions": {"max_current": 32}},
        {"price_components": [fast], "restrictions": {"min_current": 32}},
    ]
    by_power = [
        TariffPrices(tariff, "Europe/Berlin", Decimal(kw)).eur_per_kwh(slots)[0] for kw in ("3.7", "11")
    ]
    assert by_power == [Decimal("0.2"), Decimal("0.6")]
    tariff["elements"][1]["restrictions"] = {"weather": "SUNNY"}
    assert TariffPrices(tariff, "Europe/Berlin", Decimal(11)).eur_per_kwh(slots) == (None,)


async def test_updates_of_one_session_that_come_at_once_all_count(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    world.clock.forward(1)
    now = format_datetime(world.clock())
    patches: list[dict[str, Any]] = [{"kwh": 3}, {"end_date_time": now}, {"status": "COMPLETED"}]
    told = world.cpo.client.to("DE PLN")
    await asyncio.gather(*(told.patch_session("S1", patch | {"last_updated": now}) for patch in patches))
    (kept,) = world.smart._parts.memory.stays.values()
    assert (kept.kwh, kept.status, kept.end) == (Decimal(3), "COMPLETED", world.clock())


async def test_part_of_an_unknown_session_has_its_cpo_read_but_not_again_and_again(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    await world.smart.step()
    await world.keeps(world.session("S1", "E1"))
    world.clock.forward(0.2)
    await world.patches("S1", kwh=1)
    await world.smart.step()
    assert world.cars()["E1"].delivered_kwh == 1
    await world.patches("S9", kwh=1)
    await world.smart.step()
    assert world.smart.view("yard").last_read == world.clock()


async def test_what_the_cpo_says_less_of_an_evse_than_the_site_file_is_told(make_world: MakeWorld) -> None:
    world = await make_world()
    connector = {"id": "1", "max_amperage": 10, "tariff_ids": ["T1", 7]}
    evses = [{"uid": "E1", "capabilities": ["RFID_READER"], "connectors": [connector, 5]}, {"uid": 3}, None]
    await world.cpo_storage.put("locations", CPO, "LOC1", {"id": "LOC1", "evses": evses})
    await world.smart.step()
    assert "does not say CHARGING_PROFILE_CAPABLE" in world.events()
    assert "the CPO says 10 A at most, the site file 16 A" in world.events()


async def test_without_a_solver_least_laxity_plans_and_the_view_says_why(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ocn.smart_charging.planning import replanner

    monkeypatch.setattr(
        replanner, "plan", lambda problem, *_: planner.by_least_laxity(problem, "highspy is not installed")
    )
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    view = world.smart.view("yard")
    assert (view.method, view.because) == ("least-laxity", "highspy is not installed")
    assert world.points.amps("S1")[0] == 16


async def test_page_of_sessions_that_is_refused_is_asked_for_in_smaller_ones(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, asked = StoredSender.list_sessions, list[int]()

    async def narrow(self: StoredSender, request: Request, query: ListQuery) -> Page[Session]:
        asked.append(query.limit)
        if query.limit > 5:
            raise InvalidParameters("Malformed signature: expands beyond 262144 bytes")
        return await usual(self, request, query)

    monkeypatch.setattr(StoredSender, "list_sessions", narrow)
    world = await make_world(site(evses=8))
    for number in range(1, 8):
        await world.keeps(world.session(f"S{number}", f"E{number}"))
    await world.smart.step()
    assert asked == [20, 5, 5]
    assert len(world.cars()) == 7
    world.clock.forward(6)
    await world.smart.step()
    assert asked[3:] == [5, 5]
