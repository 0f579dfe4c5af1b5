"""A planner that is killed begins again with what was stored; one that stays dead leaves a legal site."""

import asyncio
import json
from datetime import timedelta

import pytest
from tests.unit.smart_charging_dispatch.play import Play, play
from tests.unit.smart_charging_dispatch.sites import CAR, NOON, SLOT, limits_of, slots_from
from tests.unit.smart_charging_dispatch.world import HELD, LATE, Fate, refused

from ocn.smart_charging.dispatch.records import record_of, standing_of
from ocn.smart_charging.dispatch.sent import Sent
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.dispatch.states import Refusal, State
from ocn.smart_charging.dispatch.wanted import Wanted
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.planner import by_least_laxity
from ocn.smart_charging.planning.problem import Car, Limit, Problem
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.courses import courses
from ocn.smart_charging.profiles.ocpi import WATTS


async def test_restart_with_what_was_stored_sends_nothing_that_is_confirmed() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=22)

        it.restart()
        report = await it.follow({"a": 16, "b": 6}, limit=22)

        assert report.sent == ()
        assert it.dispatcher.standings["a"].state is State.CONTROLLED


async def test_restart_after_a_kill_with_a_raise_under_way_keeps_its_room_from_others() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", HELD)
        await killed_with_a_message_under_way(it)
        report = await it.follow({"a": 6, "b": 16}, limit=22)

        assert report.sent == ()
        assert it.world.amps() <= 22
        assert report.due == it.clock.now + timedelta(seconds=it.settings.result_s)  # then it is asked again

        await it.move(1.1)
        assert (await it.follow({"a": 6, "b": 16}, limit=22)).sent == ("a",)
        assert it.world.amps() <= 22


async def killed_with_a_message_under_way(it: Play) -> None:
    """It is killed while it waits for the result of a raise of a, and begins again."""
    killed = asyncio.create_task(it.follow({"a": 16, "b": 6}, limit=22))
    await it.settle()
    it.restart()
    killed.cancel()
    await asyncio.wait([killed])


@pytest.mark.parametrize("adopted", [True, False])
async def test_restart_result_of_a_message_of_before_counts_and_nothing_is_sent_again(adopted: bool) -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", HELD)
        await killed_with_a_message_under_way(it)
        if adopted:
            await it.follow({"a": 16, "b": 6}, limit=22)

        message = await it.dispatcher.heard(it.world.sent_to("a")[1].ticket, "ACCEPTED")
        report = await it.follow({"a": 16, "b": 6}, limit=22)

        assert message is not None
        assert message.session == "a"
        assert report.sent == ()
        assert it.dispatcher.standings["a"].state is State.CONTROLLED
        it.restart()
        assert (await it.follow({"a": 16, "b": 6}, limit=22)).sent == ()  # for it was stored


async def test_restart_refusal_of_a_message_of_before_leaves_its_room_to_others() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", Fate(result="REJECTED", held=True))
        await killed_with_a_message_under_way(it)

        await it.dispatcher.heard(it.world.sent_to("a")[1].ticket, "REJECTED")
        report = await it.follow({"a": 6, "b": 16}, limit=22)

        assert report.sent == ("b",)
        assert it.in_force() == {"a": 6, "b": 16}


async def test_restart_limit_that_fell_does_not_wait_for_a_result_of_before() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", HELD)
        await killed_with_a_message_under_way(it)

        report = await it.follow({"a": 6, "b": 6}, limit=12)

        assert report.sent[0] == "a"
        assert it.world.amps() <= 12


async def test_message_is_stored_when_it_is_sent_though_something_older_was_being_stored() -> None:
    """Two stores at once: the one that began first must not write the older record of a session last."""
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.stored.one_by_one = True
        stored: list[int] = []
        it.world.before_answer = lambda: stored.append(len(it.stored.records["b"]["may_hold"]))
        course = it.world.points["a"].course
        for session in ("a", "b"):
            it.dispatcher._ledger.limited(session, course)  # something of both waits to be stored
        older = asyncio.create_task(it.dispatcher._storing.store())
        await asyncio.sleep(0)
        await it.follow({"a": 6, "b": 16}, limit=22)
        await older

        assert stored == [1]


async def test_follow_stores_every_message_as_under_way_before_it_is_sent() -> None:
    async with play("a", "b") as it:
        seen = []
        it.world.before_answer = lambda: seen.append(
            {session: len(record["may_hold"]) for session, record in it.stored.records.items()}
        )

        await it.follow({"a": 16, "b": 6}, limit=22)

        assert seen == [{"a": 1, "b": 1}, {"a": 1, "b": 1}]


async def test_restart_killed_between_storing_and_sending_counts_what_was_not_sent() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        killed = asyncio.create_task(it.follow({"a": 16, "b": 6}, limit=22))

        def kill() -> None:
            killed.cancel()

        it.stored.on_store = kill
        await asyncio.wait([killed])
        assert len(it.world.puts) == 2

        it.stored.on_store = lambda: None
        it.restart()
        await it.follow({"a": 16, "b": 6}, limit=22)

        assert it.in_force() == {"a": 16, "b": 6}


