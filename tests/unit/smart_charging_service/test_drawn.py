"""Under which limit a car drew what its session says."""

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
