"""Courses as OCPI charging profiles and back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.smart_charging_profiles.sites import NOON

from ocn.smart_charging.errors import ProfileUnreadable
from ocn.smart_charging.planning.problem import Outlet, Phase
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.ocpi import AMPS, WATTS, Rate, in_periods, profile_of, rate_of
from ocn.smart_charging.profiles.reading import Frame, course_of, course_of_active
from ocn.smart_charging.site.model import Current, Evse

_OUTLET = Outlet(0.69, 60, 320, ())
_FRAME = Frame(NOON, 15, _OUTLET, AMPS)
_STEPS = st.lists(st.sampled_from([0, 60, 61, 100, 320]), min_size=1, max_size=10).map(tuple)


def test_profile_of_alternating_current_is_in_amperes_from_a_moment_on_with_equal_neighbours_merged() -> None:
    assert profile_of(Course(NOON, 15, (163, 163, 0, 60)), AMPS, Decimal(6)) == {
        "start_date_time": "2026-11-28T12:00:00.000Z",
        "charging_rate_unit": "A",
        "min_charging_rate": Decimal("6.0"),
        "charging_profile_period": [
            {"start_period": 0, "limit": Decimal("16.3")},
            {"start_period": 1800, "limit": Decimal("0.0")},
            {"start_period": 2700, "limit": Decimal("6.0")},
        ],
    }


def test_profile_of_direct_current_is_in_watts() -> None:
    profile = profile_of(Course(NOON, 5, (500,)), WATTS)

    assert profile["charging_rate_unit"] == "W"
    assert profile["charging_profile_period"] == [{"start_period": 0, "limit": Decimal(50_000)}]


@pytest.mark.parametrize(("current", "rate"), [(Current.AC, AMPS), (Current.DC, WATTS)])
def test_rate_of_an_evse_is_that_of_its_current(current: Current, rate: Rate) -> None:
    assert rate_of(Evse("1", "main", current, tuple(Phase), None, max_kw=Decimal(50))) == rate


@given(_STEPS, st.integers(1, 10))
def test_course_in_few_periods_is_never_above_it_and_has_no_other_steps(
    steps: tuple[int, ...], most: int
) -> None:
    course = Course(NOON, 15, steps)

    shorter = in_periods(course, most)

    periods = profile_of(shorter, AMPS)["charging_profile_period"]
    assert len(periods) <= most or len(steps) <= most
    assert len(shorter.steps) == len(steps)
    assert all(less <= more for less, more in zip(shorter.steps, steps, strict=True))
    assert set(shorter.steps) <= set(steps)


def test_course_in_few_periods_joins_where_least_is_lost() -> None:
    assert in_periods(Course(NOON, 15, (320, 320, 310, 60, 60)), 2).steps == (310, 310, 310, 60, 60)


@given(_STEPS, st.sampled_from([AMPS, WATTS]))
def test_profile_that_is_written_and_read_is_the_same_course(steps: tuple[int, ...], rate: Rate) -> None:
    course = Course(NOON, 15, steps)

    read = course_of(dict(profile_of(course, rate)), Frame(NOON, 15, _OUTLET, rate))

    assert read.same_as(course, NOON)


def test_read_profile_between_steps_and_slots_is_rounded_up() -> None:
    read = course_of(_profile([(0, 16.01), (600, 6), (1000, 10)]), _FRAME)

    assert read.steps == (161, 100, 100)  # the second quarter hour has 6 A for 100 s, then 10 A


def test_read_profile_before_it_starts_and_after_its_duration_lets_all_through() -> None:
    profile = _profile([(0, 6)], start="2026-11-28T12:15:00Z", duration=900)

    assert course_of(profile, _FRAME).steps == (320, 60, 320)


def test_read_profile_without_periods_lets_all_through() -> None:
    assert course_of(
        {"start_date_time": "2026-11-28T12:00:00Z", "charging_rate_unit": "A"}, _FRAME
    ).steps == (320,)


def test_read_profile_begun_long_ago_is_what_it_is_by_now() -> None:
    assert course_of(_profile([(0, 16), (3600, 8)], start="2026-11-27T12:00:00Z"), _FRAME).steps == (80,)


def test_read_profile_in_watts_for_alternating_current_is_in_steps_of_all_phases() -> None:
    assert course_of(_profile([(0, 11_050)], unit="W"), _FRAME).steps == (17,)


def test_read_profile_above_the_outlet_is_the_outlet() -> None:
    assert course_of(_profile([(0, 63)]), _FRAME).steps == (320,)


def test_read_active_profile_holds_on_after_the_time_that_was_asked_for() -> None:
    active = {
        "start_date_time": "2026-11-28T12:00:00Z",
        "charging_profile": _profile([(0, 8)], None, duration=60),
    }

    assert set(course_of_active(active, _FRAME).steps) == {80}


def test_read_active_profile_that_begins_within_the_slot_says_nothing_of_before() -> None:
    active = {"start_date_time": "2026-11-28T12:04:30Z", "charging_profile": _profile([(0, 8)], None)}

    assert set(course_of_active(active, _FRAME).steps) == {80}


def test_read_active_profile_that_begins_later_leaves_the_outlet_free_until_then() -> None:
    active = {"start_date_time": "2026-11-28T12:34:30Z", "charging_profile": _profile([(0, 8)], None)}

    assert course_of_active(active, _FRAME).steps == (320, 320, 320, 80)


def test_read_profile_that_reaches_far_keeps_the_most_of_what_is_late() -> None:
    read = course_of(_profile([(0, 6), (9 * 24 * 3600, 20), (10 * 24 * 3600, 8)]), _FRAME)

    assert read.at(NOON) == 60
    assert read.at(NOON + timedelta(days=4)) == 200


def _profile(
    periods: list[tuple[Any, Any]],
    start: str | None = "2026-11-28T12:00:00Z",
    *,
    unit: str = "A",
    duration: object = None,
) -> dict[str, Any]:
    return {
        **({} if start is None else {"start_date_time": start}),
        **({} if duration is None else {"duration": duration}),
        "charging_rate_unit": unit,
        "charging_profile_period": [{"start_period": seconds, "limit": limit} for seconds, limit in periods],
    }


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (None, "no object, but None"),
        ([], "no object"),
        (_profile([(0, float("nan"))]), "limit of period 1 is no number"),
        (_profile([(0, Decimal("1e999999"))]), "limit of period 1 is no number"),
        (_profile([(0, 10**400)]), "limit of period 1 is no number"),
        (_profile([(0, -1)]), "limit of period 1 is no number from 0 on, but -1"),
        (_profile([(0, "16")]), "limit of period 1"),
        (_profile([(0.5, 16)]), "start_period of period 1 is no whole number of seconds"),
        (_profile([(-60, 16)]), "start_period of period 1"),
        (_profile([(60, 16), (0, 8)]), "not in order"),
        (_profile([(0, 16)] * 1001), "no list of up to 1000"),
        (_profile([(0, 16)], "yesterday"), "start_date_time is no DateTime"),
        (_profile([(0, 16)], "9999-12-31T23:59:59Z"), "start_date_time is no DateTime"),
        (_profile([(0, 16)], None), "start_date_time is no DateTime of our days, but None"),
        (_profile([(0, 16)], "2026-11-28T12:00:00+01:00"), "start_date_time"),
        (_profile([(0, 16)], duration="long"), "duration"),
        (_profile([(0, 16)], unit="kW"), "period 1 is in 'kW'"),
        ({"charging_profile_period": "none", "start_date_time": "2026-11-28T12:00:00Z"}, "no list"),
    ],
)
def test_read_profile_that_says_nothing_is_refused_and_named(profile: object, said: str) -> None:
    with pytest.raises(ProfileUnreadable, match=said):
        course_of(profile, _FRAME)


def test_read_profile_in_amperes_for_direct_current_is_refused() -> None:
    with pytest.raises(ProfileUnreadable, match="in 'A': nothing can be said of an outlet in W"):
        course_of(_profile([(0, 16)]), Frame(NOON, 15, _OUTLET, WATTS))
