"""The linear programme against what can be counted out, and against what differences say."""

import itertools
import math
from dataclasses import replace
from random import Random

import pytest

from ocn.smart_charging.planning.plan import Wishes
from ocn.smart_charging.planning.problem import Car, Latecomers, Limit, Load, Phase, Problem
from ocn.smart_charging.planning.weights import USUAL_EFFORT, Effort, Weights

pytest.importorskip("highspy")

from ocn.smart_charging.planning.optimal import Optimal  # needs highspy

SLOTS = 4
PLAIN = Weights(
    waiting_eur_per_kwh=0.0, going_on_eur_per_kwh=0.0, lacking_segments=((1.0, 1.0),), tolerated_risk=0.0
)


def _problem(
    prices: tuple[float, ...],
    caps_kw: tuple[int, ...],
    needs_kwh: tuple[float, ...],
    departures: tuple[int, ...],
    most_kw: int = 2,
) -> Problem:
    """Cars at one fuse that is counted in kW; a slot is an hour, so power and energy are the same number."""
    cars = tuple(
        Car(f"{i}", 1.0, 0, most_kw, (Load(0, 1),), need, need, departure)
        for i, (need, departure) in enumerate(zip(needs_kwh, departures, strict=True))
    )
    return Problem(1.0, prices, (Limit("main", None, 1.0, caps_kw),), cars)


def _solved(problem: Problem, weights: Weights = PLAIN) -> Wishes:
    solved = Optimal(problem, weights, USUAL_EFFORT)
    assert solved.solved
    return solved.wishes()


def _cost(problem: Problem, powers: tuple[tuple[float, ...], ...], weights: Weights = PLAIN) -> float:
    energy = sum(price * sum(row) for price, row in zip(problem.prices, powers, strict=False))
    got = [sum(row[i] for row in powers) for i in range(len(problem.cars))]
    lacking = sum(car.need_kwh - energy for car, energy in zip(problem.cars, got, strict=True))
    return energy + weights.lacking_eur_per_kwh * lacking


def _counted_out(problem: Problem) -> float:
    """The least cost over every way to give three cars whole kilowatts in four slots."""
    best = math.inf
    ways = []
    for car in problem.cars:
        powers = [range(car.most + 1) if slot < car.departure else (0,) for slot in range(SLOTS)]
        ways.append([way for way in itertools.product(*powers) if sum(way) <= car.need_kwh])
    caps = problem.limits[0].amounts
    for chosen in itertools.product(*ways):
        rows = tuple(zip(*chosen, strict=True))
        if all(sum(row) <= cap for row, cap in zip(rows, caps, strict=True)):
            best = min(best, _cost(problem, rows))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_program_of_three_cars_and_four_slots_costs_what_counting_out_finds(seed: int) -> None:
    random = Random(seed)
    problem = _problem(
        prices=tuple(random.randint(-5, 20) / 100 for _ in range(SLOTS)),
        caps_kw=tuple(random.randint(0, 4) for _ in range(SLOTS)),
        needs_kwh=tuple(float(random.randint(1, 4)) for _ in range(3)),
        departures=tuple(random.randint(1, SLOTS) for _ in range(3)),
    )

    wishes = _solved(problem)

    assert _cost(problem, wishes.powers_kw) == pytest.approx(_counted_out(problem), abs=1e-6)


def test_program_shadow_prices_are_what_one_kw_more_saves() -> None:
    problem = _problem((0.30, 0.10, 0.05, 0.20), (3, 3, 3, 3), (5.0, 4.0, 2.0), (4, 4, 3))
    before = _cost(problem, _solved(problem).powers_kw)

    prices = {(each.limit, each.slot): each.eur_per_kwh for each in _solved(problem).shadow_prices}

    assert prices
    for slot in range(SLOTS):
        amounts = list(problem.limits[0].amounts)
        # a fuse counted in hundredths of a kilowatt, and one of them more
        finer = [100 * amount + (at == slot) for at, amount in enumerate(amounts)]
        limit = replace(problem.limits[0], unit_kw=0.01, amounts=tuple(finer))
        cars = tuple(replace(car, loads=(Load(0, 100),)) for car in problem.cars)
        after = _cost(problem, _solved(replace(problem, limits=(limit,), cars=cars)).powers_kw)
        assert (before - after) / 0.01 == pytest.approx(prices.get((0, slot), 0.0), abs=1e-6)


