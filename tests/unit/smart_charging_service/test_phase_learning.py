"""What one reading says of a car's phases, and what speaks against it; by itself, without a planner."""

from datetime import datetime, timedelta
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


class Car:
    """Draws on one phase at two limits, one after the other."""

    def __init__(self, held_too: tuple[Sent, ...] = ()) -> None:
        self._limits = CarLimits(230.0)
        self._held_too = held_too
        self.at("E1", 10, START)
        self.at("E1", 16, START + HOUR)

    def at(self, evse_id: str, amps: int, since: datetime, after: timedelta = HOUR / 2) -> Outlet:
        """Look at it at an EVSE where it has drawn so much since a moment; return what it can draw there."""
        evse = next(each for each in YARD.evses if each.id == evse_id)
        power = {"power_kw": Decimal(230 * amps) / 1000, "current_a": Decimal(amps), "power_since": since}
        reading = stay(updated=since + after, evse_uid=evse_id, **power)
        in_force = Sent(amps, Course(START, 15, (10 * amps,)), since, since)
        standing = Standing(WHOLE, in_force=in_force, may_hold=self._held_too)
        self._limits.look(reading, evse, WHOLE, standing)
        return self._limits.outlet(reading, evse, WIRING)


def test_car_that_was_at_two_limits_leaves_its_other_phases() -> None:
    assert Car().at("E1", 16, START + 2 * HOUR) == ON_L1


def test_car_whose_limit_may_have_been_an_earlier_one_leaves_no_phases() -> None:
    earlier = Sent(1, Course(START, 15, (320,)), START, START + HOUR / 4)
    assert Car(held_too=(earlier,)).at("E1", 16, START + 2 * HOUR).loads == WHOLE.loads


def test_reading_of_when_a_car_stood_elsewhere_says_nothing_of_it_here() -> None:
    car = Car()
    for after in (HOUR / 3, HOUR / 2):
        assert car.at("E2", 16, START + 2 * HOUR, after) == WHOLE
