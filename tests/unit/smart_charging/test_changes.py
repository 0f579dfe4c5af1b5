"""What changed from plan to plan is told, and nothing where all goes on as planned."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ocn.smart_charging.planning.changes import changes
from ocn.smart_charging.planning.document import document
from ocn.smart_charging.planning.planner import by_least_laxity
from ocn.smart_charging.planning.problem import Car, Limit, Load, Problem
from ocn.smart_charging.planning.told import ToldPlan, told

SLOTS = 16


def car(name: str, need_kwh: float = 10.0, departure: float = 12.0) -> Car:
    return Car(name, 0.1, 14, 110, (Load(0, 1),), need_kwh, need_kwh, departure)


def planned(slot: int, *cars: Car, kw: float = 22.0, **said: Any) -> ToldPlan:
    limit = Limit("row A", None, 0.1, (round(kw * 10),) * SLOTS)
    made = by_least_laxity(Problem(0.25, (0.2,) * SLOTS, (limit,), cars))
    return told(document(made, slot, **said))


def lines(before: ToldPlan, after: ToldPlan) -> list[str]:
    return [each.line for each in changes(before, after)]


def test_changes_where_all_goes_on_as_planned_are_none() -> None:
    before = planned(0, car("a"))

    assert lines(before, planned(1, car("a", need_kwh=10.0 - 11.0 / 4, departure=11.0))) == []


def test_changes_car_that_came_and_car_that_left_are_told() -> None:
    assert lines(planned(4, car("a")), planned(5, car("b"))) == [
        "b: is new, needs 10.0 kWh by slot 17 (declared), charges at 11.0 kW at once",
        "a: is planned no more, it has what it needs or has left",
    ]


def test_changes_departure_that_moved_is_told_with_its_source() -> None:
    before = planned(0, car("a"), said_by={"a": "assumed"})
    after = planned(1, car("a", 10.0 - 11.0 / 4, departure=5.0), said_by={"a": "the driver"})

    assert lines(before, after) == ["a: leaves slot 6 (the driver) instead of slot 12 (assumed)"]


def test_changes_source_alone_is_told_too() -> None:
    before = planned(0, car("a"), said_by={"a": "assumed"})
    after = planned(1, car("a", 10.0 - 11.0 / 4, departure=11.0), said_by={"a": "the driver"})

    assert lines(before, after) == ["a: when it leaves is now the driver, was assumed"]


@pytest.mark.parametrize(("need_kwh", "said"), [(9.0, "1.8 kWh more"), (5.0, "2.2 kWh less")])
def test_changes_need_that_is_not_what_was_left_is_told(need_kwh: float, said: str) -> None:
    after = planned(1, car("a", need_kwh, departure=11.0))

    assert f"needs {said} than was planned by now" in lines(planned(0, car("a")), after)[0]


def test_changes_limit_that_fell_says_what_each_car_lost_and_to_whom() -> None:
    before = planned(0, car("a", 10.0, 4.0), car("b", 10.0, 4.0))
    after = planned(0, car("a", 10.0, 4.0), car("b", 10.0, 4.0), kw=11.0)

    found = {each.car: each.line for each in changes(before, after)}

    assert found["b"] == (
        "b: gets 0.0 kW now instead of 11.0 (fuse row A); "
        "will lack 4.5 kWh instead of 0.0, fuse row A gives a 5.5 kWh, lacks no less itself"
    )


def test_changes_between_plans_with_times_say_local_times() -> None:
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    before = planned(0, car("a"), start=start, zone=ZoneInfo("Europe/Berlin"))
    after = replace(before, cars=(replace(before.cars[0], departure=4.0),))

    assert lines(before, after) == ["a: leaves Sun 02:30 CET (declared) instead of Sun 04:30 (declared)"]


def test_told_plan_beyond_the_calendar_or_of_no_zone_is_still_told() -> None:
    plan = replace(planned(0, car("a")), start=datetime(9999, 12, 31, 23, tzinfo=UTC), zone="no/zone")

    assert plan.moment(0) == "Fri 23:00"
    assert plan.moment(10**6) == "slot 1000000"


@pytest.mark.parametrize(
    "changed",
    [
        {"cars": None},
        {"cars": [{"id": "a"}]},
        {"slot": "x"},
        {"slot": 10**30},
        {"slot_minutes": 0},
        {"power_kw": 1e300},
        {"start": "2026-01-01T00:00:00"},
        {"scarce": [{"limit": 5}]},
    ],
)
def test_told_of_another_shape_says_where(changed: dict[str, Any]) -> None:
    made = by_least_laxity(Problem(0.25, (0.2,), (), (replace(car("a"), loads=()),)))

    with pytest.raises(ValueError, match=r"\$\."):
        told(document(made, 0) | changed)
