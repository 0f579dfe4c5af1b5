"""When things fail: what the planner does, and what it says."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import CPO, EMSP, EVSE, SITE, START, MakeWorld, site
from tests.unit.smart_charging_service.in_force import in_force

from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.party import MemoryStorage
from ocn.smart_charging.prices import PriceSeries
from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.service.heard.skew import Skew
from ocn.smart_charging.service.sites.served import ServiceSettings
from ocn.smart_charging.service.view import CarState, EventKind
from ocn.smart_charging.site.reading import read_site

LATER = format_datetime(START + timedelta(hours=9))


async def test_restart_sends_nothing_before_everything_was_read(make_world: MakeWorld) -> None:
    storage = MemoryStorage()
    before = await make_world(storage=storage)
    await before.smart.step()
    await before.pushes(before.session("S1", "E1"))
    await before.smart.step()
    await storage.forget_registration()

    after = await make_world(storage=storage)
    await after.cpo.close()
    await after.smart.step()
    assert "cannot be read" in after.events()
    assert not after.points.set
    assert after.smart.view("yard").last_plan is None
    await after.cpo.open()
    await after.keeps(before.session("S1", "E1"))
    after.clock.forward(6)
    await after.smart.step()
    assert after.cars()["E1"].state is CarState.CONTROLLED


async def test_planner_that_runs_again_in_one_process_sends_nothing_before_it_has_read_again(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    await world.smart.step()
    async with world.smart.running(world.planner.client, by_hand=True):
        await world.cpo.close()
        world.clock.forward(16)
        await world.smart.step()
        assert world.smart.view("yard").last_plan == START


async def test_restart_knows_what_was_confirmed(make_world: MakeWorld) -> None:
    storage = MemoryStorage()
    before = await make_world(storage=storage)
    await before.smart.step()
    await before.pushes(before.session("S1", "E1"))
    await before.wants("S1", departure_time=LATER, energy_need=30)
    await before.smart.step()
    await storage.forget_registration()

    after = await make_world(storage=storage)
    await after.keeps(before.session("S1", "E1"))
    await after.smart.step()
    assert not after.points.set  # it is as it was wanted: nothing changes
    car = after.cars()["E1"]
    assert (car.state, car.need_kwh) == (CarState.CONTROLLED, 30)


async def test_cpo_that_is_away_is_told_and_read_again(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.cpo.close()
    world.clock.forward(15)
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.UNCONFIRMED
    assert "did not answer" in world.events()
    await world.cpo.open()
    world.clock.forward(15)
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.CONTROLLED


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        ("REJECTED", CarState.REFUSED, "rejected"),
        ("NOT_SUPPORTED", CarState.NOT_CONTROLLABLE, "planned around"),
        ("TOO_OFTEN", CarState.TOO_OFTEN, "fewer messages"),
        ("UNKNOWN_SESSION", CarState.UNCONFIRMED, "does not know the session"),
    ],
)
async def test_cpo_that_refuses_a_limit_is_shown_and_said(
    make_world: MakeWorld, answer: str, state: CarState, said: str
) -> None:
    world = await make_world()
    world.points.answer = answer
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    assert world.cars()["E1"].state is state
    assert said in world.events()


async def test_car_that_takes_no_limit_is_planned_around(make_world: MakeWorld) -> None:
    world = await make_world(site(evses=2, amps=24))
    world.points.answer = "NOT_SUPPORTED"
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    world.smart.announce(
        "yard", GridEvent(world.clock(), world.clock() + timedelta(hours=1), amps=Decimal(24))
    )
    await world.smart.step()
    assert "what it may draw is planned around" in world.cars()["E1"].why
    world.points.answer = "ACCEPTED"
    await world.pushes(world.session("S2", "E2"))
    await world.smart.step()
    assert world.points.amps("S2")[0] == 8  # 24 A less the 16 A that the first may draw


async def test_result_that_is_a_rejection_leaves_the_car_unconfirmed(make_world: MakeWorld) -> None:
    world = await make_world()
    world.points.result = "REJECTED"
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.REFUSED
    world.points.result = "ACCEPTED"
    world.clock.forward(15)
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.CONTROLLED


async def test_session_that_its_cpo_no_longer_lists_ends(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    await world.cpo_storage.remove("sessions", CPO, "S1")
    world.points.answer = "UNKNOWN_SESSION"
    world.clock.forward(7 * 60)
    for _ in range(3):
        world.smart.announce(
            "yard", GridEvent(world.clock(), world.clock() + timedelta(hours=1), kw=Decimal(5))
        )
        await world.smart.step()
        world.clock.forward(15)
    assert world.cars()["E1"].state is CarState.GONE


async def test_cpo_that_does_not_know_a_session_is_read_again_soon_and_once(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world()
    await world.smart.step()
    reader, read = world.smart._parts.reader, list[datetime]()
    whole = reader.read

    async def counted(*args: Any) -> bool:
        read.append(world.clock())
        return await whole(*args)

    monkeypatch.setattr(reader, "read", counted)
    world.points.answer = "UNKNOWN_SESSION"
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    world.points.answer = "ACCEPTED"
    for _ in range(4):
        world.clock.forward(0.1)
        await world.smart.step()
    assert read == [START + timedelta(seconds=6)]


async def test_session_that_one_list_lacks_is_not_lost(make_world: MakeWorld) -> None:
    """A list that changes while it is read page by page may lack one that stands there all the time."""
    world = await make_world(site(amps=16))
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    world.clock.forward(7 * 60)
    await world.pushes(world.session("S2", "E2"))
    world.smart._parts.reader.ask_all(CPO)
    await world.cpo_storage.remove("sessions", CPO, "S1")
    await world.smart.step()
    assert world.points.amps("S1")[-1] + world.points.amps("S2")[-1] <= 16

    await world.keeps(world.session("S1", "E1") | {"last_updated": format_datetime(START)})
    for _ in range(3):
        world.clock.forward(6)
        await world.smart.step()
    assert world.cars()["E1"].state is not CarState.GONE
    assert world.points.amps("S1")[-1] + world.points.amps("S2")[-1] <= 16


async def test_limit_that_falls_within_a_slot_is_kept_at_once(make_world: MakeWorld) -> None:
    world = await make_world(site(evses=2, amps=32))
    await world.smart.step()
    for name, evse in (("S1", "E1"), ("S2", "E2")):
        await world.pushes(world.session(name, evse))
    await world.smart.step()
    assert world.points.amps("S1")[0] + world.points.amps("S2")[0] == 32
    world.clock.forward(7)
    event = GridEvent(world.clock(), world.clock() + timedelta(hours=1), part=Decimal("0.5"))
    world.smart.announce("yard", event)
    await world.smart.step()
    assert world.points.amps("S1")[0] + world.points.amps("S2")[0] == 16
    view = world.smart.view("yard")
    assert view.limit_kw[view.slot_now] == pytest.approx(16 * 0.69)
    assert any(each.kind is EventKind.GRID for each in view.events)
    assert "between Mon 09:00 and" in view.scarce[0].line  # as clocks at the site show it
    world.smart.withdraw("yard")
    await world.smart.step()
    assert world.points.amps("S1")[0] + world.points.amps("S2")[0] == 32


async def test_limit_that_the_page_lowered_ends_there_and_what_the_program_announced_goes_on(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    world.smart.announce("yard", GridEvent(START, START + timedelta(hours=2), kw=Decimal(9)))
    await world.smart.limit("yard", Decimal("5.5"), 60)
    told = [each.line for each in world.smart.view("yard").told_limits]

    await world.smart.end_limits("yard")

    left = [each.line for each in world.smart.view("yard").told_limits]
    assert told == [
        "operator: at most 9 kW instead of 27.6 kW at the top from Mon 02.03. 09:00 until Mon 02.03. 11:00",
        "page: at most 5.5 kW instead of 27.6 kW at the top from Mon 02.03. 09:00 until Mon 02.03. 10:00",
    ]
    assert left == told[:1]
    assert "what was announced by the page is withdrawn" in world.events()


async def test_limit_that_falls_while_results_are_awaited_is_sent_at_once(make_world: MakeWorld) -> None:
    world = await make_world(site(evses=1, amps=32))
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    world.points.done.clear()
    waiting = asyncio.create_task(world.smart.step())
    while not world.points.set:
        await asyncio.sleep(0)
    assert not waiting.done()
    until = world.clock() + timedelta(hours=1)
    world.smart.announce("yard", GridEvent(world.clock(), until, amps=Decimal(8)))
    await waiting  # nobody waits for the result any longer
    again = asyncio.create_task(world.smart.step())
    while len(world.points.set) < 2:
        await asyncio.sleep(0)
    assert world.points.amps("S1")[0] == 8
    world.points.done.set()
    await again
    assert world.cars()["E1"].state is CarState.CONTROLLED


def test_skew_is_learned_from_when_answers_were_made() -> None:
    skew = Skew()
    for _ in range(5):
        skew.note(format_datetime(START + timedelta(seconds=42)), START, 0.2)
    skew.note(format_datetime(START - timedelta(hours=3)), START, 0.1)  # one that is off
    skew.note("yesterday", START, 0.1)
    skew.note(format_datetime(START), START, 30.0)  # too slow to tell
    assert skew.ahead == timedelta(seconds=42.1)


async def test_clock_of_a_cpo_that_is_off_is_told_and_planned_by(make_world: MakeWorld) -> None:
    world = await make_world(settings=ServiceSettings(plan_by_cpo_clock=True))
    world.clock.time = datetime.now(UTC) - timedelta(hours=2)  # the CPO's answers are of now
    await world.smart.step()
    assert re.search(r"the clock of DE CPO is 7[12]\d\d s ahead of ours", world.events())
    assert world.smart.view("yard").now - world.clock() > timedelta(minutes=119)


async def test_restart_knows_what_was_announced(make_world: MakeWorld) -> None:
    storage = MemoryStorage()
    before = await make_world(storage=storage)
    await before.smart.limit("yard", Decimal(5), 60)
    until = START + timedelta(minutes=30)
    before.smart.announce("yard", GridEvent(START, until, fuse="main", part=Decimal("0.1")))
    await before.smart.step()
    await storage.forget_registration()

    after = await make_world(storage=storage)
    await after.keeps(before.session("S1", "E1"))
    await after.smart.step()
    assert after.points.amps("S1")[0] == 0  # a tenth of 40 A is less than the least a car can be given
    after.smart.withdraw("yard")
    await after.smart.step()
    assert after.points.amps("S1")[0] == 16


async def test_restart_does_not_take_a_car_that_waits_for_one_that_takes_nothing(
    make_world: MakeWorld,
) -> None:
    storage, later = MemoryStorage(), START + timedelta(hours=3)
    prices = PriceSeries((START - timedelta(hours=1), later), (Decimal("0.60"), Decimal("0.10")))
    before = await make_world(storage=storage, prices=prices)
    await before.smart.step()
    await before.pushes(before.session("S1", "E1"))
    await before.wants("S1", departure_time=LATER, energy_need=20)
    await before.smart.step()
    full = [{"type": "POWER", "volume": Decimal("11.04")}, {"type": "CURRENT", "volume": 16}]
    since = format_datetime(START)
    await before.patches("S1", charging_periods=[{"start_date_time": since, "dimensions": full}])
    await before.smart.step()
    waits = before.points.amps("S1")[0]
    before.clock.forward(1)
    await storage.forget_registration()

    after = await make_world(storage=storage, prices=prices)
    after.clock.forward(1)
    nothing = [{"type": "POWER", "volume": 0}, {"type": "CURRENT", "volume": 0}]
    periods = [{"start_date_time": format_datetime(after.clock()), "dimensions": nothing}]
    await after.keeps(before.session("S1", "E1", kwh=0.1, start_date_time=since, charging_periods=periods))
    await after.smart.step()

    view = after.smart.view("yard")
    assert waits == 0
    assert max(kw or 0 for kw in after.cars()["E1"].planned_kw[view.slot_now + 1 :]) == pytest.approx(11.04)


async def test_clock_that_is_put_back_does_not_end_reading(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    world.clock.forward(-24 * 60)
    await world.keeps(world.session("S1", "E1"))
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.CONTROLLED


HOSTILE: list[tuple[dict[str, Any], str]] = [
    ({"evse_uid": "E99"}, "no EVSE 'E99'"),
    ({"evse_uid": 5}, "names no EVSE"),
    ({"kwh": Decimal("-3")}, "kwh -3 cannot be meant"),
    ({"kwh": Decimal("1e999999")}, "cannot be meant"),
    ({"start_date_time": "2026-03-09T08:00:00Z"}, "not yet"),
    ({"start_date_time": "soon"}, "start_date_time"),
    ({"charging_periods": [{"dimensions": [{"type": [], "volume": {}}]}, 5, None]}, ""),
    ({"cdr_token": ["NL", "MSP"]}, ""),
]


@pytest.mark.parametrize(("members", "said"), HOSTILE)
async def test_session_that_cannot_be_meant_is_a_fault_and_the_rest_is_planned(
    make_world: MakeWorld, members: dict[str, Any], said: str
) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("BAD", "E2", **members))
    await world.pushes(world.session("GOOD", "E1"))
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.CONTROLLED
    assert said in world.events()
    assert "GOOD" not in world.events()


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"departure_time": "2020-01-01T00:00:00Z"}, "departure_time"),
        ({"departure_time": "2026-03-02T07:00:00Z"}, "before its arrival"),
        ({"departure_time": LATER, "energy_need": 900}, "cannot be had at EVSE E2, but about "),
        ({"energy_need": -1}, "energy_need"),
        ({"profile_type": ["FAST"]}, "profile_type"),
    ],
)
async def test_preferences_that_cannot_be_met_are_a_fault_and_the_rest_is_planned(
    make_world: MakeWorld, wish: dict[str, Any], said: str
) -> None:
    world = await make_world()
    await world.smart.step()
    for name, evse in (("BAD", "E2"), ("GOOD", "E1")):
        await world.pushes(world.session(name, evse))
    await world.wants("BAD", **wish)
    await world.smart.step()
    assert {car.state for car in world.cars().values()} == {CarState.CONTROLLED}
    assert said in world.events()


async def test_active_session_that_has_not_begun_by_its_own_word_counts(make_world: MakeWorld) -> None:
    world = await make_world(site(amps=16))
    await world.smart.step()
    await world.pushes(world.session("S1", "E1", start_date_time=LATER))
    await world.pushes(world.session("S2", "E2"))
    await world.smart.step()
    assert world.points.amps("S1")[0] + world.points.amps("S2")[0] <= 16


@pytest.mark.parametrize("days", [4, 20])
async def test_car_that_stands_for_days_counts_as_long_as_its_cpo_lists_it(
    make_world: MakeWorld, days: int
) -> None:
    world = await make_world(site(amps=16))
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    world.clock.forward(days * 24 * 60)
    await world.pushes(world.session("S2", "E2"))
    await world.smart.step()
    assert world.points.amps("S1")[-1] + world.points.amps("S2")[-1] <= 16

    await world.cpo_storage.remove("sessions", CPO, "S1")
    for minutes in (25 * 60, 6):
        world.clock.forward(minutes)
        await world.smart.step()
    assert world.cars()["E1"].state is CarState.GONE
    assert world.points.amps("S2")[-1] == 16


async def test_preferences_of_another_emsp_do_not_count(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    assert await world.wants("S1", by=PartyId("FR", "BAD"), energy_need=1) == "NOT_POSSIBLE"
    assert await world.wants("S1", by=EMSP, energy_need=22) == "ACCEPTED"
    await world.smart.step()
    assert world.cars()["E1"].need_kwh == 22


async def test_preferences_that_come_before_their_session_count(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.wants("S1", departure_time=LATER, energy_need=22)
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()
    assert world.cars()["E1"].need_kwh == 22


async def test_two_sessions_at_one_evse_leave_the_newer(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("OLD", "E1"))
    world.clock.forward(60)
    await world.pushes(world.session("NEW", "E1"))
    await world.smart.step()
    assert [name for name, _ in world.points.set] == ["NEW"]
    assert "taken for over" in world.events()


async def test_stranger_is_not_heard(make_world: MakeWorld) -> None:
    from ocn.party.errors import RequestFailed

    world = await make_world()
    foreign = world.session("S1", "E1", country_code="FR", party_id="ELS")
    path = ("FR", "ELS", "S1")
    with pytest.raises(RequestFailed):
        await world.cpo.client.to("DE PLN").request(
            "PUT", "sessions", InterfaceRole.RECEIVER, path, body=foreign
        )


async def test_session_that_is_over_is_forgotten_with_all_that_belongs_to_it(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.wants("S1", departure_time=LATER, energy_need=22)
    await world.smart.step()
    world.clock.forward(120)
    ended = format_datetime(world.clock())
    await world.patches("S1", status="COMPLETED", kwh=22, end_date_time=ended)
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.GONE
    stored = world.storage._objects
    assert not any(b"DRIVERS-CARD" in text or b"SECRET" in text for text in stored.values())
    world.clock.forward(8 * 24 * 60)
    await world.cpo_storage.remove("sessions", CPO, "S1")
    await world.smart.step()
    kinds = {kind for kind, _, _ in stored if kind.startswith("ocn-smart")}
    assert kinds == {"ocn-smart-past"}
    assert not any(b'"S1"' in text or b"s1" in text for text in stored.values())
    world.clock.forward(36 * 24 * 60)
    await world.smart.step()
    assert not any(kind.startswith("ocn-smart") for kind, _, _ in stored)


async def test_network_that_is_dead_for_hours_leaves_a_legal_site_and_is_made_up_for_when_it_is_back(
    make_world: MakeWorld,
) -> None:
    """Nobody hears of anybody: a limit that was known falls meanwhile, one car leaves, another one comes."""
    evening = '\n[[fuse.limit]]\nfrom = "10:00"\nuntil = "12:00"\namps = 20\n'
    text = SITE.format(amps=32) + evening + "".join(EVSE.format(name=f"E{i}") for i in (1, 2, 3))
    world = await make_world(read_site(text).site)
    await world.smart.step()
    for name, evse in (("S1", "E1"), ("S2", "E2")):
        await world.pushes(world.session(name, evse))
    await world.smart.step()
    told = dict(world.points.set)
    await world.cpo.close()
    for _ in range(12):
        now, local_hour = world.clock(), world.clock().hour + 1
        amps = sum(in_force(told[name], now) for name in ("S1", "S2"))
        assert amps <= (20 if 10 <= local_hour < 12 else 32), now
        world.clock.forward(15)
        await world.smart.step()
    assert "cannot be read" in world.events()
    assert len(world.points.set) == len(told)

    await world.cpo_storage.put("sessions", CPO, "S1", world.session("S1", "E1", status="COMPLETED"))
    await world.keeps(world.session("S3", "E3"))
    await world.cpo.open()
    world.clock.forward(10)
    await world.smart.step()
    await world.smart.step()
    assert world.cars()["E1"].state is CarState.GONE
    assert {world.cars()[evse].state for evse in ("E2", "E3")} == {CarState.CONTROLLED}
    assert world.points.amps("S2")[0] + world.points.amps("S3")[0] <= 32