def test_program_shadow_prices_of_nested_fuses_and_phases_are_finite_differences() -> None:
    """Each fuse by itself: a row on two phases below a top that binds at other times."""
    fine = 1e-3
    top = Limit("top", None, fine, (9000, 4500, 9000, 3000))
    row = tuple(Limit("row", phase, fine, (1500, 2000, 700, 2000)) for phase in (Phase.L1, Phase.L2))

    def car(name: str, need_kwh: float, departure: float, *loads: int) -> Car:
        shares = {limit: 500 if len(loads) > 2 and limit else 1000 for limit in loads}
        steps = tuple(Load(limit, units) for limit, units in shares.items())
        return Car(name, 1.0, 0, 3, steps, need_kwh, need_kwh, departure)

    cars = (car("a", 5.0, 4, 0, 1, 2), car("b", 3.0, 4, 0, 1), car("c", 4.0, 3, 0), car("d", 2.0, 4, 0, 2))
    problem = Problem(1.0, (0.31, 0.11, 0.05, 0.23), (top, *row), cars)
    wishes = _solved(problem)
    before = _cost(problem, wishes.powers_kw)
    prices = {(each.limit, each.slot): each.eur_per_kwh for each in wishes.shadow_prices}

    assert {limit for limit, _ in prices} >= {0, 1}
    for number, limit in enumerate(problem.limits):
        for slot in range(SLOTS):
            amounts = tuple(amount + (at == slot) for at, amount in enumerate(limit.amounts))
            more = list(problem.limits)
            more[number] = replace(limit, amounts=amounts)
            after = _cost(problem, _solved(replace(problem, limits=tuple(more))).powers_kw)
            assert (before - after) / fine == pytest.approx(prices.get((number, slot), 0.0), abs=1e-3)


def test_program_too_little_for_all_leaves_all_the_same_share_short() -> None:
    problem = _problem((0.1,) * SLOTS, (2,) * SLOTS, (8.0, 8.0), (4, 4))

    wishes = _solved(problem, Weights(lacking_segments=((0.25, 1.0), (0.5, 1.1), (1.0, 1.2))))

    assert wishes.lacking_kwh == pytest.approx((4.0, 4.0))


def test_program_as_little_as_possible_is_lacking_before_anything_is_saved() -> None:
    problem = _problem((0.9, 0.9, 0.0, 0.0), (2,) * SLOTS, (4.0, 4.0), (2, 4))

    wishes = _solved(problem)

    assert wishes.lacking_kwh == pytest.approx((0.0, 0.0), abs=1e-9)


def test_program_negative_prices_never_deliver_more_than_is_needed() -> None:
    problem = _problem((-0.5, -0.1, 0.1, 0.1), (9,) * SLOTS, (3.0,), (4,))

    wishes = _solved(problem)

    assert [row[0] for row in wishes.powers_kw] == pytest.approx([2.0, 1.0, 0.0, 0.0])


def test_program_risk_of_leaving_early_outweighs_a_lower_price_later() -> None:
    sure = _problem((0.30, 0.30, 0.30, 0.10), (9,) * SLOTS, (2.0,), (4,))
    unsure = replace(sure, cars=tuple(replace(car, sigma=1.0) for car in sure.cars))

    assert _solved(sure).powers_kw[3][0] == pytest.approx(2.0)
    assert _solved(unsure).powers_kw[3][0] == pytest.approx(0.0)


def test_program_room_is_left_for_latecomers() -> None:
    problem = _problem((0.2, 0.1, 0.1, 0.1), (2,) * SLOTS, (6.0,), (4,))
    late = Latecomers(1, 4, need_kwh=5.0, most_kw=9.0, shares=((0, 1.0),))

    assert _solved(problem).powers_kw[0][0] == pytest.approx(0.0)
    assert _solved(replace(problem, latecomers=(late,))).powers_kw[0][0] == pytest.approx(2.0)


def test_program_priced_peak_spreads_the_load() -> None:
    problem = replace(_problem((0.1, 0.1, 0.1, 0.1), (9,) * SLOTS, (4.0, 4.0), (4, 4)), peak_price=1.0)

    totals = [sum(row) for row in _solved(problem).powers_kw]

    assert totals == pytest.approx([2.0] * SLOTS)


