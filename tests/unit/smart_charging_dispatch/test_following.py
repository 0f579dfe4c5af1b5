"""Following a plan when all goes well: what is sent, and in which order."""

import asyncio
from datetime import timedelta

from tests.unit.smart_charging_dispatch.play import Play, play
from tests.unit.smart_charging_dispatch.world import HELD

from ocn.ocpi.timestamps import parse_datetime
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.dispatch.states import State
from ocn.smart_charging.profiles.course import Course


async def test_follow_new_cars_sends_each_its_course_and_confirms_it() -> None:
    async with play("a", "b") as it:
        report = await it.follow({"a": 16, "b": [10, 10, 10, 10, 6]}, limit=32)

        assert report.confirmed == {"a", "b"}
        assert it.in_force() == {"a": 16, "b": 10}
        assert it.dispatcher.standings["a"].state is State.CONTROLLED
        assert not report.failed
        assert report.due is None


async def test_follow_the_same_again_sends_nothing() -> None:
    async with play("a", "b") as it:
        await it.follow({"a": 16, "b": 10}, limit=32)

        report = await it.follow({"a": 16, "b": 10}, limit=32)

        assert report.sent == ()
        assert len(it.world.puts) == 2


async def test_follow_changes_of_half_an_ampere_or_far_ahead_sends_nothing() -> None:
    async with play("a") as it:
        await it.follow({"a": [10, 10, 10, 10, 6]}, limit=32)

        assert (await it.follow({"a": [10.5, 10, 10, 10, 6]}, limit=32)).sent == ()
        assert (await it.follow({"a": [10, 10, 16, 16, 6]}, limit=32)).sent == ()
        assert (await it.follow({"a": [10, 10.6, 10, 10, 6]}, limit=32)).sent == ("a",)


async def test_follow_steady_plan_renews_a_course_before_its_tail_takes_hold() -> None:
    async with play("a") as it:
        for _ in range(8):
            await it.follow({"a": [16, 16, 16, 16, 6]}, limit=32)
            assert it.in_force() == {"a": 16}
            await it.move(15)

        assert len(it.world.puts) == 3


async def test_follow_half_an_ampere_too_much_is_lowered_when_the_limit_falls_by_it() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 16}, limit=32)

        report = await it.follow({"a": 15.8, "b": 15.8}, limit=31.6)

        assert sorted(report.sent) == ["a", "b"]
        assert it.world.amps() == 31.6


async def test_follow_raise_waits_for_the_result_of_the_lowering_it_needs() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=22)
        it.world.fare("a", HELD)

        following = asyncio.create_task(it.follow({"a": 6, "b": 16}, limit=22))
        await it.settle()

        assert [put.session for put in it.world.puts[2:]] == ["a"]
        it.world.puts[2].tell()
        report = await following
        assert report.sent == ("a", "b")
        assert it.in_force() == {"a": 6, "b": 16}


async def test_follow_results_that_come_while_others_are_stored_let_the_raise_go() -> None:
    async with play("a", "b", "c") as it:
        await it.begin({"a": 16, "b": 0, "c": 16}, limit=32)
        it.world.fare("c", HELD)

        def tell_c_once_a_is_confirmed() -> None:
            if it.in_force()["a"] == 8:
                for put in it.world.sent_to("c")[1:]:
                    put.tell()

        it.stored.turns, it.stored.on_store = 20, tell_c_once_a_is_confirmed
        report = await it.follow({"a": 8, "b": 16, "c": 8}, limit=32)

        assert report.sent == ("a", "c", "b")
        assert it.in_force() == {"a": 8, "b": 16, "c": 8}


async def test_follow_raise_beside_a_free_room_does_not_wait() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=32)
        it.world.fare("a", HELD)

        following = asyncio.create_task(it.follow({"a": 6, "b": 16}, limit=32))
        await it.settle()

        assert [put.session for put in it.world.puts[2:]] == ["a", "b"]
        it.world.puts[2].tell()
        await following


