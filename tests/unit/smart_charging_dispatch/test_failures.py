"""When messages or their results fail: the site stays legal, nothing is hoped for, and it recovers."""

import asyncio
from datetime import timedelta

import pytest
from tests.unit.smart_charging_dispatch.play import play
from tests.unit.smart_charging_dispatch.sites import CAR, limits_of, slots_from, wanted
from tests.unit.smart_charging_dispatch.world import (
    ANSWER_LOST,
    HELD,
    LATE,
    LOST,
    OVERDUE,
    Arrives,
    Fate,
    refused,
)

from ocn.smart_charging.dispatch.pace import Pace
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.dispatch.states import Refusal, State
from ocn.smart_charging.dispatch.wanted import Wanted

_EARLY = Fate(answer="ACCEPTED", result="REJECTED")


async def test_follow_lost_lowering_keeps_the_raise_back_and_is_tried_again_later() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=22)
        it.world.fare("a", LOST)

        lost = await it.follow({"a": 6, "b": 16}, limit=22)
        again = await it.follow({"a": 6, "b": 16}, limit=22)

        assert lost.sent == ("a",)
        assert lost.failed == {"a": Refusal.UNANSWERED}
        assert lost.blocked == {"b"}
        assert lost.due == it.clock.now + timedelta(seconds=30)
        assert again.sent == ()
        assert it.dispatcher.standings["a"].state is State.UNCONFIRMED
        assert not it.dispatcher.plannable("a")

        await it.move(0.5)
        assert it.dispatcher.plannable("a")
        assert (await it.follow({"a": 6, "b": 16}, limit=22)).sent == ("a", "b")
        assert it.in_force() == {"a": 6, "b": 16}


async def test_follow_session_that_waits_for_its_next_try_is_due_then_though_nothing_is_wanted() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=22)
        it.world.fare("a", LOST)
        due = (await it.follow({"a": 6, "b": 6}, limit=22)).due

        report = await it.follow({"a": None, "b": 6}, limit=22)

        assert report.due == due == it.clock.now + timedelta(seconds=30)


async def test_follow_lost_raise_may_still_arrive_so_its_room_is_given_to_nobody_else() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", LATE)
        await it.follow({"a": 16, "b": 6}, limit=22)
        await it.move(1)

        report = await it.follow({"a": 6, "b": 16}, limit=22)  # sends a its 6 A again, to be sure of them

        assert report.sent == ("a",)
        it.world.arrive(it.world.sent_to("a")[1])
        assert it.in_force() == {"a": 16, "b": 6}

        await it.move(5)  # by now it cannot arrive any more
        report = await it.follow({"a": 6, "b": 16}, limit=22)
        assert report.sent == ("a", "b")
        assert it.in_force() == {"a": 6, "b": 16}


async def test_follow_message_that_arrives_though_its_answer_is_lost_is_counted_and_repeated() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", ANSWER_LOST)

        await it.follow({"a": 16, "b": 6}, limit=22)
        assert it.in_force() == {"a": 16, "b": 6}
        await it.move(1)
        report = await it.follow({"a": 16, "b": 6}, limit=22)

        assert report.confirmed == {"a"}
        assert it.world.amps() == 22


async def test_follow_result_that_comes_late_counts_and_lets_the_raise_go() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=22)
        it.world.fare("a", OVERDUE)

        overdue = await it.follow({"a": 6, "b": 16}, limit=22)
        assert overdue.failed == {"a": Refusal.OVERDUE}
        it.world.sent_to("a")[1].tell()
        await it.settle()

        assert it.dispatcher.standings["a"].state is State.CONTROLLED
        assert (await it.follow({"a": 6, "b": 16}, limit=22)).sent == ("b",)
        assert it.in_force() == {"a": 6, "b": 16}


async def test_follow_not_supported_after_a_limit_was_taken_counts_as_all_it_can_draw() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", refused("NOT_SUPPORTED"))
        it.world.points["a"].course = None  # it has begun anew, without what it was told
        await it.follow({"a": 8, "b": 6}, limit=22)

        await it.follow({"a": 8, "b": 16}, limit=22)

        assert it.in_force() == {"a": 16, "b": 6}


