"""What a course says of moments, slots and other courses."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.smart_charging_profiles.sites import NOON

from ocn.smart_charging.profiles.course import MOST_STEPS, Course

_QUARTER = timedelta(minutes=15)
_STEPS = st.lists(st.integers(0, 400), min_size=1, max_size=8).map(tuple)


def test_course_at_moments_before_within_and_after_holds_its_first_own_and_last_step() -> None:
    course = Course(NOON, 15, (160, 80, 60))

    assert course.at(NOON - timedelta(days=1)) == 160
    assert course.at(NOON + timedelta(minutes=14, seconds=59)) == 160
    assert course.at(NOON + _QUARTER) == 80
    assert course.at(NOON + timedelta(days=365)) == 60


def test_course_most_from_a_moment_looks_at_all_that_follows() -> None:
    course = Course(NOON, 15, (160, 0, 90, 60))

    assert [course.most_from(NOON + i * _QUARTER) for i in range(5)] == [160, 90, 90, 60, 60]


@given(_STEPS, st.integers(-6, 12), st.integers(-14, 14), st.sampled_from([5, 7, 15, 30]), st.integers(1, 10))
def test_course_over_slots_is_the_most_at_any_of_their_moments(
    steps: tuple[int, ...], slots_off: int, minutes_off: int, minutes: int, count: int
) -> None:
    course = Course(NOON, 15, steps)
    begin = NOON + slots_off * _QUARTER + timedelta(minutes=minutes_off)

    row = course.over(begin, minutes, count)

    minute = timedelta(minutes=1)
    by_slot = [
        max(course.at(begin + (i * minutes + offset) * minute) for offset in range(minutes))
        for i in range(count - 1)
    ]
    assert row == (*by_slot, course.most_from(begin + (count - 1) * minutes * minute))


@given(_STEPS, st.integers(-6, 12), st.integers(1, 10))
def test_course_over_its_own_slots_is_what_the_slow_way_says(
    steps: tuple[int, ...], slots_off: int, count: int
) -> None:
    course, begin = Course(NOON, 15, steps), NOON + slots_off * _QUARTER

    row = course.over(begin, 15, count)

    starts = [begin + i * _QUARTER for i in range(count)]
    assert row == (*(course.at(start) for start in starts[:-1]), course.most_from(starts[-1]))


def test_course_same_as_one_begun_later_with_the_same_steps_from_then_on_is_true() -> None:
    early, late = Course(NOON, 15, (160, 100, 60)), Course(NOON + _QUARTER, 15, (100, 60))

    assert early.same_as(late, NOON + _QUARTER)
    assert not early.same_as(late, NOON)


def test_course_same_as_within_tolerance_is_true_but_nothing_is_like_nothing_alone() -> None:
    course = Course(NOON, 15, (100, 3))

    assert course.same_as(Course(NOON, 15, (105, 3)), NOON, tolerance=5)
    assert not course.same_as(Course(NOON, 15, (106, 3)), NOON, tolerance=5)
    assert not course.same_as(Course(NOON, 15, (100, 0)), NOON, tolerance=5)


def test_course_given_in_another_zone_begins_in_utc() -> None:
    course = Course(datetime(2026, 11, 28, 13, tzinfo=timezone(timedelta(hours=1))), 15, (1,))

    assert course == Course(NOON, 15, (1,))
    assert course.begin.tzinfo is UTC


@pytest.mark.parametrize(
    ("begin", "minutes", "steps", "said"),
    [
        (NOON, 15, (), "1 to 1000 steps, not 0"),
        (NOON, 15, (1,) * (MOST_STEPS + 1), "not 1001"),
        (NOON, 15, (5, -1), "negative step: -1"),
        (NOON, 0, (5,), "1 to 1440 minutes, not 0"),
        (NOON.replace(tzinfo=None), 15, (5,), "has a time zone"),
    ],
)
def test_course_that_cannot_be_is_refused(
    begin: datetime, minutes: int, steps: tuple[int, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Course(begin, minutes, steps)
