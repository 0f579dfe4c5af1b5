"""A CPO that is asked too often: less often, and more often again when it has been quiet."""

from datetime import timedelta

from tests.unit.smart_charging_dispatch.play import play
from tests.unit.smart_charging_dispatch.sites import NOON
from tests.unit.smart_charging_dispatch.world import GOOD, refused

from ocn.smart_charging.dispatch.pace import Pace
from ocn.smart_charging.dispatch.settings import USUAL_DISPATCH
from ocn.smart_charging.dispatch.states import Refusal, State

_MINUTE = timedelta(minutes=1)
_TOO_OFTEN = refused("TOO_OFTEN")


def test_pace_too_often_doubles_the_interval_up_to_a_cap() -> None:
    pace, intervals = Pace(), []
    for number in range(1, 9):
        pace = pace.too_often(number, number, NOON, USUAL_DISPATCH)
        intervals.append(pace.interval / _MINUTE)

    assert intervals == [1, 2, 4, 8, 16, 30, 30, 30]


def test_pace_too_often_of_messages_sent_together_doubles_it_once() -> None:
    pace = Pace()
    for number in range(1, 101):
        pace = pace.too_often(number, 100, NOON, USUAL_DISPATCH)

    assert pace.interval == _MINUTE


def test_pace_quiet_for_long_halves_the_interval_until_there_is_none() -> None:
    pace = Pace(interval=4 * _MINUTE, since=NOON)

    assert pace.quieter(NOON + 15 * _MINUTE, USUAL_DISPATCH).interval == 4 * _MINUTE
    assert pace.quieter(NOON + 16 * _MINUTE, USUAL_DISPATCH).interval == 2 * _MINUTE
    assert pace.quieter(NOON + 24 * _MINUTE, USUAL_DISPATCH).interval == _MINUTE
    assert pace.quieter(NOON + 28 * _MINUTE, USUAL_DISPATCH).interval == timedelta(0)


async def test_follow_too_often_storm_doubles_the_interval_is_capped_and_recovers() -> None:
    async with play("a", "b", "c") as it:
        await it.begin({"a": 6, "b": 6, "c": 6}, limit=48)
        it.world.usual = _TOO_OFTEN
        waits = []
        for _ in range(8):
            report = await it.follow({"a": 10, "b": 10, "c": 10}, limit=48)
            assert set(report.sent) == {"a", "b", "c"}
            assert set(report.failed.values()) == {Refusal.TOO_OFTEN}
            assert (await it.follow({"a": 10, "b": 10, "c": 10}, limit=48)).sent == ()
            assert report.due is not None
            waits.append((report.due - it.clock.now) / _MINUTE)
            it.clock.now = report.due
        assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
        assert it.dispatcher.standings["a"].state is State.TOO_OFTEN
        assert it.in_force() == {"a": 6, "b": 6, "c": 6}

        it.world.usual = GOOD
        assert (await it.follow({"a": 10, "b": 10, "c": 10}, limit=48)).confirmed == {"a", "b", "c"}
        held = await it.follow({"a": 16, "b": 10, "c": 10}, limit=48)
        assert held.sent == ()
        assert held.due == it.clock.now + 30 * _MINUTE
        await it.move(24 * 60)
        assert (await it.follow({"a": 16, "b": 10, "c": 10}, limit=48)).sent
        await it.move(1)
        assert (await it.follow({"a": 6, "b": 10, "c": 10}, limit=48)).sent == ("a",)


async def test_follow_fallen_limit_does_not_wait_for_the_interval() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 6}, limit=48)
        it.world.fare("b", _TOO_OFTEN)
        await it.follow({"a": 16, "b": 10}, limit=48)
        await it.move(1)
        await it.follow({"a": 12, "b": 10}, limit=48)
        assert it.in_force() == {"a": 12, "b": 10}

        assert (await it.follow({"a": 10, "b": 10}, limit=48)).sent == ()
        assert (await it.follow({"a": 6, "b": 10}, limit=16)).sent == ("a",)


async def test_follow_one_cpo_too_often_does_not_slow_another_down() -> None:
    async with play("a") as it:
        it.world.fare("a", _TOO_OFTEN)
        await it.follow({"a": 6}, limit=48, cpo="DE CPO")

        assert (await it.follow({"a": 6}, limit=48, cpo="DE CPO")).sent == ()
        it.world.plug_in("b")
        assert (await it.follow({"b": 6}, limit=48, cpo="NL TWO")).sent == ("b",)


async def test_follow_limit_that_is_over_is_tried_each_minute_however_often_a_cpo_says_too_often() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 16, "b": 16}, limit=48)
        it.world.usual = _TOO_OFTEN
        for _ in range(6):
            it.clock.now = (await it.follow({"a": 10, "b": 10}, limit=48)).due or it.clock.now
        await it.follow({"a": 10, "b": 10}, limit=48)
        await it.move(0.1)
        assert (await it.follow({"a": 10, "b": 10}, limit=48)).sent == ()  # for half an hour

        assert it.dispatcher.plannable("a")
        for _ in range(3):
            report = await it.follow({"a": 6, "b": 6}, limit=12)
            assert report.sent == ("a", "b")
            assert (await it.follow({"a": 6, "b": 6}, limit=12)).sent == ()
            assert report.due == it.clock.now + _MINUTE
            it.clock.now = report.due
        it.world.usual = GOOD
        assert (await it.follow({"a": 6, "b": 6}, limit=12)).confirmed == {"a", "b"}
        assert it.world.amps() == 12
