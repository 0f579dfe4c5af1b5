"""What a CPO says is in force, against what it confirmed: a second planner is found and told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.unit.smart_charging_dispatch.play import play
from tests.unit.smart_charging_dispatch.sites import course_of_amps, limits_of, slots_from
from tests.unit.smart_charging_dispatch.world import LOST, OVERDUE, refused

from ocn.smart_charging.errors import ProfileUnreadable
from ocn.smart_charging.profiles.ocpi import AMPS, profile_of


async def test_look_at_a_session_that_a_second_planner_limits_says_so() -> None:
    async with play("a") as it:
        await it.begin({"a": 16}, limit=22)
        it.world.points["a"].course = course_of_amps(it.clock.now, 8)

        conflict = await it.dispatcher.look("a")

        assert conflict is not None
        assert conflict.is_lower
        assert "8.0 A from 12:00 UTC on, where 16.0 A were confirmed; somebody else" in str(conflict)
        limited = it.dispatcher.standings["a"].limited_by_others
        assert limited is not None
        assert limited.steps == (80,)


async def test_look_at_a_session_that_is_as_confirmed_finds_no_conflict_any_more() -> None:
    async with play("a") as it:
        await it.begin({"a": [16, 8]}, limit=22)
        own, it.world.points["a"].course = it.world.points["a"].course, course_of_amps(it.clock.now, 6)
        assert await it.dispatcher.look("a")

        it.world.points["a"].course = own

        assert await it.dispatcher.look("a") is None
        assert it.dispatcher.standings["a"].limited_by_others is None


async def test_observed_course_above_ours_is_counted_at_once_and_ours_is_sent_again() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)
        it.world.points["a"].course = course_of_amps(it.clock.now, 16)

        conflict = await it.dispatcher.observed("a", _active(it.clock.now, 16))

        assert conflict is not None
        assert not conflict.is_lower
        assert "it is set again" in str(conflict)
        assert it.stored.records["a"]["may_hold"]
        report = await it.follow({"a": 6, "b": 16}, limit=22)
        assert report.sent == ("a", "b")
        assert it.in_force() == {"a": 6, "b": 16}


async def test_observed_course_from_the_middle_of_a_slot_on_is_the_one_that_was_confirmed() -> None:
    async with play("a") as it:
        await it.begin({"a": 6}, limit=22)
        it.clock.now += timedelta(minutes=4)

        assert await it.dispatcher.observed("a", _active(it.clock.now, 6)) is None
        conflict = await it.dispatcher.observed("a", _active(it.clock.now, 0))

        assert conflict is not None
        assert conflict.is_lower


async def test_observed_course_that_is_under_way_is_no_conflict() -> None:
    async with play("a") as it:
        await it.begin({"a": 6}, limit=22)
        it.world.fare("a", OVERDUE)
        await it.follow({"a": 16}, limit=22)

        assert await it.dispatcher.observed("a", _active(it.clock.now, 16)) is None
        assert await it.dispatcher.observed("a", _active(it.clock.now, 6)) is None
        assert await it.dispatcher.observed("a", _active(it.clock.now, 10)) is None


async def test_observed_of_a_session_that_nobody_set_anything_on_says_nothing() -> None:
    async with play("a") as it:
        it.world.fare("a", LOST)
        await it.follow({"a": 6}, limit=22)

        assert await it.dispatcher.observed("a", _active(it.clock.now, 16)) is None
        assert await it.dispatcher.observed("stranger", _active(it.clock.now, 16)) is None


async def test_observed_profile_that_says_nothing_is_refused_and_changes_nothing() -> None:
    async with play("a") as it:
        await it.begin({"a": 6}, limit=22)
        standing = it.dispatcher.standings["a"]

        with pytest.raises(ProfileUnreadable):
            await it.dispatcher.observed("a", {"charging_profile": {"charging_rate_unit": 5}})

        assert it.dispatcher.standings["a"] == standing


async def test_look_at_a_session_whose_cpo_says_nothing_finds_nothing() -> None:
    async with play("a") as it:
        await it.begin({"a": 6}, limit=22)
        it.world.points["a"].course = None

        assert await it.dispatcher.look("a") is None


async def test_free_a_session_takes_its_profile_away_if_the_fuses_bear_it() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 6}, limit=22)

        assert await it.dispatcher.free("a", limits_of(22), slots_from(it.clock.now))

        assert it.world.puts[-1].profile is None
        assert it.world.points["a"].course is None
        assert (await it.follow({"a": None, "b": 16}, limit=22)).blocked == {"b"}


async def test_free_a_session_beside_others_that_need_the_room_does_nothing() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": 6, "b": 16}, limit=22)

        assert not await it.dispatcher.free("a", limits_of(22), slots_from(it.clock.now))
        assert not await it.dispatcher.free("stranger", limits_of(22), slots_from(it.clock.now))

        assert len(it.world.puts) == 2


async def test_free_a_session_that_its_cpo_will_not_clear_is_not_done() -> None:
    async with play("a") as it:
        await it.begin({"a": 6}, limit=22)
        it.world.fare("a", refused("REJECTED"))

        assert not await it.dispatcher.free("a", limits_of(22), slots_from(it.clock.now))

        assert it.in_force() == {"a": 6}


def _active(now: datetime, amps: float) -> dict[str, Any]:
    """As CPOs push it: for the next half hour."""
    profile = dict(profile_of(course_of_amps(now, amps), AMPS))
    return {
        "start_date_time": profile.pop("start_date_time"),
        "charging_profile": profile | {"duration": 1800},
    }