async def test_follow_copy_of_a_rejected_message_that_takes_hold_is_counted() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", Fate(Arrives.WHEN_TOLD, held=True))
        following = asyncio.create_task(it.follow({"a": 16, "b": 6}, limit=22))
        await it.settle()
        raised = it.world.sent_to("a")[1]
        raised.tell("REJECTED")
        assert (await following).failed == {"a": Refusal.REJECTED}

        it.world.arrive(raised)  # something on the way had doubled it
        raised.tell("ACCEPTED")
        await it.settle()
        await it.follow({"a": 6, "b": 16}, limit=22)

        assert it.world.amps() <= 22


async def test_heard_result_twice_or_of_nobody_changes_nothing_more() -> None:
    async with play("a") as it:
        it.world.fare("a", OVERDUE)
        await it.follow({"a": 16}, limit=22)

        assert await it.dispatcher.heard("result-0", "ACCEPTED")
        standing = it.dispatcher.standings["a"]
        assert not await it.dispatcher.heard("result-0", "REJECTED")
        it.world.puts[0].tell("REJECTED")
        await it.settle()

        assert it.dispatcher.standings["a"] == standing
        assert not await it.dispatcher.heard("result-99", "ACCEPTED")
        assert not await it.dispatcher.heard("", "ACCEPTED")


@pytest.mark.parametrize("first", [0, 1])
async def test_follow_results_in_another_order_than_their_messages_count_both_until_one_more_comes(
    first: int,
) -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", OVERDUE, OVERDUE)
        await it.follow({"a": 16, "b": 6}, limit=22)
        await it.move(1)
        await it.follow({"a": 6, "b": 16}, limit=22)
        both = it.world.sent_to("a")[1:]
        it.world.arrive(both[0])  # after the other, so that the earlier message holds

        for put in (both[first], both[1 - first]):
            put.tell()
            await it.settle()

        assert (await it.follow({"a": 6, "b": 16}, limit=22)).sent == ("a", "b")
        assert it.in_force() == {"a": 6, "b": 16}


async def test_follow_raise_that_comes_again_after_it_was_lowered_is_waited_for() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        await it.follow({"a": 16, "b": 6}, limit=22)
        report = await it.follow({"a": 6, "b": 16}, limit=22)

        assert report.sent == ("a",)
        assert report.blocked == {"b"}
        assert report.due == it.clock.now + timedelta(seconds=30)
        it.world.arrive(it.world.sent_to("a")[1])
        assert it.world.amps() == 22

        await it.move(0.5)
        assert (await it.follow({"a": 6, "b": 16}, limit=22)).sent == ("a", "b")
        assert it.in_force() == {"a": 6, "b": 16}


@pytest.mark.parametrize("fate", [refused("REJECTED"), _EARLY], ids=["at once", "by its result"])
async def test_follow_rejected_counts_at_what_was_confirmed_and_waits_longer_each_time(fate: Fate) -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=22)
        waits = []
        for _ in range(7):
            it.world.fare("a", fate)
            report = await it.follow({"a": 6, "b": 16}, limit=22)
            assert report.failed == {"a": Refusal.REJECTED}
            assert report.due is not None
            waits.append((report.due - it.clock.now).total_seconds())
            it.clock.now = report.due

        assert waits == [30, 60, 120, 240, 480, 600, 600]
        confirmed = it.dispatcher.standings["a"].confirmed
        assert confirmed is not None
        assert confirmed.steps == (160,)
        assert it.in_force() == {"a": 16, "b": 6}

        assert (await it.follow({"a": 6, "b": 16}, limit=22)).failed == {}
        assert it.dispatcher.standings["a"].failures == 0


async def test_follow_rejected_first_course_counts_as_all_the_car_can_draw() -> None:
    async with play("a", "b") as it:
        await it.begin({"b": 6}, limit=22)
        it.world.fare("a", refused("REJECTED"))

        report = await it.follow({"a": 6, "b": 16}, limit=22)

        assert report.blocked == {"b"}
        assert it.in_force() == {"a": 16, "b": 6}