async def test_follow_two_cars_that_swap_turns_in_different_slots_first_lowers_both() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": [16, 6], "b": [6, 16]}, limit=22)

        report = await it.follow({"a": [6, 16], "b": [16, 6]}, limit=22)

        assert sorted(report.sent) == ["a", "a", "b", "b"]
        lowered = [put.course.steps for put in it.world.puts[2:4] if put.course]
        assert lowered == [(60,), (60,)]
        assert it.in_force() == {"a": 6, "b": 16}
        assert it.world.amps_of("a", it.clock.now + timedelta(minutes=15)) == 16


async def test_follow_every_message_of_a_site_that_turns_round_keeps_the_fuse() -> None:
    async with play(*"abcdef") as it:
        first = {"a": 16, "b": 16, "c": 16, "d": 0, "e": 0, "f": 0}
        await it.begin(first, limit=48)
        overs: list[float] = []
        it.world.before_answer = lambda: overs.append(it.world.amps())

        await it.follow(dict(zip("abcdef", reversed(list(first.values())), strict=True)), limit=48)

        assert max(overs) <= 48
        assert it.in_force() == {"a": 0, "b": 0, "c": 0, "d": 16, "e": 16, "f": 16}


async def test_follow_newcomer_is_told_at_once_what_fits_and_the_rest_when_others_made_room() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16}, limit=16)
        it.world.fare("a", HELD)

        following = asyncio.create_task(it.follow({"a": 8, "b": 8}, limit=16))
        await it.settle()

        assert it.in_force() == {"a": 8, "b": 0}
        it.world.puts[1].tell()
        it.world.puts[2].tell()
        await following
        assert it.in_force() == {"a": 8, "b": 8}


async def test_follow_raise_beside_a_newcomer_waits_until_that_one_is_confirmed() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6}, limit=22)
        it.world.fare("b", HELD)

        following = asyncio.create_task(it.follow({"a": 16, "b": 6}, limit=22))
        await it.settle()

        assert [put.session for put in it.world.puts[1:]] == ["b"]
        it.world.puts[1].tell()
        await following
        assert it.in_force() == {"a": 16, "b": 6}


async def test_follow_fallen_limit_is_sent_before_anything_else() -> None:
    async with play("new", "a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=32)

        report = await it.follow({"new": 0, "b": 6, "a": 10}, limit=16)

        assert report.sent == ("a", "new")
        assert it.world.amps() <= 16


async def test_follow_raise_that_fits_in_part_is_sent_in_part_at_last() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=26)

        report = await it.follow({"a": 16, "b": 16}, limit=26)

        assert it.in_force() == {"a": 16, "b": 10}
        assert report.blocked == {"b"}


async def test_follow_more_periods_than_a_profile_may_have_sends_a_course_below() -> None:
    async with play("a", settings=DispatchSettings(most_periods=2)) as it:
        await it.follow({"a": [16, 15, 8, 6]}, limit=32)

        sent = it.world.puts[0].profile
        assert sent is not None
        assert len(sent["charging_profile_period"]) == 2
        assert it.world.points["a"].course == Course(it.clock.now, 15, (150, 150, 60))


async def test_follow_many_messages_to_one_cpo_keeps_few_on_their_way_at_a_time() -> None:
    cars = {f"car {i}": 6.0 for i in range(40)}
    async with play(*cars, settings=DispatchSettings(at_once=4)) as it:
        report = await it.follow(cars, limit=240)

        assert len(report.confirmed) == 40
        assert it.world.most_at_once == 4


async def test_follow_slow_cpo_has_every_message_counted_for_as_long_as_it_may_arrive() -> None:
    """A message that waits for its turn must not be old when it leaves: it would be forgotten too early."""
    cars = {f"car {i}": 6.0 for i in range(10)}
    left: list[timedelta] = []
    async with play(*cars, settings=DispatchSettings(at_once=2)) as it:

        def a_minute_goes_by() -> None:
            record = it.stored.records[it.world.puts[-1].session]
            left.append(parse_datetime(record["may_hold"][-1]["until"]) - it.clock.now)
            it.clock.move(timedelta(minutes=1))

        it.world.before_answer = a_minute_goes_by
        report = await it.follow(cars, limit=60)

    assert len(report.confirmed) == 10
    assert min(left) >= it.settings.may_arrive - timedelta(minutes=2)


