"""The last stage alone: whatever is wished, in whatever tree, no limit is exceeded."""

import math

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocn.smart_charging.planning.problem import Car, Limit, Load, Phase, Problem
from ocn.smart_charging.planning.settle import settle

_PHASES = (None, *Phase)


@st.composite
def trees(draw: st.DrawFn) -> list[list[int]]:
    """For every place where a car may stand the limits above it: a fuse, its parent, and so on."""
    fuses = draw(st.integers(1, 6))
    parents = [draw(st.integers(-1, i - 1)) for i in range(fuses)]
    above = []
    for fuse in range(fuses):
        chain = [fuse]
        while parents[chain[-1]] >= 0:
            chain.append(parents[chain[-1]])
        above.append(chain)
    return above


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    above = draw(trees())
    amounts = st.integers(-10, 3_000_000)
    limits = tuple(
        Limit(f"fuse {fuse}", phase, 1 / 6000, (draw(amounts),))
        for fuse in range(len(above))
        for phase in _PHASES
    )
    made = tuple(draw(cars(above, f"car {i}")) for i in range(draw(st.integers(0, 8))))
    return Problem(0.25, (0.1,), limits, made)


@st.composite
def cars(draw: st.DrawFn, above: list[list[int]], name: str) -> Car:
    phases = draw(st.lists(st.sampled_from(list(Phase)), min_size=1, max_size=3, unique=True))
    fuses = above[draw(st.integers(0, len(above) - 1))]
    units = draw(st.integers(1, 200))
    loads = [Load(fuse * 4, units * len(phases)) for fuse in fuses]
    loads += [Load(fuse * 4 + 1 + list(Phase).index(phase), units) for fuse in fuses for phase in phases]
    least = draw(st.integers(1, 80))
    return Car(
        name,
        0.023 * len(phases),
        least,
        draw(st.integers(least, 400)),
        tuple(loads),
        need_kwh=draw(st.floats(0, 100)),
        asked_kwh=100.0,
        departure=draw(st.floats(-5, 100)),
        held=draw(st.booleans()),
    )


wishes = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(0, 50),
    st.sampled_from([0.0, -1.0, math.inf, math.nan]),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(), st.data())
def test_settle_any_wishes_tree_and_limits_keeps_every_limit_and_every_floor(
    problem: Problem, data: st.DataObject
) -> None:
    wished = data.draw(st.lists(wishes, min_size=len(problem.cars), max_size=len(problem.cars)))

    steps = settle(problem, wished)

    for number, limit in enumerate(problem.limits):
        load = sum(
            each.units * count
            for car, count in zip(problem.cars, steps, strict=True)
            for each in car.loads
            if each.limit == number
        )
        assert load <= max(0, limit.amounts[0]), limit
    for car, count in zip(problem.cars, steps, strict=True):
        assert isinstance(count, int)
        assert count == 0 or car.least <= count <= car.most


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_settle_nothing_wished_and_nobody_held_grants_nothing(problem: Problem) -> None:
    steps = settle(problem, [0.0] * len(problem.cars))

    assert all(count == 0 or car.held for car, count in zip(problem.cars, steps, strict=True))


def test_settle_wishes_between_steps_are_rounded_down_and_the_rest_goes_to_the_least_lax() -> None:
    problem = _three_phase_cars(room_amps=60, departures=(40, 10, 20))
    step = problem.cars[0].step_kw

    steps = settle(problem, [100.4 * step, 100.4 * step, 100.4 * step])

    assert steps == (100, 101, 100)  # three times 0.4 make one step, for the car that leaves first


def test_settle_wish_below_the_smallest_power_becomes_the_smallest_power() -> None:
    problem = _three_phase_cars(room_amps=60, departures=(10, 20, 30))

    assert settle(problem, [1.0, 0.0, 0.0]) == (60, 0, 0)


def test_settle_last_bit_of_a_car_is_rounded_up() -> None:
    problem = _three_phase_cars(room_amps=60, departures=(10, 20, 30), need_kwh=0.05)

    assert settle(problem, [0.2, 0.0, 0.0]) == (60, 0, 0)


def test_settle_room_for_less_than_the_smallest_power_is_left_unused() -> None:
    problem = _three_phase_cars(room_amps=11, departures=(10, 20, 30))

    assert sorted(settle(problem, [11.0, 11.0, 11.0])) == [0, 0, 110]


def test_settle_held_cars_keep_the_smallest_power_before_others_get_more() -> None:
    problem = _three_phase_cars(room_amps=16, departures=(10, 20, 30), held=(False, False, True))

    steps = settle(problem, [11.0, 0.0, 0.0])

    assert steps == (100, 0, 60)


def test_settle_a_later_slot_uses_its_own_limits_and_needs() -> None:
    problem = _three_phase_cars(room_amps=60, departures=(10, 20, 30), later_amps=8)

    steps = settle(problem, [11.0, 11.0, 11.0], slot=1, needs_kwh=[0.0, 5.0, 5.0])

    assert sum(steps) == 80


def _three_phase_cars(
    room_amps: int,
    departures: tuple[float, ...],
    *,
    need_kwh: float = 20.0,
    held: tuple[bool, ...] = (False, False, False),
    later_amps: int | None = None,
) -> Problem:
    amounts = (room_amps * 1000, (room_amps if later_amps is None else later_amps) * 1000)
    limits = tuple(Limit("main", phase, 230e-6, amounts) for phase in Phase)
    loads = tuple(Load(i, 100) for i in range(3))
    made = tuple(
        Car(f"{i}", 0.069, 60, 160, loads, need_kwh, need_kwh, departure, held=held[i])
        for i, departure in enumerate(departures)
    )
    return Problem(0.25, (0.1, 0.1), limits, made)
