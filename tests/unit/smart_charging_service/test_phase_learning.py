"""What one reading says of a car's phases, and what speaks against it; by itself, without a planner."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.unit.smart_charging_service.conftest import START, site
from tests.unit.smart_charging_service.test_parts import stay

from ocn.smart_charging.dispatch.sent import Sent
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.service.meaning.car_limits import CarLimits
from ocn.smart_charging.service.meaning.drawn import Drawn
from ocn.smart_charging.service.meaning.phases import UNKNOWN, PhaseLearning, Phases
from ocn.smart_charging.site.wiring import Wiring

ON_ONE = Phases(count=1)
YARD = site()
WIRING = Wiring.of(YARD)
WHOLE, ON_L1 = WIRING.outlet(YARD.evses[0]), WIRING.outlet(YARD.evses[0], 1)
HOUR = timedelta(hours=1)


def drawn(power_kw: float, amps: float, steps: int | None = 160) -> Drawn:
    return Drawn(power_kw, amps, START, steps)


def per_phase() -> PhaseLearning:
    """Of a CPO that has shown at two cars that it means the current on each phase."""
    learning = PhaseLearning(230.0)
    for session in ("A", "B"):
        assert learning.learned(session, UNKNOWN, drawn(11.04, 16), 3) == Phases(3, (16.0,))
    assert learning.frees_others(ON_ONE)
    return learning


def test_current_above_its_limit_says_nothing_of_phases_and_that_currents_may_be_sums() -> None:
    learning = per_phase()
    assert learning.learned("C", UNKNOWN, drawn(11.04, 48), 3) == UNKNOWN
    assert not learning.frees_others(ON_ONE)


def test_limit_that_was_reached_on_other_phases_does_not_count() -> None:
    before = Phases(count=2, limits_reached=(10.0,))
    after = per_phase().learned("C", before, drawn(3.68, 16), 3)
    assert after == Phases(1, (16.0,))
    assert not after.was_at_limits


@pytest.mark.parametrize(
    ("reading", "against"),
    [
        (drawn(3.68, 16), False),
        (drawn(3.956, 17.2), True),
        (drawn(7.36, 16, steps=320), True),
        (drawn(3.68, 16, steps=320), False),
    ],
)
def test_reading_above_the_limit_or_beyond_its_own_current_speaks_against_one_phase(
    reading: Drawn, against: bool
) -> None:
    assert per_phase().speaks_against(reading, ON_ONE, 3, 32.0) is against


def looked(*, held_too: tuple[Sent, ...] = (), moved: bool = False) -> Outlet:
    """Return what a car can draw that drew on one phase at two limits; or at the second EVSE by then."""
    limits, evse = CarLimits(230.0), YARD.evses[0]
    for hour, amps in enumerate((10, 16)):
        begin = START + hour * HOUR
        power = {"power_kw": Decimal(230 * amps) / 1000, "current_a": Decimal(amps), "power_since": begin}
        reading = stay(updated=begin + HOUR / 2, **power)
        in_force = Sent(hour + 2, Course(START, 15, (10 * amps,)), begin, begin)
        standing = Standing(WHOLE, in_force=in_force, may_hold=held_too)
        limits.look(reading, evse, WHOLE, standing)
    if moved:
        evse = YARD.evses[1]
        for minutes in (40, 50):
            reading = stay(updated=START + HOUR + timedelta(minutes=minutes), evse_uid=evse.id, **power)
            limits.look(reading, evse, WHOLE, standing)
    return limits.outlet(reading, evse, WIRING)


def test_car_that_was_at_two_limits_leaves_its_other_phases() -> None:
    assert looked() == ON_L1


def test_car_whose_limit_may_have_been_an_earlier_one_leaves_no_phases() -> None:
    earlier = Sent(1, Course(START, 15, (320,)), START, START + HOUR / 4 + HOUR)
    assert looked(held_too=(earlier,)).loads == WHOLE.loads


def test_reading_of_when_a_car_stood_elsewhere_says_nothing_of_it_here() -> None:
    assert looked(moved=True) == WHOLE