async def test_follow_not_supported_is_never_asked_again_and_counts_as_all_it_can_draw() -> None:
    async with play("a", "b") as it:
        it.world.fare("a", refused("NOT_SUPPORTED"))
        await it.follow({"a": 6, "b": 6}, limit=22)

        for _ in range(5):
            await it.move(60)
            assert (await it.follow({"a": 6, "b": 16}, limit=22)).due is None

        assert len(it.world.sent_to("a")) == 1
        assert it.dispatcher.standings["a"].state is State.NOT_CONTROLLABLE
        assert not it.dispatcher.plannable("a")
        assert it.in_force() == {"a": 16, "b": 6}


async def test_follow_session_that_takes_no_limits_is_never_asked_and_counts_as_all_it_can_draw() -> None:
    async with play("a", "b") as it:
        now, beside = it.clock.now, Wanted(CAR, None, "DE CPO", takes_limits=False)

        report = await it.dispatcher.follow(
            {"a": beside, **wanted(now, {"b": 10})}, limits_of(22), slots_from(now)
        )

        assert it.in_force() == {"a": 16, "b": 6}
        assert report.overfull == ()
        assert it.world.sent_to("a") == []
        assert it.dispatcher.standings["a"].state is State.NOT_CONTROLLABLE
        assert not it.dispatcher.plannable("a")


async def test_follow_unknown_session_is_told_and_counts_until_it_is_gone() -> None:
    async with play("a", "b") as it:
        it.world.fare("a", refused("UNKNOWN_SESSION"))

        report = await it.follow({"a": 6, "b": 16}, limit=22)

        assert report.unknown == {"a"}
        assert it.dispatcher.standings["a"].state is State.UNKNOWN
        assert it.in_force()["b"] == 16  # a first course lowers a car whatever the others may draw
        assert not (await it.follow({"b": 16}, limit=22)).unknown
        assert it.dispatcher.standings.keys() == {"b"}


async def test_follow_answer_that_is_no_word_of_ocpi_counts_as_none() -> None:
    async with play("a") as it:
        it.world.fare("a", refused("MAYBE"))

        assert (await it.follow({"a": 6}, limit=22)).failed == {"a": Refusal.UNANSWERED}
        assert len(it.dispatcher.standings["a"].in_flight) == 1


async def test_follow_result_unknown_of_a_set_profile_counts_as_overdue() -> None:
    async with play("a") as it:
        it.world.fare("a", Fate(result="UNKNOWN"))

        assert (await it.follow({"a": 6}, limit=22)).failed == {"a": Refusal.OVERDUE}


async def test_follow_cpo_that_cannot_be_reached_for_ten_minutes_is_probed_and_then_served_at_once() -> None:
    cars = [f"car {i:02}" for i in range(20)]
    low, high = dict.fromkeys(cars, 6.0), dict.fromkeys(cars, 10.0)
    async with play(*cars, settings=DispatchSettings(at_once=4)) as it:
        await it.begin(low, limit=200)
        it.world.usual = LOST
        until = it.clock.now + timedelta(minutes=10)
        messages = len(it.world.puts)
        while it.clock.now < until:
            report = await it.follow(high, limit=200)
            assert report.due is not None
            assert not it.dispatcher.plannable(cars[0])
            assert (await it.follow(dict.fromkeys(cars), limit=200)).due == report.due
            it.clock.now = report.due

        assert len(it.world.puts) - messages <= 12
        it.world.usual = Fate()
        report = await it.follow(high, limit=200)
        assert report.confirmed == set(cars)
        assert it.world.amps() == 200


async def test_follow_cpo_that_is_down_does_not_hold_up_another() -> None:
    async with play("a", "b", "c", "d", "x") as it:
        for car in "abcd":
            it.world.fare(car, LOST)
        await it.follow(dict.fromkeys("abcd", 6.0), limit=100, cpo="DE CPO")
        it.world.plug_in("x")

        assert not it.dispatcher.plannable("a")
        report = await it.follow({"x": 6}, limit=100, cpo="NL TWO")

        assert report.confirmed == {"x"}


