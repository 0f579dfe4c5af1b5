"""From what is heard to what is sent and shown."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.unit.smart_charging_service.conftest import CPO, START, MakeWorld, site

from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.planning.told import told
from ocn.smart_charging.prices import CarbonAsPrices, FlatPrice, PriceSeries
from ocn.smart_charging.service.known.pseudonyms import Pseudonyms
from ocn.smart_charging.service.sites.served import ServiceSettings
from ocn.smart_charging.service.view import CarState, Source


def reading(amps: float, phases: int, since: datetime = START) -> dict[str, Any]:
    """Members of a PATCH: what a car draws."""
    power = Decimal(str(round(0.23 * amps * phases, 3)))
    dimensions = [{"type": "POWER", "volume": power}, {"type": "CURRENT", "volume": Decimal(str(amps))}]
    return {
        "kwh": Decimal("0.1"),
        "charging_periods": [{"start_date_time": format_datetime(since), "dimensions": dimensions}],
    }


async def test_session_that_is_pushed_gets_a_profile_that_is_confirmed(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    assert world.points.amps("S1")[0] == 16
    car = world.cars()["E1"]
    assert car.state is CarState.CONTROLLED
    assert car.confirmed_kw is not None
    assert round(car.confirmed_kw, 2) == 11.04
    assert car.departure_from is Source.ASSUMED


async def test_copy_that_was_lost_is_made_good_by_reading(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.keeps(world.session("S1", "E1"))
    world.clock.forward(6)
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.CONTROLLED


async def test_preferences_that_were_copied_are_what_is_planned(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    leaves = START + timedelta(hours=8)
    answer = await world.wants("S1", departure_time=format_datetime(leaves), energy_need=30)
    await world.smart.step()
    car = world.cars()["E1"]
    assert answer == "ACCEPTED"
    assert (car.departure, car.departure_from, car.need_kwh) == (leaves, Source.DRIVER, 30)


async def test_driver_who_wants_it_cheap_waits_for_the_cheap_hours_of_the_tariff(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    tariff = {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "T1",
        "currency": "EUR",
        "elements": [
            {
                "price_components": [{"type": "ENERGY", "price": Decimal("0.10"), "step_size": 1}],
                "restrictions": {"start_time": "12:00", "end_time": "16:00"},
            },
            {"price_components": [{"type": "ENERGY", "price": Decimal("0.60"), "step_size": 1}]},
        ],
        "last_updated": "2026-01-01T00:00:00Z",
    }
    evse = {"uid": "E1", "connectors": [{"id": "1", "tariff_ids": ["T1"]}]}
    await world.cpo_storage.put("tariffs", CPO, "T1", tariff)
    await world.cpo_storage.put("locations", CPO, "LOC1", {"id": "LOC1", "evses": [evse]})
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    leaves = format_datetime(START + timedelta(hours=8))  # 17:00 in Berlin, where it is 09:00 now
    await world.wants("S1", profile_type="CHEAP", departure_time=leaves, energy_need=20)
    await world.smart.step()
    assert world.points.amps("S1")[0] == 16  # for a moment, to see what it takes
    world.clock.forward(1)
    await world.patches("S1", **reading(16, 3))
    await world.smart.step()
    assert world.points.amps("S1")[0] == 0
    car = world.cars()["E1"]
    assert "cheaper later" in car.why
    assert "charging goes on Mon 1" in car.driver_line
    view = world.smart.view("yard")
    cheap = [
        kw
        for start, kw in zip(view.starts(), car.planned_kw, strict=True)
        if kw and not 12 <= start.astimezone(ZoneInfo("Europe/Berlin")).hour < 16
    ]
    assert not cheap
    await world.wants("S1", profile_type="FAST", departure_time=leaves, energy_need=20)
    await world.smart.step()
    assert world.points.amps("S1")[0] == 16


@pytest.mark.parametrize("flat", [None, FlatPrice(Decimal("0.30"))])
async def test_everybody_goes_by_the_tariff_of_the_connector_where_the_site_has_no_prices(
    make_world: MakeWorld, flat: FlatPrice | None
) -> None:
    world = await make_world(prices=flat)
    prices = [{"type": "ENERGY", "price": Decimal(price), "step_size": 1} for price in ("-0.10", "0.60")]
    cheap = {"price_components": [prices[0]], "restrictions": {"start_time": "12:00", "end_time": "16:00"}}
    elements = [cheap, {"price_components": [prices[1]]}]
    tariff = {"country_code": "DE", "party_id": "CPO", "id": "T1", "currency": "EUR", "elements": elements}
    await world.cpo_storage.put("tariffs", CPO, "T1", tariff | {"last_updated": "2026-01-01T00:00:00Z"})
    evse = {"uid": "E1", "connectors": [{"id": "1", "tariff_ids": ["T1"]}]}
    await world.cpo_storage.put("locations", CPO, "LOC1", {"id": "LOC1", "evses": [evse]})
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    leaves = format_datetime(START + timedelta(hours=8))
    await world.wants("S1", departure_time=leaves, energy_need=20)
    await world.smart.step()
    world.clock.forward(1)
    await world.patches("S1", **reading(16, 3))
    await world.smart.step()
    assert (world.points.amps("S1")[0] == 0) is (flat is None)
    assert ("cheaper later" in world.cars()["E1"].why) is (flat is None)


async def test_driver_who_wants_it_cheap_goes_by_the_site_where_the_tariff_says_no_price(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    price = {"type": "ENERGY", "price": Decimal("0.60"), "step_size": 1}
    elements = [{"price_components": [price], "restrictions": {"weather": "SUNNY"}}]
    tariff = {"country_code": "DE", "party_id": "CPO", "id": "T1", "currency": "EUR", "elements": elements}
    await world.cpo_storage.put("tariffs", CPO, "T1", tariff | {"last_updated": "2026-01-01T00:00:00Z"})
    evse = {"uid": "E1", "connectors": [{"id": "1", "tariff_ids": ["T1"]}]}
    await world.cpo_storage.put("locations", CPO, "LOC1", {"id": "LOC1", "evses": [evse]})
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    leaves = format_datetime(START + timedelta(hours=8))
    await world.wants("S1", profile_type="CHEAP", departure_time=leaves, energy_need=20)
    await world.smart.step()
    draft = world.smart._parts.desks["yard"].draft
    assert draft is not None
    assert [car.prices for car in draft.seen] == [None]


GREEN_FROM = 2
"""Hours from the start on, when energy is dear."""


def hourly(of_hour: Callable[[int], str]) -> PriceSeries:
    hours = range(24)
    starts = tuple(START + timedelta(hours=hour) for hour in hours)
    return PriceSeries(starts, tuple(Decimal(of_hour(hour)) for hour in hours))


@pytest.mark.parametrize(("has_carbon", "waits"), [(True, True), (False, False)])
async def test_driver_who_wants_it_green_waits_for_less_carbon_where_that_is_known(
    make_world: MakeWorld, has_carbon: bool, waits: bool
) -> None:
    prices = hourly(lambda hour: "0.10" if hour < GREEN_FROM else "0.60")
    carbon = CarbonAsPrices(hourly(lambda hour: "500" if hour < GREEN_FROM else "50"))
    world = await make_world(prices=prices, carbon=carbon if has_carbon else None)
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    leaves = format_datetime(START + timedelta(hours=8))
    await world.wants("S1", profile_type="GREEN", departure_time=leaves, energy_need=10)
    await world.smart.step()
    world.clock.forward(1)
    await world.patches("S1", **reading(16, 3))
    await world.smart.step()

    assert (world.points.amps("S1")[0] == 0) is waits
    car = world.cars()["E1"]
    assert ("planned by carbon: about 4." in car.why) is waits
    assert ("kg CO2 less than at once" in car.driver_line) is waits
    assert "EUR less" not in car.why + car.driver_line


async def test_car_of_which_nobody_said_anything_charges_at_once_whatever_it_costs(
    make_world: MakeWorld,
) -> None:
    later = PriceSeries((START, START + timedelta(hours=2)), (Decimal("0.9"), Decimal("0.01")))
    world = await make_world(prices=later)
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    assert world.points.amps("S1")[0] == 16


async def test_past_sessions_say_what_is_usual(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    for number in range(3):
        began = world.clock()
        await world.pushes(world.session(f"P{number}", "E1"))
        world.clock.forward(90)
        ended = format_datetime(world.clock())
        await world.patches(f"P{number}", status="COMPLETED", kwh=9 + number, end_date_time=ended)
        assert world.clock() > began
    await world.pushes(world.session("S1", "E2"))
    await world.smart.step()
    car = world.cars()["E2"]
    assert car.departure == world.clock() + timedelta(minutes=90)
    assert (car.departure_from, car.need_from) == (Source.HISTORY, Source.HISTORY)
    assert car.need_kwh == 10


async def test_one_who_leaves_makes_room_for_the_others_at_once(make_world: MakeWorld) -> None:
    world = await make_world(site(evses=2, amps=20))
    await world.smart.step()
    for name, evse in (("S1", "E1"), ("S2", "E2")):
        await world.pushes(world.session(name, evse))
    await world.smart.step()
    assert world.points.amps("S1")[0] + world.points.amps("S2")[0] == 20
    world.clock.forward(5)
    await world.patches("S1", status="COMPLETED")
    await world.smart.step()
    assert world.points.amps("S2")[0] == 16


async def test_car_that_takes_less_leaves_the_rest_to_others_within_the_slot(make_world: MakeWorld) -> None:
    world = await make_world(site(evses=2, amps=24))
    await world.smart.step()
    for name, evse in (("S1", "E1"), ("S2", "E2")):
        await world.pushes(world.session(name, evse))
    await world.smart.step()
    given = world.points.amps("S1")[0]
    assert given >= 8
    world.clock.forward(1)
    await world.patches("S1", **reading(6, 3))
    await world.smart.step()
    assert world.points.amps("S1")[0] == pytest.approx(6.3, abs=0.2)
    assert world.points.amps("S2")[0] == pytest.approx(16, abs=0.5)


async def test_car_whose_meter_alone_is_told_every_half_minute_leaves_the_rest_to_others(
    make_world: MakeWorld,
) -> None:
    world = await make_world(site(evses=2, amps=24))
    await world.smart.step()
    for name, evse in (("S1", "E1"), ("S2", "E2")):
        await world.pushes(world.session(name, evse))
    await world.smart.step()
    assert world.points.amps("S1")[0] >= 8
    six_amps_kw = Decimal("4.14")
    for half_minute in range(1, 15):
        world.clock.forward(0.5)
        await world.patches("S1", kwh=six_amps_kw * half_minute / 120)
    await world.smart.step()
    assert world.points.amps("S1")[0] == pytest.approx(6.3, abs=0.2)
    assert world.points.amps("S2")[0] == pytest.approx(16, abs=0.5)
    assert world.cars()["E1"].now_kw == pytest.approx(4.14)


async def test_car_on_one_phase_is_planned_with_a_third_of_the_power(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    leaves = format_datetime(START + timedelta(hours=4))
    await world.wants("S1", departure_time=leaves, energy_need=14)
    await world.smart.step()
    world.clock.forward(15)
    await world.patches("S1", **reading(16, 1) | {"kwh": Decimal("0.92")})
    await world.smart.step()
    car = world.cars()["E1"]
    assert car.confirmed_kw == pytest.approx(3.68)
    assert max(kw or 0 for kw in car.planned_kw[world.smart.view("yard").slot_now :]) <= 3.68


async def test_full_car_rests_and_is_asked_again(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    for _ in range(2):
        world.clock.forward(15)
        await world.patches("S1", kwh=0)
        await world.smart.step()
    assert world.points.amps("S1")[0] == 0
    offered = []
    for _ in range(10):
        world.clock.forward(15)
        await world.patches("S1", kwh=0)
        await world.smart.step()
        offered.append(world.points.amps("S1")[0])
    assert offered[:6] == [0] * 6
    assert max(offered) > 0


async def test_view_has_a_day_of_slots_and_is_json(make_world: MakeWorld) -> None:
    world = await make_world(prices=FlatPrice(Decimal("0.3")))
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    for slot in range(4):
        world.clock.forward(15)
        await world.patches("S1", kwh=Decimal("2.5") * (slot + 1))
        await world.smart.step()
    view = world.smart.view("yard")
    now = view.slot_now
    assert (view.slots, now, view.starts()[now]) == (96, 48, world.clock())
    car = world.cars()["E1"]
    assert car.measured_kw[now - 4 : now] == (10.0,) * 4
    assert view.measured_kw[now:] == (None,) * 48
    assert [round(kw or 0, 2) for kw in car.planned_kw[now - 4 : now + 1]] == [11.04] * 5
    assert list(view.limit_kw) == pytest.approx([27.6] * 96)
    written = json.loads(json.dumps(view.as_json()))
    assert written["cars"][0]["name"] == car.name
    assert written["planned_kw"][now] == written["cars"][0]["confirmed_kw"] == 11.04
    assert "S1" not in json.dumps(written)


def test_name_of_a_car_says_nothing_and_stays() -> None:
    names = Pseudonyms(b"secret")
    assert names.of("DECPO/s1") == Pseudonyms(b"secret").of("DECPO/s1")
    assert names.of("DECPO/s1") != Pseudonyms(b"other").of("DECPO/s1")
    assert names.of("DECPO/s1") != names.of("DECPO/s2")


async def test_plan_of_a_site_is_what_explain_reads(make_world: MakeWorld) -> None:
    world = await make_world()
    nothing_yet = world.smart.plan("yard")
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()

    document = world.smart.plan("yard")

    assert nothing_yet is None
    assert document is not None
    read = told(document)
    assert read.moment(read.slot) == "Mon 09:00"
    assert [car.line for car in read.cars] == [world.cars()["E1"].why]


async def test_planner_runs_by_itself_and_plans_what_comes(make_world: MakeWorld) -> None:
    world = await make_world(settings=ServiceSettings(plan_by_cpo_clock=False, coalesce_s=0.01))
    async with world.smart.running(world.planner.client):
        await world.pushes(world.session("S1", "E1"))
        async with asyncio.timeout(20):
            while "E1" not in world.cars() or world.cars()["E1"].state is not CarState.CONTROLLED:
                await asyncio.sleep(0.01)
        assert len(world.points.set) == 1


async def test_what_happens_within_a_moment_is_planned_once(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    for number in range(1, 4):
        await world.pushes(world.session(f"S{number}", f"E{number}"))
    await world.smart.step()
    assert len(world.points.set) == 3
    planned = world.smart.view("yard").last_plan
    world.clock.forward(1)
    await world.smart.step()
    assert world.smart.view("yard").last_plan == planned
    assert len(world.points.set) == 3


async def test_probe_is_not_made_twice_and_only_where_there_is_room(make_world: MakeWorld) -> None:
    dear_now = PriceSeries((START, START + timedelta(hours=4)), (Decimal("0.9"), Decimal("0.1")))
    world = await make_world(site(evses=2, amps=16), prices=dear_now)
    await world.smart.step()
    leaves = format_datetime(START + timedelta(hours=10))
    for name, evse in (("S1", "E1"), ("S2", "E2")):
        await world.pushes(world.session(name, evse))
        await world.wants(name, departure_time=leaves, energy_need=10)
    await world.smart.step()
    first = [world.points.amps(name)[0] for name in ("S1", "S2")]
    assert min(first) >= 6
    assert sum(first) == 16
    world.clock.forward(15)
    await world.smart.step()
    assert [car.confirmed_kw for car in world.cars().values()] == [0, 0]