async def test_follow_cpo_that_is_busy_with_what_was_sent_before_is_waited_for() -> None:
    async with play("a", "b", settings=DispatchSettings(at_once=1)) as it:
        await it.begin({"a": 6, "b": 6}, limit=32)
        answers = asyncio.Event()
        it.world.until_answer = answers.wait
        before = asyncio.create_task(it.follow({"a": 16, "b": None}, limit=32))
        await it.settle()
        before.cancel()
        await asyncio.wait([before])

        following = asyncio.create_task(it.follow({"a": None, "b": 16}, limit=32))
        await it.settle()
        assert not it.world.sent_to("b")[1:]
        answers.set()

        assert (await following).sent == ("b",)
        assert it.in_force() == {"a": 16, "b": 16}


async def test_follow_limit_that_is_over_goes_before_others_to_a_cpo_that_takes_few_at_once() -> None:
    cars = {f"car {i}": 6.0 for i in range(6)}
    async with play(*cars, "z", settings=DispatchSettings(at_once=1)) as it:
        await it.begin({**cars, "z": [6, 16]}, limit=52)

        report = await it.follow({**{car: [0, 6] for car in cars}, "z": 6}, limit=[52, 45])

        assert report.sent == ("z", *cars)


async def test_follow_session_that_ended_is_forgotten_and_its_room_is_free_at_once() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=22)
        it.world.unplug("a")

        await it.follow({"b": 16}, limit=22)

        assert it.in_force() == {"b": 16}
        assert it.stored.records.keys() == {"b"}


async def test_follow_session_that_ends_while_its_message_is_under_way_loses_nothing_for_others() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=22)
        it.world.fare("a", HELD)
        cancelled = asyncio.create_task(it.follow({"a": 6, "b": 16}, limit=22))
        await it.settle()
        cancelled.cancel()
        await asyncio.wait([cancelled])
        it.world.unplug("a")

        report = await it.follow({"b": 16}, limit=22)
        it.world.puts[2].tell()
        await it.settle()

        assert report.confirmed == {"b"}
        assert it.in_force() == {"b": 16}
        assert it.dispatcher.standings.keys() == {"b"}


async def test_follow_of_nobody_says_so() -> None:
    it = Play()

    report = await it.follow({}, limit=16)

    assert (report.sent, report.overfull, report.due) == ((), (), None)


async def test_follow_only_relief_lowers_where_a_limit_is_over_and_tells_nobody_anything_else() -> None:
    async with play("a", "b", "new") as it:
        await it.begin({"a": 16, "b": 6}, limit=38)

        assert (await it.follow({"a": 16, "b": 16, "new": 6}, limit=38, only_relief=True)).sent == ()
        report = await it.follow({"a": 10, "b": 16, "new": 6}, limit=20, only_relief=True)

        assert report.sent == ("a",)


async def test_follow_what_is_recalled_before_it_is_asked_is_not_sent_and_takes_no_room() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=32)

        def limit_is_other() -> None:
            it.dispatcher.recall()
            following.cancel()

        it.stored.turns = 0
        it.stored.on_store = lambda: asyncio.get_running_loop().call_soon(limit_is_other)
        following = asyncio.create_task(it.follow({"a": 16, "b": 16}, limit=32))
        await asyncio.wait([following])
        it.stored.on_store = lambda: None
        before = len(it.world.puts)
        report = await it.follow({"a": 6, "b": 10}, limit=16)

        assert following.cancelled()
        assert it.in_force() == {"a": 6, "b": 10}
        assert (before, report.sent) == (2, ("b",))