def test_program_peak_that_was_reached_already_costs_nothing_more() -> None:
    problem = _problem((0.3, 0.1, 0.3, 0.3), (9,) * SLOTS, (2.0, 2.0), (4, 4))
    problem = replace(problem, peak_price=1.0, peak_so_far_kw=4.0)

    assert sum(_solved(problem).powers_kw[1]) == pytest.approx(4.0)


def test_program_three_one_phase_cars_at_one_phase_share_it() -> None:
    limits = tuple(Limit("main", phase, 230e-6, (16_000,) * SLOTS) for phase in Phase)
    cars = tuple(Car(f"{i}", 0.023, 60, 160, (Load(0, 100),), 8.0, 8.0, 4) for i in range(3))

    wishes = _solved(Problem(1.0, (0.1,) * SLOTS, limits, cars))

    assert all(sum(row) <= 3.68 + 1e-6 for row in wishes.powers_kw)
    assert sum(wishes.lacking_kwh) == pytest.approx(24.0 - 4 * 3.68)


def test_program_in_blocks_costs_hardly_more_than_slot_by_slot() -> None:
    random = Random(3)
    hours = [random.uniform(0.05, 0.3) for _ in range(12)]
    prices = tuple(price for price in hours for _ in range(4))
    cars = tuple(
        Car(f"{i}", 0.1, 14, 110, (Load(0, 1),), random.uniform(5, 20), 20.0, random.randint(20, 48))
        for i in range(20)
    )
    problem = Problem(0.25, prices, (Limit("main", None, 0.1, (400,) * 48),), cars)

    exact, blocks = (
        Optimal(problem, PLAIN, Effort(columns_exact=columns)).wishes() for columns in (10**9, 0)
    )

    assert sum(blocks.lacking_kwh) == pytest.approx(sum(exact.lacking_kwh), abs=0.5)
    costs = [
        sum(p * sum(row) for p, row in zip(prices, found.powers_kw, strict=True)) for found in (exact, blocks)
    ]
    assert costs[1] == pytest.approx(costs[0], rel=0.02)


def _between(count: int) -> Problem:
    """Cars at a fuse that is too small for all of them at their smallest power."""
    limits = (Limit("main", None, 0.1, (70,) * SLOTS),)
    cars = tuple(Car(f"{i}", 0.1, 41, 110, (Load(0, 1),), 9.0, 9.0, 4) for i in range(count))
    return Problem(1.0, (0.1, 0.1, 0.2, 0.2), limits, cars)


def test_optimal_powers_now_are_nothing_or_at_least_the_smallest() -> None:
    solved = Optimal(_between(2), PLAIN, USUAL_EFFORT)

    assert any(1e-4 < kw < 4.1 - 1e-4 for kw in solved.wishes().powers_kw[0])
    whole = solved.with_least_powers()
    assert whole is not None
    assert all(kw < 1e-4 or kw > 4.1 - 1e-4 for kw in whole)


def test_optimal_whole_powers_now_cost_what_trying_all_of_them_finds() -> None:
    problem = _between(4)
    solved = Optimal(problem, PLAIN, USUAL_EFFORT)

    whole = solved.with_least_powers()

    assert whole is not None
    on_or_off = itertools.product((0, 41, 50, 60, 70), repeat=4)
    best = min(solved.cost_with(steps) for steps in on_or_off if sum(steps) <= 70)
    assert solved.cost_with([round(kw / 0.1) for kw in whole]) == pytest.approx(best, abs=1e-6)


def test_optimal_cost_with_the_best_beginning_is_the_least() -> None:
    problem = _problem((0.3, 0.1, 0.2, 0.2), (3, 3, 3, 3), (5.0, 4.0), (4, 4))
    solved = Optimal(problem, PLAIN, USUAL_EFFORT)
    best = _cost(problem, solved.wishes().powers_kw)

    costs = {
        first: solved.cost_with(first) for first in itertools.product(range(3), repeat=2) if sum(first) <= 3
    }

    assert min(costs.values()) == pytest.approx(best, abs=1e-6)
    assert solved.cost_with((0, 0)) == pytest.approx(costs[0, 0])  # nothing stays bound
