"""The meter follows physics and does not depend on who looks."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ocn.ocpi.errors import InvalidParameters
from ocn.simulation.chargers.car import MAX_POWER_W, MIN_POWER_W, Car
from ocn.simulation.chargers.charging import Activity, Charging
from ocn.simulation.chargers.charging_profile import ChargingProfile

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
CAR = Car(battery_wh=Decimal(50_000), arrives_with_wh=Decimal(10_000))


def profile(*periods: tuple[int, str], unit: str = "W", **more: object) -> ChargingProfile:
    return ChargingProfile.from_object(
        {
            "charging_rate_unit": unit,
            "charging_profile_period": [
                {"start_period": offset, "limit": Decimal(limit)} for offset, limit in periods
            ],
            **more,
        }
    )


def test_charging_for_half_an_hour_at_full_power_meters_half_of_it() -> None:
    reading = Charging(CAR, START).read(START + timedelta(minutes=30))
    assert reading.power_w == MAX_POWER_W == 11_040
    assert reading.energy_wh == 5_520
    assert [s.activity for s in reading.stretches] == [Activity.CHARGING]


def test_charging_a_nearly_full_battery_tapers_then_parks() -> None:
    charging = Charging(Car(Decimal(50_000), Decimal(47_500)), START)
    assert charging.read(START).power_w < MAX_POWER_W
    late = charging.read(START + timedelta(hours=2))
    assert late.power_w == 0
    assert [s.activity for s in late.stretches] == [Activity.CHARGING, Activity.PARKED]
    assert late.stretches[1].energy_wh == 0
    assert Decimal(2_500) < late.energy_wh * Decimal("0.92") + 50
    assert late.energy_wh * Decimal("0.92") < 2_560


@given(
    moments=st.lists(st.integers(0, 20_000), max_size=20),
    soc=st.integers(0, 50_000),
    limit=st.one_of(st.none(), st.integers(0, 12_000)),
)
@settings(max_examples=30, deadline=None)
def test_reading_does_not_depend_on_earlier_readings_and_never_falls(
    moments: list[int], soc: int, limit: int | None
) -> None:
    car = Car(Decimal(50_000), Decimal(soc))
    watched, alone = Charging(car, START), Charging(car, START)
    if limit is not None:
        for charging in (watched, alone):
            charging.use_profile(profile((0, str(limit)), (3_600, "12000")), START)
    before = Decimal(0)
    for moment in sorted(moments):
        energy = watched.read(START + timedelta(seconds=moment)).energy_wh
        assert energy >= before
        before = energy
    end = START + timedelta(seconds=20_000)
    assert watched.read(end) == alone.read(end)
    assert alone.read(end).energy_wh <= MAX_POWER_W * 20_000 / 3_600


def test_profile_limits_power_and_clearing_it_lifts_the_limit() -> None:
    charging = Charging(CAR, START)
    charging.use_profile(profile((0, "10.0"), unit="A"), START)
    limited = charging.read(START + timedelta(minutes=10))
    assert limited.power_w == 6_900
    assert limited.energy_wh == 1_150
    charging.use_profile(None, START + timedelta(minutes=10))
    free = charging.read(START + timedelta(minutes=20))
    assert free.power_w == MAX_POWER_W
    assert [s.allowed_w for s in free.stretches] == [Decimal(6_900), None]


def test_profile_below_six_ampere_pauses_but_is_not_parking() -> None:
    charging = Charging(CAR, START)
    charging.use_profile(profile((0, str(MIN_POWER_W - 1))), START)
    reading = charging.read(START + timedelta(hours=1))
    assert reading.energy_wh == 0
    assert [s.activity for s in reading.stretches] == [Activity.CHARGING]


def test_profile_periods_apply_from_their_start_and_end_with_the_duration() -> None:
    limits = profile((0, "5000"), (600, "8000"), duration=1_200)
    seconds = [limits.allowed_w(START + timedelta(seconds=s), START) for s in (0, 599, 600, 1_199, 1_200)]
    assert seconds == [5_000, 5_000, 8_000, 8_000, None]


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {},
        {"charging_rate_unit": "HP", "charging_profile_period": [{"start_period": 0, "limit": 1}]},
        {"charging_rate_unit": "W", "charging_profile_period": []},
        {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 5, "limit": 1}]},
        {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": "many"}]},
        {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": -1}]},
        {"charging_rate_unit": "W", "charging_profile_period": {"start_period": 0}},
    ],
)
def test_profile_that_is_malformed_is_refused(broken: object) -> None:
    with pytest.raises(InvalidParameters):
        ChargingProfile.from_object(broken)


def test_car_of_a_seed_is_always_the_same() -> None:
    assert Car.from_seed("a") == Car.from_seed("a")
    assert len({Car.from_seed(str(n)) for n in range(50)}) > 10


def test_profile_in_amperes_counts_the_phases_of_the_car_and_is_told_in_amperes() -> None:
    limits = ChargingProfile.from_object(
        {"charging_rate_unit": "A", "charging_profile_period": [{"start_period": 0, "limit": 10}]}, phases=1
    )
    assert limits.allowed_w(START, START) == 2_300
    told = limits.active(START, START, timedelta(minutes=5), most_w=Decimal(7_360))["charging_profile"]
    assert (told["charging_rate_unit"], told["charging_profile_period"][0]["limit"]) == ("A", 10)


def test_one_phase_car_charges_with_six_ampere_and_not_with_less() -> None:
    car = Car(Decimal(50_000), Decimal(0), Decimal(3_680), phases=1)
    powers = [car.power_w(Decimal(0), Decimal(allowed)) for allowed in (1_379, 1_380, 3_000, 9_000)]
    assert powers == [0, 1_380, 3_000, 3_680]


def test_car_that_does_not_taper_stops_with_what_it_needs_to_the_watt_hour() -> None:
    car = Car(Decimal(50_000), Decimal(50_000) - Decimal(8_600) * Decimal("0.92"), taper_from=Decimal(1))
    charging = Charging(car, START, timedelta(minutes=1))
    assert not charging.is_full(START + timedelta(minutes=40))
    assert charging.read(START + timedelta(hours=2)).energy_wh == 8_600
    assert charging.is_full(START + timedelta(hours=2))
    assert charging.power_w(START + timedelta(hours=2)) == 0


@given(limits=st.lists(st.integers(4_140, 12_000), min_size=1, max_size=8))
@example(limits=[4140, 7152, 7705, 8518, 9995, 10070])
@settings(max_examples=30, deadline=None)
def test_stretches_add_up_to_the_register_whatever_the_limits(limits: list[int]) -> None:
    charging = Charging(CAR, START)
    for n, limit in enumerate(limits):
        charging.use_profile(profile((0, str(limit))), START + n * timedelta(minutes=7))
    at = START + len(limits) * timedelta(minutes=7)
    reading = charging.read(at)
    assert sum(stretch.energy_wh for stretch in reading.stretches) == reading.energy_wh
    within_a_step = Decimal("0.000001")  # a sum of rounded steps may end a hair under a whole watt-hour
    assert -within_a_step <= charging.energy_wh(at) - reading.energy_wh < 1