async def test_follow_cancelled_while_results_are_awaited_loses_none_of_them() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=22)
        it.world.fare("a", HELD)
        cancelled = asyncio.create_task(it.follow({"a": 6, "b": 16}, limit=22))
        await it.settle()
        cancelled.cancel()
        await asyncio.wait([cancelled])
        states = [each.state for each in it.dispatcher.standings.values()]
        assert states == [State.ON_ITS_WAY, State.CONTROLLED]

        it.world.sent_to("a")[1].tell()
        await it.settle()

        assert it.dispatcher.standings["a"].state is State.CONTROLLED
        assert (await it.follow({"a": 6, "b": 16}, limit=22)).sent == ("b",)


async def test_follow_again_while_an_earlier_message_is_awaited_waits_for_it_and_sends_it_once() -> None:
    async with play("a") as it:
        await it.begin({"a": 16}, limit=16)
        it.world.fare("a", HELD)
        cancelled = asyncio.create_task(it.follow({"a": 6}, limit=6))
        await it.settle()
        cancelled.cancel()
        await asyncio.wait([cancelled])

        again = asyncio.create_task(it.follow({"a": 6}, limit=6))
        await it.settle()
        it.world.sent_to("a")[1].tell()
        report = await again

        assert len(it.world.sent_to("a")) == 2
        assert report.overfull == ()


async def test_follow_lower_limit_while_an_earlier_message_is_awaited_is_sent_at_once() -> None:
    async with play("a") as it:
        await it.begin({"a": 16}, limit=16)
        it.world.fare("a", HELD)
        cancelled = asyncio.create_task(it.follow({"a": 10}, limit=10))
        await it.settle()
        cancelled.cancel()
        await asyncio.wait([cancelled])

        following = asyncio.create_task(it.follow({"a": 6}, limit=6))
        await it.settle()

        assert it.in_force() == {"a": 6}
        it.world.sent_to("a")[1].tell()
        await following


async def test_follow_port_with_a_bug_says_so_once_instead_of_waiting_for_ever() -> None:
    async with play("a", "b") as it:

        def broken() -> None:
            raise ZeroDivisionError

        it.world.before_answer = broken
        with pytest.raises(ZeroDivisionError):
            await it.follow({"a": 16, "b": 16}, limit=32)

        it.world.before_answer = lambda: None
        assert (await it.follow({"a": 16, "b": 16}, limit=32)).confirmed == {"a", "b"}


async def test_follow_many_messages_without_a_result_count_the_highest_of_all_that_may_arrive() -> None:
    async with play("a", "b", settings=DispatchSettings(first_retry=timedelta(seconds=10))) as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", LATE, *[LOST] * 7)
        for amps in (16, 6.6, 7.2, 7.8, 8.4, 9, 9.6, 10.2):
            await it.follow({"a": amps, "b": 6}, limit=22)
            standing = it.dispatcher.standings["a"]
            it.clock.now += timedelta(seconds=10) if standing.not_before is None else timedelta(seconds=1)
            it.dispatcher._ledger.ask_again("DE CPO")
            it.dispatcher._asking.line("DE CPO").pace = Pace()

        await it.follow({"a": 6, "b": 16}, limit=22)
        it.world.arrive(it.world.sent_to("a")[1])

        assert len(it.world.sent_to("a")) > 7
        assert it.world.amps() <= 22


async def test_follow_first_answer_of_a_cpo_that_was_down_lets_all_go_that_waited() -> None:
    async with play("a", "b", settings=DispatchSettings(first_retry=timedelta(minutes=1))) as it:
        await it.begin({"a": 6, "b": 6}, limit=48)
        it.world.fare("b", LOST, LOST)
        for _ in range(2):
            report = await it.follow({"a": 6, "b": 10}, limit=48)
            assert report.due is not None
            it.clock.now = report.due
        it.world.fare("a", LOST)
        it.world.fare("b", LOST)
        await it.follow({"a": 10, "b": 10}, limit=48)
        await it.move(2)  # by now the CPO is asked again, and a; b would wait for two minutes more

        assert (await it.follow({"a": 10, "b": 10}, limit=48)).confirmed == {"a", "b"}