async def test_restart_remembers_who_cannot_be_controlled() -> None:
    async with play("a", "b") as it:
        it.world.fare("a", refused("NOT_SUPPORTED"))
        await it.begin({"a": 6, "b": 6}, limit=22)

        it.restart()
        await it.follow({"a": 6, "b": 16}, limit=22)

        assert len(it.world.sent_to("a")) == 1
        assert it.in_force() == {"a": 16, "b": 6}


async def test_restart_late_message_of_the_dead_planner_is_still_counted() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", LATE)
        await it.follow({"a": 16, "b": 6}, limit=22)

        it.restart()
        await it.move(1)
        await it.follow({"a": 6, "b": 16}, limit=22)
        it.world.arrive(it.world.sent_to("a")[1])

        assert it.world.amps() <= 22


async def test_restart_with_a_record_that_cannot_be_read_says_so_and_counts_it_as_unconfirmed() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.stored.records["a"] = {"in_force": "yes"}

        it.restart()

        assert [fault.place for fault in it.dispatcher.faults] == ["stored session a"]
        assert "counts as unconfirmed" in it.dispatcher.faults[0].message
        report = await it.follow({"a": 6, "b": 6}, limit=22)
        assert report.sent == ("a",)


@pytest.mark.parametrize("restarts", [True, False])
async def test_session_whose_steps_are_in_another_unit_now_counts_as_unconfirmed(restarts: bool) -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        if restarts:
            it.restart()

        it.dispatcher.adopt({"a": Wanted(CAR, None, "DE CPO", WATTS), "b": Wanted(CAR, None, "DE CPO")})

        standings = it.dispatcher.standings
        assert (standings["a"].confirmed, standings["a"].is_new) == (None, True)
        assert standings["b"].confirmed is not None


def test_record_of_a_standing_read_again_is_the_same() -> None:
    sent = Sent(7, Course(NOON, 15, (160, 60)), NOON, NOON + SLOT, "result-7")
    standing = Standing(
        CAR,
        "DE CPO",
        in_force=sent,
        may_hold=(sent, sent),
        refusal=Refusal.OVERDUE,
        failures=2,
        not_before=NOON,
    )

    read = standing_of(json.loads(json.dumps(record_of(standing))))

    assert (read.in_force, read.may_hold) == (standing.in_force, standing.may_hold)
    assert (read.refusal, read.failures, read.not_before) == (Refusal.OVERDUE, 2, NOON)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"unit": "A", "in_force": None, "may_hold": None, "refusal": None, "failures": 0, "not_before": None},
        {"unit": "A", "in_force": None, "may_hold": [], "refusal": "WHY", "failures": 0, "not_before": None},
        {
            "unit": "A",
            "in_force": {"number": 1},
            "may_hold": [],
            "refusal": None,
            "failures": 0,
            "not_before": None,
        },
        {"unit": "V", "in_force": None, "may_hold": [], "refusal": None, "failures": 0, "not_before": None},
        {"unit": "A", "in_force": 5, "may_hold": [], "refusal": None, "failures": 0, "not_before": "soon"},
    ],
)
def test_record_that_is_none_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (whatever the message)
        standing_of(record)


async def test_planner_that_stays_dead_leaves_every_moment_of_36_hours_within_limits_that_change() -> None:
    """The limit falls for two hours every evening, and the planner dies in the middle of work."""
    names = [f"car {i}" for i in range(6)]
    series = [48 if 20 <= slot % 96 < 28 else 80 for slot in range(144)]
    async with play(*names) as it:
        for run in range(3):
            slots = slots_from(it.clock.now, 144)
            passed = (it.clock.now - NOON) // SLOT
            limits = limits_of([*series[passed:], *series[:passed]], 144)
            made = courses(_plan(limits, names), slots, limits, dict.fromkeys(names, CAR))
            wanted = {name: Wanted(CAR, course) for name, course in made.items()}
            if run:
                it.world.fare("car 2", LATE)
            await it.dispatcher.follow(wanted, limits, slots)
            await it.move(15)
        it.world.arrive(it.world.sent_to("car 2")[-1])

        moment, end = it.clock.now, it.clock.now + timedelta(hours=36)
        while moment < end:
            limit = series[(moment - NOON) // SLOT % 144]
            assert it.world.amps(moment) <= limit, moment
            moment += timedelta(minutes=5)
        assert it.world.amps(end) > 36  # and most are left with something


def _plan(limits: tuple[Limit, ...], names: list[str]) -> Plan:
    cars = tuple(
        Car(name, CAR.step_kw, CAR.least, CAR.most, CAR.loads, 30.0, 30.0, departure=40.0 + i)
        for i, name in enumerate(names)
    )
    return by_least_laxity(Problem(0.25, (0.1,) * 60, limits, cars))
