"""Limits less what cannot be told anything."""

from datetime import timedelta

from tests.unit.smart_charging_dispatch.sites import CAR, NOON, SLOT, limits_of, slots_from

from ocn.smart_charging.dispatch.around import around
from ocn.smart_charging.dispatch.sent import Sent
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.dispatch.states import Refusal
from ocn.smart_charging.planning.problem import Limit
from ocn.smart_charging.profiles.course import Course

_SLOTS = slots_from(NOON, 4)


def test_around_a_session_that_was_never_confirmed_leaves_what_its_outlet_does_not_take() -> None:
    standing = Standing(CAR, refusal=Refusal.NOT_SUPPORTED)

    left = around(limits_of(32, 4), [standing], _SLOTS)

    assert _amps(left) == [16, 16, 16, 16]


def test_around_a_session_that_backs_off_leaves_what_none_of_its_courses_takes() -> None:
    sent = Sent(2, Course(NOON, 15, (60, 100)), NOON, NOON + timedelta(minutes=5))
    standing = Standing(
        CAR,
        in_force=Sent(1, Course(NOON - SLOT, 15, (160, 160, 80, 0)), NOON - SLOT, NOON),
        may_hold=(sent,),
        refusal=Refusal.UNANSWERED,
    )

    left = around(limits_of([32, 32, 32, 8], 4), [standing], _SLOTS)

    assert _amps(left) == [16, 22, 22, 0]


def test_around_nobody_leaves_the_limits_as_they_are() -> None:
    assert around(limits_of(32, 4), [], _SLOTS) == limits_of(32, 4)


def _amps(limits: tuple[Limit, ...]) -> list[float]:
    assert len({limit.amounts for limit in limits}) == 1
    return [amount / 1000 for amount in limits[0].amounts]
