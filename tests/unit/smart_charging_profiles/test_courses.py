"""Courses of a plan: whatever is wished, every slot of all of them keeps every limit, the tail too."""

import math
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.smart_charging_profiles.sites import NOON, sites

from ocn.smart_charging.planning.plan import Method, Plan, Wishes
from ocn.smart_charging.planning.planner import by_least_laxity
from ocn.smart_charging.planning.problem import Car, Limit, Load, Outlet, Phase, Problem
from ocn.smart_charging.planning.settle import settle
from ocn.smart_charging.profiles.courses import courses
from ocn.smart_charging.slots import Slots

_WISHES = st.one_of(st.floats(0, 50), st.sampled_from([0.0, -1.0, math.inf, math.nan]))
_QUARTER = timedelta(minutes=15)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(sites(), st.data())
def test_courses_of_any_plan_keep_every_limit_in_every_slot_and_for_ever(
    site: tuple[Slots, list[Limit], list[Outlet]], data: st.DataObject
) -> None:
    slots, limits, outlets = site
    planned = data.draw(st.integers(0, len(outlets)))
    made = data.draw(_plans(slots, limits, outlets[:planned]))
    present = {f"car {i}": outlet for i, outlet in enumerate(outlets)}

    all_courses = courses(made, slots, limits, present, timedelta(minutes=data.draw(st.integers(1, 240))))

    assert all_courses.keys() == present.keys()
    for slot, start in enumerate(slots.starts()):
        drawn = {session: course.at(start) for session, course in all_courses.items()}
        _assert_within(limits, present, drawn, slot)
        for session, steps in drawn.items():
            assert steps == 0 or present[session].least <= steps <= present[session].most
    at_last = {session: course.most_from(slots.end) for session, course in all_courses.items()}
    _assert_within(limits, present, at_last, slots.count - 1)


def _assert_within(limits: list[Limit], present: dict[str, Outlet], drawn: dict[str, int], slot: int) -> None:
    for number, limit in enumerate(limits):
        load = sum(
            each.units * steps
            for session, steps in drawn.items()
            for each in present[session].loads
            if each.limit == number
        )
        assert load <= max(0, limit.amounts[slot]), (slot, limit)


@st.composite
def _plans(draw: st.DrawFn, slots: Slots, limits: list[Limit], outlets: list[Outlet]) -> Plan:
    """A plan whose horizon is anything up to the limits', and whose wishes are anything at all."""
    horizon = draw(st.integers(1, slots.count))
    problem = Problem(
        slots.hours,
        (0.1,) * horizon,
        tuple(Limit(each.fuse, each.phase, each.unit_kw, each.amounts[:horizon]) for each in limits),
        tuple(
            Car(
                f"car {i}",
                outlet.step_kw,
                outlet.least,
                draw(st.integers(outlet.least, outlet.most)),
                outlet.loads,
                need_kwh=draw(st.floats(0, 40)),
                asked_kwh=40.0,
                departure=draw(st.floats(-2, 20)),
            )
            for i, outlet in enumerate(outlets)
        ),
    )
    if draw(st.booleans()):
        return by_least_laxity(problem)
    rows = st.lists(_WISHES, min_size=len(outlets), max_size=len(outlets)).map(tuple)
    wishes = draw(st.lists(rows, max_size=horizon))
    steps = settle(problem, wishes[0] if wishes else (0.0,) * len(outlets))
    return Plan(problem, Method.PROGRAM, steps, Wishes(tuple(wishes), (0.0,) * len(outlets)))


def test_courses_follow_the_plan_for_an_hour_and_then_fall_to_a_share_of_the_lowest_limit() -> None:
    slots = Slots(NOON, 15, 24)
    limits = _phases(amps=[40] * 12 + [30] * 12)
    problem = _two_cars(limits)
    made = by_least_laxity(problem)

    by_car = courses(made, slots, limits, {"a": _outlet(), "b": _outlet()})

    assert by_car["a"].steps == (160, 160, 160, 160, 150)
    assert by_car["b"].steps == (160, 160, 160, 160, 150)
    assert by_car["a"].at(NOON + 3 * _QUARTER) == 160
    assert by_car["a"].at(NOON + timedelta(days=30)) == 150


def test_courses_tail_without_six_amperes_for_all_serves_those_who_came_first() -> None:
    limits = _phases(amps=[16] * 24)
    present = {"first": _outlet(), "second": _outlet(), "third": _outlet()}
    made = by_least_laxity(Problem(0.25, (0.1,), limits, ()))

    by_car = courses(made, Slots(NOON, 15, 24), limits, present)

    assert [course.steps[-1] for course in by_car.values()] == [60, 60, 0]


def test_courses_of_a_car_that_needs_nothing_is_nothing_until_the_tail() -> None:
    limits = _phases(amps=[40] * 24)
    made = by_least_laxity(_two_cars(limits))

    by_car = courses(made, Slots(NOON, 15, 24), limits, {"a": _outlet(), "b": _outlet(), "full": _outlet()})

    assert by_car["full"].steps == (0, 0, 0, 0, 133)


def test_courses_made_for_lower_limits_than_planned_keep_the_lower_ones() -> None:
    made = by_least_laxity(_two_cars(_phases(amps=[40] * 24)))

    by_car = courses(made, Slots(NOON, 15, 24), _phases(amps=[20] * 24), {"a": _outlet(), "b": _outlet()})

    assert sorted(course.at(NOON) for course in by_car.values()) == [0, 160]


def test_courses_of_nobody_are_none() -> None:
    limits = _phases(amps=[40] * 4)

    assert courses(by_least_laxity(Problem(0.25, (0.1,), limits, ())), Slots(NOON, 15, 4), limits, {}) == {}


def _outlet() -> Outlet:
    return Outlet(0.069, 60, 160, tuple(Load(i, 100) for i in range(3)))


def _phases(amps: list[int]) -> tuple[Limit, ...]:
    return tuple(Limit("main", phase, 230e-6, tuple(each * 1000 for each in amps)) for phase in Phase)


def _two_cars(limits: tuple[Limit, ...]) -> Problem:
    loads = _outlet().loads
    cars = tuple(Car(name, 0.069, 60, 160, loads, 30.0, 30.0, departure=20.0) for name in ("a", "b"))
    return Problem(0.25, (0.1,) * 24, limits, cars)
