"""Cars of a made-up day draw the same at a meter as in the runs that they are compared with."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.simulation.smart.conftest import START, stay

from ocn.simulation.chargers.charging import Charging
from ocn.simulation.chargers.charging_profile import ChargingProfile
from ocn.simulation.errors import Refused
from ocn.simulation.smart.cars import STEP, Visitors, car_of, drawn_kwh

SLOT_H = 0.25


@given(
    name=st.integers(0, 40),
    phases=st.sampled_from((1, 2, 3)),
    amps=st.sampled_from((16, 32)),
    need=st.integers(100, 30_000),
    limits=st.lists(st.one_of(st.just(0), st.integers(60, 320)), min_size=1, max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_car_draws_at_its_meter_what_it_draws_without_a_network(
    name: int, phases: int, amps: int, need: int, limits: list[int]
) -> None:
    visit = stay(f"S{name}", "EVSE1", phases=phases, amps=amps, need_kwh=need / 1000)
    charging = Charging(car_of(visit), START, STEP)
    delivered = 0.0
    for slot, steps in enumerate(limits):
        begin, watts = START + slot * timedelta(minutes=15), Decimal(steps * 23 * phases)
        charging.use_profile(ChargingProfile(None, None, ((0, watts),)), begin)
        drawn = drawn_kwh(visit, delivered, float(watts) / 1000, SLOT_H)
        assert 0 <= drawn <= float(watts) / 1000 * SLOT_H + 1e-9
        delivered += drawn
        metered = float(charging.energy_wh(begin + timedelta(minutes=15))) / 1000
        assert delivered == pytest.approx(metered, abs=0.02)
    assert delivered <= visit.need_kwh + 1e-6


def test_car_held_below_six_ampere_draws_nothing() -> None:
    visit = stay("S1", "EVSE1", phases=1)
    assert drawn_kwh(visit, 0.0, 1.379, SLOT_H) == 0
    assert drawn_kwh(visit, 0.0, 1.38, SLOT_H) == pytest.approx(0.345)


def test_half_of_the_cars_taper_and_the_same_ones_always() -> None:
    tapering = [car_of(stay(f"S{n}", "E")).taper_from < 1 for n in range(200)]
    assert 60 < sum(tapering) < 140
    assert tapering == [car_of(stay(f"S{n}", "E")).taper_from < 1 for n in range(200)]


def test_session_does_not_start_where_no_car_stands() -> None:
    visitors, visit = Visitors(), stay("S1", "EVSE1")
    visitors.come([visit])
    assert visitors.at("EVSE1").session_id == "S1"
    with pytest.raises(Refused, match="no car"):
        visitors.at("EVSE2")
    visitors.go([visit])
    with pytest.raises(Refused, match="no car"):
        visitors.at("EVSE1")
