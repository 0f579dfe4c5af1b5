"""Under which limit a car drew what its session says."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.unit.smart_charging_service.conftest import START, site
from tests.unit.smart_charging_service.test_parts import stay

from ocn.smart_charging.dispatch.sent import Sent
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.service.meaning.drawn import drawn_of_late
from ocn.smart_charging.site.wiring import Wiring


@pytest.mark.parametrize(
    ("steps", "held"),
    [((100,), 100), ((100, 100, 100, 0), 100), ((100, 0, 100, 100), None), ((100, 60), None)],
)
def test_limit_that_was_another_in_between_is_not_the_one_that_held(
    steps: tuple[int, ...], held: int | None
) -> None:
    yard = site()
    outlet = Wiring.of(yard).outlet(yard.evses[0])
    sent = Sent(1, Course(START, 15, steps), START, START)
    drew = stay((0, "0"), (45, "4"), power_kw=Decimal(5), power_since=START)
    standing = Standing(outlet, in_force=sent)
    told, metered = drawn_of_late(drew, outlet, standing)
    assert (told.steps, metered.steps) == (held, held)
    assert drew.updated == START + timedelta(minutes=45)


@pytest.mark.parametrize(
    ("readings", "power_kw"),
    [
        ([(0, "5"), (6, "5")], [0.0]),
        ([(0, "0"), (6, "0.1")], []),
        ([(0, "0"), (4, "0.4"), (6, "0.5")], [5.0]),
        ([(0, "0"), (60, "10"), (80, "10.1")], []),
    ],
    ids=["nothing", "too little to tell", "of the last five minutes at least", "long ago"],
)
def test_power_by_the_meter_is_of_late_and_of_as_much_as_its_steps_can_tell(
    readings: list[tuple[int, str]], power_kw: list[float]
) -> None:
    yard = site()
    found = drawn_of_late(stay(*readings), Wiring.of(yard).outlet(yard.evses[0]), None)
    assert [each.power_kw for each in found] == pytest.approx(power_kw)


def test_limit_that_came_within_the_while_or_may_be_replaced_by_another_is_not_the_one_that_held() -> None:
    yard = site()
    outlet = Wiring.of(yard).outlet(yard.evses[0])
    sent = Sent(1, Course(START, 15, (100,)), START, START)
    drew = stay((0, "0"), (45, "4"))
    late = replace(sent, at=START + timedelta(minutes=10))
    for standing in (
        Standing(outlet, in_force=late),
        Standing(outlet, in_force=sent, may_hold=(replace(sent, number=2),)),
    ):
        (metered,) = drawn_of_late(drew, outlet, standing)
        assert metered.steps is None
