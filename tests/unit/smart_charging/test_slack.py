"""Room that is kept for what goes wrong with the cars that are there."""

from dataclasses import replace

import pytest

from ocn.smart_charging.planning.planner import plan
from ocn.smart_charging.planning.problem import Car, Limit, Load, Problem
from ocn.smart_charging.planning.slack import slack

SLOT_H = 0.25
MAIN = Limit("main", None, 0.1, (221,) * 24)  # what two cars draw
CAR = Car("a", 0.1, 41, 110, (Load(0, 1),), 20.0, 20.0, 20.0, sigma=2.0)


def test_slack_is_a_part_of_what_cars_need_before_they_probably_leave() -> None:
    (kept,) = slack([CAR, replace(CAR, id="b", need_kwh=10.0)], [MAIN], SLOT_H)

    assert kept.whenever
    assert kept.need_kwh == pytest.approx(1.5)
    assert kept.departure == 16.0
    assert dict(kept.shares) == pytest.approx({0: 1.0})


def test_slack_of_cars_that_leave_at_other_hours_is_kept_apart() -> None:
    found = slack([CAR, replace(CAR, id="b", departure=60.0)], [MAIN], SLOT_H)

    assert [each.departure for each in found] == [16.0, 56.0]


def test_slack_of_a_car_that_may_leave_any_moment_is_none() -> None:
    assert slack([replace(CAR, departure=4.0)], [MAIN], SLOT_H) == ()


def test_slack_at_a_site_that_is_full_until_they_leave_has_them_begin_now() -> None:
    pytest.importorskip("highspy")
    cars = tuple(replace(CAR, id=f"{i}", need_kwh=16.7, sigma=0.0) for i in range(6))
    dear_now = (0.3,) * 2 + (0.1,) * 22
    without = Problem(SLOT_H, dear_now, (MAIN,), cars)

    tight = replace(without, latecomers=slack(cars, [MAIN], SLOT_H))

    assert without.power_kw(plan(without).steps) == 0.0
    assert tight.power_kw(plan(tight).steps) > 4.0
