"""When a payee asks, holds the car, stops it, claims: as tables, and what must hold whatever happens."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.settlement.core.conftest import NOON

from ocn.settlement.core.delivering import Command, Delivery, Exposure, is_due, next_command, why
from ocn.settlement.core.lane import Exit, LaneState
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.settling import SettlePolicy, Settling, Standing, settle_now
from ocn.settlement.core.terms import Terms

FINE = Exposure(owed=0, secured=10_000_000, granted=2_000_000)
USED_UP = replace(FINE, owed=12_000_001)
DISAGREED, NOT_YET = Refusal(Reason.PRICE_DIFFERS, "too much"), Refusal(Reason.UNKNOWN_SESSION, "wait")
RUNNING = Delivery("S1", total=100_000, wh=240, covered_at=NOON)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("delivery", "seconds", "due"),
    [
        (RUNNING, 1, False),
        (RUNNING, 10, True),
        (replace(RUNNING, wh=250), 1, True),
        (replace(RUNNING, wh=250, covered_wh=1), 1, False),
        (replace(RUNNING, total=0), 60, False),
        (replace(RUNNING, covered=100_000), 60, False),
        (replace(RUNNING, stopped=True), 60, False),
        (replace(RUNNING, refused=DISAGREED), 60, False),
        (replace(RUNNING, covered_at=None), 60, False),
    ],
)
def test_payee_asks_at_half_a_tick_of_energy_or_a_tick_of_time(
    terms: Terms, delivery: Delivery, seconds: float, due: bool
) -> None:
    assert is_due(terms, delivery, after(seconds)) is due


@pytest.mark.parametrize(
    ("delivery", "exposure", "seconds", "command"),
    [
        (RUNNING, FINE, 0, None),
        (replace(RUNNING, wh=500), FINE, 0, Command.HOLD),
        (replace(RUNNING, wh=500, held=True), FINE, 0, None),
        (replace(RUNNING, wh=500, covered_wh=1, held=True), FINE, 0, Command.RESUME),
        (replace(RUNNING, asked_at=NOON), FINE, 19, None),
        (replace(RUNNING, asked_at=NOON), FINE, 20, Command.HOLD),
        (replace(RUNNING, asked_at=NOON, held=True), FINE, 39, None),
        (replace(RUNNING, asked_at=NOON, held=True), FINE, 40, Command.STOP),
        (replace(RUNNING, asked_at=NOON), FINE, 400, Command.STOP),
        (replace(RUNNING, held=True), FINE, 0, Command.RESUME),
        (RUNNING, USED_UP, 0, Command.HOLD),
        (replace(RUNNING, held=True), USED_UP, 0, None),
        (replace(RUNNING, refused=DISAGREED), FINE, 0, Command.STOP),
        (replace(RUNNING, refused=NOT_YET), FINE, 0, None),
        (replace(RUNNING, refused=DISAGREED, stopped=True), FINE, 0, None),
    ],
)
def test_payee_holds_then_stops_and_resumes(
    terms: Terms, delivery: Delivery, exposure: Exposure, seconds: float, command: Command | None
) -> None:
    assert next_command(terms, delivery, exposure, after(seconds)) is command
    if command in (Command.HOLD, Command.STOP):
        assert len(why(terms, delivery, exposure, after(seconds))) > 10


def test_energy_that_costs_nothing_more_is_never_held(terms: Terms) -> None:
    free = Delivery("S1", 0, 0, covered_at=NOON).grown(0, 40_000)
    assert next_command(terms, free, FINE, after(3600)) is None
    by_the_session = Delivery("S1", 0, 0, covered_at=NOON).grown(8_000_000, 1).asked(NOON)
    paid = by_the_session.paid(8_000_000, after(1)).grown(8_000_000, 40_000)
    assert next_command(terms, paid, FINE, after(3600)) is None
    next_block = paid.grown(8_400_000, 40_100)
    assert (next_block.open_units, next_block.open_wh) == (400_000, 100)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 60),  # seconds
            st.integers(0, 200),  # watt-hours, if energy flows
            st.sampled_from(["silence", "voucher", "refusal"]),
        ),
        max_size=30,
    ),
    st.sampled_from([0, 1, 100_000, 300_000]),
)
def test_energy_without_a_voucher_never_exceeds_a_tick_and_one_report_or_the_floor(
    terms: Terms, steps: list[tuple[int, int, str]], floor: int
) -> None:
    terms = replace(terms, floor=floor)
    delivery, now = replace(RUNNING, wh=0, total=0), NOON
    for seconds, wh, answer in steps:
        now += timedelta(seconds=seconds)
        if not delivery.held:
            delivery = delivery.grown(delivery.total + 400 * wh, delivery.wh + wh)
        if is_due(terms, delivery, now) and delivery.asked_at is None:
            delivery = delivery.asked(now)
        if delivery.asked_at is not None and answer == "voucher":
            delivery = delivery.paid(delivery.asked_total, now)
        elif delivery.asked_at is not None and answer == "refusal":
            delivery = replace(delivery, asked_at=None, refused=DISAGREED)
        if command := next_command(terms, delivery, FINE, now):
            delivery = delivery.told(command)
        assert delivery.open_wh < terms.tick.wh + 200 or delivery.open_units < floor + 200 * 400
        assert not (delivery.stopped and next_command(terms, delivery, FINE, now))
        if delivery.refused is not None:
            assert delivery.stopped


def test_what_has_cost_less_than_the_floor_is_neither_asked_for_nor_held(terms: Terms) -> None:
    high = replace(terms, floor=100_001)
    full = replace(RUNNING, wh=500)
    assert not is_due(high, full, after(60))
    assert next_command(high, full, FINE, after(60)) is None
    dear = replace(full, total=100_001)
    assert is_due(high, dear, after(0))
    assert next_command(high, dear, FINE, after(0)) is Command.HOLD


def test_reserve_that_is_too_low_is_named(terms: Terms) -> None:
    assert Exposure(0, 10, 5).missing(10) == 0
    assert Exposure(0, 4, 5).missing(10) == 6
    assert Exposure(25, 10, 5).missing(10) == 10
    assert Exposure(-25, 10, 5).missing(10) == 0
    assert terms.said(12_500_000) == "12.5 EUR (12500000 units)"


HOUR = timedelta(hours=1)
RICH = LaneState(reserve=5000)
POLICY = SettlePolicy(threshold=1000, every=24 * HOUR, least=10)


@pytest.mark.parametrize(
    ("standing", "since", "sent"),
    [
        (Standing(0, RICH), 100 * HOUR, None),
        (Standing(1000, RICH), HOUR, Settling.CLAIM),
        (Standing(999, RICH), HOUR, None),
        (Standing(999, RICH), 24 * HOUR, Settling.CLAIM),
        (Standing(9, RICH), 24 * HOUR, None),
        (Standing(1999, replace(RICH, claimed=1000)), HOUR, None),
        (Standing(2000, replace(RICH, claimed=1000)), HOUR, Settling.CLAIM),
        (Standing(1000, replace(RICH, claimed=2000)), 99 * HOUR, None),
        (Standing(1, replace(RICH, exit=Exit(5, NOON))), HOUR, Settling.CLAIM),
        (Standing(0, replace(RICH, exit=Exit(5, NOON))), HOUR, None),
        (Standing(800, LaneState(reserve=900)), HOUR, Settling.CLAIM),
        (Standing(799, LaneState(reserve=900)), HOUR, None),
        (Standing(1000, RICH, 10), HOUR, Settling.NET),
        (Standing(1000, RICH, 10, LaneState(claimed=10)), HOUR, Settling.CLAIM),
    ],
)
def test_payee_settles_by_threshold_schedule_use_and_at_once_when_a_reserve_leaves(
    standing: Standing, since: timedelta, sent: Settling | None
) -> None:
    found = settle_now(POLICY, standing, set_off=True, granted=100, since=since)
    assert (found[0] if found else None) is sent
    alone = settle_now(POLICY, standing, set_off=False, granted=100, since=since)
    assert (alone[0] if alone else None) is (Settling.CLAIM if sent else None)


def test_payee_claims_nothing_from_a_payer_without_money_but_sets_off() -> None:
    broke = Standing(5000, LaneState(), 10)
    assert settle_now(POLICY, broke, set_off=False, granted=100, since=HOUR) is None
    found = settle_now(POLICY, broke, set_off=True, granted=100, since=HOUR)
    assert found is not None
    assert found[0] is Settling.NET
