"""Whole plans, with a solver and without one: what must hold for both."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ocn.smart_charging.planning.guard import worse_off
from ocn.smart_charging.planning.least_laxity import least_laxity_now, outlook
from ocn.smart_charging.planning.plan import Method, Plan
from ocn.smart_charging.planning.planner import plan
from ocn.smart_charging.planning.problem import Car, Latecomers, Limit, Load, Phase, Problem
from ocn.smart_charging.planning.weights import Effort

SLOTS = 16
Planner = Callable[[Problem], Plan]


@pytest.fixture(params=["solver", "least laxity"])
def planner(request: pytest.FixtureRequest) -> Planner:
    if request.param == "solver":
        pytest.importorskip("highspy")
    else:
        request.getfixturevalue("no_solver")
    return plan


def three_phase(name: str, need_kwh: float = 10.0, departure: float = SLOTS, *, held: bool = False) -> Car:
    loads = tuple(Load(i, 100) for i in range(3))
    return Car(name, 0.069, 60, 160, loads, need_kwh, need_kwh, departure, held=held)


def one_phase(name: str, phase: int, need_kwh: float = 5.0, departure: float = SLOTS) -> Car:
    return Car(name, 0.023, 60, 160, (Load(phase, 100),), need_kwh, need_kwh, departure)


def problem(*cars: Car, amps: int = 32, prices: tuple[float, ...] = (0.2,) * SLOTS) -> Problem:
    limits = tuple(Limit("main", phase, 230e-6, (amps * 1000,) * len(prices)) for phase in Phase)
    return Problem(0.25, prices, limits, cars)


def test_plan_without_cars_is_empty(planner: Planner) -> None:
    assert planner(problem()).steps == ()


def test_plan_limits_floors_and_steps_hold(planner: Planner) -> None:
    asked = problem(*(three_phase(f"{i}") for i in range(4)), *(one_phase(f"L1 {i}", 0) for i in range(3)))

    made = planner(asked)

    for number in range(3):
        amps = sum(
            load.units * steps
            for car, steps in zip(asked.cars, made.steps, strict=True)
            for load in car.loads
            if load.limit == number
        )
        assert amps <= 32_000
    assert all(
        steps == 0 or car.least <= steps <= car.most
        for car, steps in zip(asked.cars, made.steps, strict=True)
    )


def test_plan_three_one_phase_cars_on_l1_share_that_phase(planner: Planner) -> None:
    made = planner(problem(*(one_phase(f"{i}", 0, 14.0) for i in range(3)), amps=20))

    assert sum(made.steps) <= 200
    assert sum(made.steps) >= 160


def test_plan_car_that_cannot_get_all_gets_what_there_is(planner: Planner) -> None:
    made = planner(problem(three_phase("a", need_kwh=90.0, departure=4)))

    assert made.steps == (160,)
    assert made.wishes.lacking_kwh[0] == pytest.approx(90.0 - 4 * 11.04 * 0.25, abs=0.01)


def test_plan_car_past_its_departure_is_charged_while_it_is_there(planner: Planner) -> None:
    assert planner(problem(replace(three_phase("a"), departure=-3.0, sigma=2.0))).steps == (160,)


def test_plan_no_room_at_all_grants_nothing(planner: Planner) -> None:
    assert planner(problem(three_phase("a"), three_phase("b"), amps=0)).steps == (0, 0)


def test_plan_negative_prices_are_used(planner: Planner) -> None:
    prices = (-0.1, -0.1, *(0.2,) * (SLOTS - 2))

    assert planner(problem(three_phase("a"), prices=prices)).steps == (160,)


def test_plan_held_car_goes_on_though_energy_is_cheaper_later(planner: Planner) -> None:
    prices = (0.9, *(0.1,) * (SLOTS - 1))

    made = planner(problem(three_phase("a", held=True), three_phase("b"), prices=prices))

    assert made.steps[0] >= 60


@pytest.mark.usefixtures("no_solver")
def test_plan_without_a_solver_says_so() -> None:
    made = plan(problem(three_phase("a")))

    assert (made.method, made.because) == (Method.LEAST_LAXITY, "highspy is not installed")


def test_plan_solver_out_of_time_falls_back_and_says_so() -> None:
    pytest.importorskip("highspy")

    made = plan(problem(*(three_phase(f"{i}") for i in range(40))), effort=Effort(program_s=0.0))

    assert made.method is Method.LEAST_LAXITY
    assert made.because == "the solver did not finish in time"


def test_plan_waits_for_the_cheapest_slots_it_can_be_sure_of() -> None:
    pytest.importorskip("highspy")
    prices = (0.3,) * 4 + (0.1,) * 4 + (0.3,) * 8

    made = plan(problem(three_phase("a"), prices=prices))

    assert made.steps == (0,)
    assert [slot for slot, row in enumerate(made.wishes.powers_kw) if row[0] > 1e-6] == [4, 5, 6, 7]


def test_plan_prices_of_a_car_itself_count_for_it() -> None:
    pytest.importorskip("highspy")
    own = replace(three_phase("a"), prices=(0.9,) * 8 + (0.1,) * 8)

    assert plan(problem(own, three_phase("b"))).steps == (0, 160)


def test_worse_off_car_that_least_laxity_would_have_served_is_named() -> None:
    pressed, patient = three_phase("pressed", 11.0, 4), three_phase("patient", 5.0)
    asked = problem(pressed, patient, amps=16)

    assert worse_off(asked, (0, 160)) == {0: 160}
    assert worse_off(asked, (160, 0)) == {}


def test_worse_off_with_plenty_for_all_nobody_is() -> None:
    assert worse_off(problem(three_phase("a"), three_phase("b")), (0, 0)) == {}


def test_least_laxity_serves_whoever_can_wait_least_at_full_power() -> None:
    asked = problem(three_phase("b", departure=9), three_phase("a", departure=8), amps=22)

    assert least_laxity_now(asked) == (60, 160)


def test_outlook_of_more_than_fits_says_what_will_be_lacking() -> None:
    asked = problem(three_phase("a", 10.0, 4), three_phase("b", 10.0, 4), amps=16)

    ahead = outlook(asked)

    assert sum(ahead.lacking_kwh) == pytest.approx(20.0 - 4 * 11.04 * 0.25, abs=0.02)


@pytest.mark.parametrize("guessed", [True, False])
def test_plan_too_little_for_cars_that_are_only_guessed_is_left_to_least_laxity(guessed: bool) -> None:
    pytest.importorskip("highspy")
    dear_now = (0.4,) * 4 + (0.1,) * 12
    late = Latecomers(4, 8.0, 200.0, 300.0, tuple((i, 1 / 3) for i in range(3)), guessed=guessed)
    asked = replace(problem(three_phase("a", need_kwh=5.0), prices=dear_now), latecomers=(late,))

    steps = plan(asked).steps

    assert (steps == least_laxity_now(asked)) is guessed
