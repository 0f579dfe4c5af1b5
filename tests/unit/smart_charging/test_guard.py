"""Plans of cars drawn at random, beside what least laxity would have made of them."""

import random

import pytest
from tests.unit.smart_charging.test_planner import problem, three_phase

from ocn.smart_charging.planning import planner
from ocn.smart_charging.planning.guard import worse_off
from ocn.smart_charging.planning.planner import plan
from ocn.smart_charging.planning.problem import Problem

SEEDS = range(20)


def drawn(seed: int) -> Problem:
    """Two to seven cars at a fuse that is mostly too small for them, at prices that jump."""
    dice = random.Random(seed)  # cars, not keys
    cars = [
        three_phase(f"car{i}", dice.uniform(1, 15), dice.randint(1, 16)) for i in range(dice.randint(2, 7))
    ]
    prices = tuple(dice.choice([0.1, 0.3, 0.5]) for _ in range(16))
    return problem(*cars, amps=dice.choice([16, 20, 26, 32, 40]), prices=prices)


@pytest.mark.parametrize("seed", SEEDS)
def test_plan_of_any_cars_leaves_none_with_less_than_least_laxity_would(seed: int) -> None:
    asked = drawn(seed)

    assert worse_off(asked, plan(asked).steps) == {}


def test_plans_without_the_guard_leave_some_with_less(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("highspy")
    monkeypatch.setattr(planner, "worse_off", lambda *_: {})

    assert any(worse_off(asked, plan(asked).steps) for asked in map(drawn, SEEDS))
