"""From slot to slot: what is learned, and that a new beginning loses nothing that matters."""

from dataclasses import replace

import pytest

from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.problem import Limit, Load, Outlet
from ocn.smart_charging.planning.replanner import Replanner
from ocn.smart_charging.planning.seen import Seen

HORIZON = 96
OUTLET = Outlet(0.069, 60, 160, tuple(Load(i, 100) for i in range(3)))
PRICES = (0.2,) * HORIZON


def limits(amps: int = 32) -> tuple[Limit, ...]:
    return tuple(Limit("main", None, 230e-6, (amps * 1000,) * HORIZON) for _ in range(3))


def seen(name: str, arrival: float, departure: float, delivered: float = 0.0, asked: float = 20.0) -> Seen:
    return Seen(name, arrival, departure, asked, delivered, OUTLET)


def steps(made: Plan) -> dict[str, int]:
    return {car.id: count for car, count in zip(made.problem.cars, made.steps, strict=True)}


def test_replanner_full_cars_are_not_planned() -> None:
    made = Replanner(0.25).plan(0, [seen("a", 0, 30, delivered=20.0)], limits(), PRICES)

    assert made.steps == ()


def test_replanner_horizon_ends_with_the_last_departure_or_with_what_is_known() -> None:
    far = Replanner(0.25).plan(0, [seen("a", 0, 500)], limits(), PRICES)

    assert far.problem.slots == HORIZON


def test_replanner_spread_shrinks_when_drivers_leave_as_declared() -> None:
    replanner = Replanner(0.25)
    for slot in range(0, 400, 10):
        for now, here in (
            (slot, [seen(f"{slot}", slot, slot + 5)]),
            (slot + 4, [seen(f"{slot}", slot, slot + 5)]),
        ):
            replanner.plan(now, here, limits(), PRICES)
        replanner.plan(slot + 5, [], limits(), PRICES)

    assert replanner.spread(0).sigma == 2.0
    assert replanner.spread(400).sigma < 1.3


def test_replanner_full_car_that_is_told_of_no_longer_says_nothing_of_departures() -> None:
    replanner = Replanner(0.25)
    for slot in range(0, 300, 3):
        replanner.plan(slot, [seen(f"{slot}", slot, slot + 20, asked=1.0)], limits(), PRICES)
        replanner.plan(slot + 1, [], limits(), PRICES)

    assert replanner.spread(400).sigma == 2.0


def test_replanner_early_departures_count_only_when_late_ones_would_show_as_well() -> None:
    replanner = Replanner(0.25)
    replanner.plan(0, [seen("a", 0, 40)], limits(), PRICES)
    replanner.plan(1, [], limits(), PRICES)

    assert replanner.spread(2).mean == 0.0
    assert replanner.spread(44).mean < 0.0


def test_replanner_car_that_just_began_is_held() -> None:
    replanner = Replanner(0.25)
    cheap_now = (-0.1,) + (0.2,) * (HORIZON - 1)
    dear_now = (0.5,) + (0.1,) * (HORIZON - 1)

    first = replanner.plan(0, [seen("a", 0, 80)], limits(), cheap_now)
    second = replanner.plan(1, [seen("a", 0, 80, delivered=2.76)], limits(), dear_now)

    assert steps(first)["a"] == 160
    assert second.problem.cars[0].held
    assert steps(second)["a"] >= 60


def test_replanner_made_anew_in_the_middle_plans_within_the_limits() -> None:
    here = [seen(f"{i}", -i, 20 + i, delivered=float(i)) for i in range(6)]

    made = Replanner(0.25).plan(7, here, limits(40), PRICES)

    assert sum(made.steps) <= 400
    assert sum(made.steps) > 0


def test_replanner_three_arrivals_a_day_are_expected_again_on_the_next() -> None:
    replanner = Replanner(0.25)
    for slot in range(97):
        here = [seen(f"{slot}", slot, slot + 8)] if slot in {30, 31, 33} else []
        replanner.plan(slot, here, limits(), PRICES)

    made = replanner.plan(97, [seen("now", 97, 190)], limits(), PRICES)

    assert sum(late.need_kwh for late in made.problem.latecomers if not late.whenever) == pytest.approx(
        60.0, rel=0.2
    )


def test_replanner_five_minute_slots_plan_a_dc_car() -> None:
    outlet = Outlet(0.1, 50, 1500, (Load(0, 1),))
    car = replace(seen("dc", 0, 12, asked=80.0), outlet=outlet)

    made = Replanner(1 / 12).plan(0, [car], (Limit("dc", None, 0.1, (2000,) * 432),), (0.3,) * 432)

    assert made.steps == (1500,)
