"""Cars are let show what they take: of what others leave, or before them where it is urgent."""

import pytest

from ocn.smart_charging.planning.plan import Method, Plan, Wishes
from ocn.smart_charging.planning.problem import Car, Limit, Load, Outlet, Problem
from ocn.smart_charging.service.meaning.car_limits import CarLimits
from ocn.smart_charging.service.meaning.probing import with_probes

STEP_KW = 0.023
LOADS = (Load(0, 1),)
ROOM = 480
"""Steps at the site: 11 kW."""


def car(name: str, need_kwh: float, most: int, departure: float = 8.0) -> Car:
    return Car(name, STEP_KW, 60, most, LOADS, need_kwh, need_kwh, departure, sigma=2.0)


def planned(new: Car, steps: int) -> Plan:
    """It stands beside a car that gets all the rest."""
    other = car("other", 10.0, 320)
    problem = Problem(0.25, (0.1,) * 8, (Limit("main", None, STEP_KW, (ROOM,) * 8),), (other, new))
    return Plan(problem, Method.PROGRAM, (min(320, ROOM - steps), steps), Wishes((), ()))


UNKNOWN = {"new": Outlet(STEP_KW, 60, 320, LOADS)}


def test_probes_of_a_car_that_has_time_take_only_what_others_leave() -> None:
    assert with_probes(planned(car("new", 2.0, 165), 160), UNKNOWN).steps == (320, 160)
    assert with_probes(planned(car("new", 2.0, 165), 100), UNKNOWN).steps == (320, 160)


def test_probes_of_a_car_that_would_miss_its_departure_by_what_it_has_shown_go_first() -> None:
    tried = with_probes(planned(car("new", 13.5, 165), 165), UNKNOWN)

    assert tried.steps == (160, 320)
    assert sum(tried.steps) <= ROOM


def test_probes_of_a_car_that_is_not_to_charge_now_do_not_go_first() -> None:
    assert with_probes(planned(car("new", 13.5, 165), 0), UNKNOWN).steps == (320, 160)


@pytest.mark.parametrize(("steps", "shows"), [(0, False), (1, True), (320, True)])
def test_car_that_nothing_is_known_of_shows_something_whatever_it_may_take(steps: int, shows: bool) -> None:
    assert CarLimits(230.0).would_show("new", steps) is shows
