"""A clock that is put back or forward: who waits goes on waiting for what was left, and no longer."""

from datetime import timedelta

import pytest
from tests.unit.smart_charging_dispatch.play import play
from tests.unit.smart_charging_dispatch.sites import NOON
from tests.unit.smart_charging_dispatch.world import GOOD, LATE, LOST, Fate, refused

from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.dispatch.steady import SteadyClock

BACK = -6 * 60
"""In minutes."""


@pytest.mark.parametrize("fate", [refused("REJECTED"), refused("TOO_OFTEN"), LOST])
async def test_session_that_waits_is_tried_after_what_was_left(fate: Fate) -> None:
    async with play("a") as it:
        it.world.usual = fate
        due = (await it.follow({"a": 10}, limit=22)).due
        assert due is not None
        waits = due - it.clock.now
        it.world.usual = GOOD

        await it.move(BACK)
        again = await it.follow({"a": 10}, limit=22)
        assert again.sent == ()
        assert again.due == it.clock.now + waits
        it.clock.move(waits)
        assert (await it.follow({"a": 10}, limit=22)).confirmed == {"a"}


async def test_cpo_that_is_down_is_probed_after_what_was_left() -> None:
    async with play("a", settings=DispatchSettings(down_after=1)) as it:
        it.world.usual = LOST
        await it.follow({"a": 10}, limit=22)
        assert not it.dispatcher.plannable("a")
        it.world.usual = GOOD

        await it.move(BACK)
        assert not it.dispatcher.plannable("a")
        await it.move(0.5)
        assert it.dispatcher.plannable("a")
        assert (await it.follow({"a": 10}, limit=22)).confirmed == {"a"}


async def test_interval_of_a_cpo_goes_down_again() -> None:
    async with play("a") as it:
        it.world.fare("a", refused("TOO_OFTEN"))
        await it.follow({"a": 10}, limit=22)

        await it.move(BACK)
        for _ in range(5):
            await it.move(1)
            await it.follow({"a": 10}, limit=22)
        report = await it.follow({"a": 16}, limit=22)

        assert report.confirmed == {"a"}


async def test_message_that_may_arrive_keeps_its_room_for_no_longer_than_before() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", LATE)
        await it.follow({"a": 16, "b": 6}, limit=22)

        await it.move(BACK)
        assert (await it.follow({"a": 6, "b": 16}, limit=22)).sent == ()
        await it.move(1)
        assert (await it.follow({"a": 6, "b": 16}, limit=22)).sent == ("a",)  # it may arrive for 4 minutes
        await it.move(4)
        assert (await it.follow({"a": 6, "b": 16}, limit=22)).sent == ("a", "b")


async def test_restart_after_the_clock_was_put_back_waits_no_longer_than_it_would_have() -> None:
    async with play("a") as it:
        it.world.fare("a", LOST)
        await it.follow({"a": 10}, limit=22)

        await it.move(BACK)
        it.restart()
        assert (await it.follow({"a": 10}, limit=22)).sent == ()
        await it.move(0.5)
        assert (await it.follow({"a": 10}, limit=22)).confirmed == {"a"}


def test_steady_clock_tells_by_how_much_it_was_put_back_once() -> None:
    moments = iter([NOON, NOON + timedelta(hours=1), NOON, NOON, NOON + timedelta(hours=2)])
    told: list[timedelta] = []
    clock = SteadyClock(lambda: next(moments), None, told.append)

    for _ in range(5):
        clock()

    assert told == [timedelta(hours=1)]


async def test_clock_that_is_put_forward_makes_no_message_one_that_cannot_arrive_any_more() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.fare("a", LATE)
        await it.follow({"a": 16, "b": 6}, limit=22)

        await it.jump(60)
        await it.move(1)
        await it.follow({"a": 6, "b": 16}, limit=22)
        it.world.arrive(it.world.sent_to("a")[1])  # a minute after it was sent

        assert it.world.amps() <= 22


async def test_clock_that_is_put_forward_and_back_again_leaves_waits_as_they_were() -> None:
    async with play("a") as it:
        it.world.fare("a", LOST)
        due = (await it.follow({"a": 10}, limit=22)).due

        await it.jump(60)
        assert (await it.follow({"a": 10}, limit=22)).sent == ()
        await it.jump(-60)

        assert (await it.follow({"a": 10}, limit=22)).due == due


def test_steady_clock_that_counts_seconds_tells_what_is_not_explained_by_them() -> None:
    read = [(0, 0), (60, 60), (63, 61), (3661, 61), (50, 71)]
    moments, seconds = (iter(each) for each in zip(*read, strict=True))
    told: list[timedelta] = []
    clock = SteadyClock(
        lambda: NOON + timedelta(seconds=next(moments)), None, told.append, lambda: float(next(seconds))
    )

    for _ in read:
        clock()

    assert told == [timedelta(seconds=-3598), timedelta(seconds=3621)]
