"""step_size by every edition of the texts, and the noise of four decimals."""

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from ocn.tariffs import Policy, StepSize

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Json, Making


def charge_and_park(make: "Making", charging_min: int, parking_min: int) -> "Json":
    parks = make.monday + timedelta(minutes=charging_min)
    end = parks + timedelta(minutes=parking_min)
    periods = [make.period(make.monday, time=f"{charging_min / 60:.4f}")]
    if parking_min:
        periods.append(make.period(parks, parking_time=f"{parking_min / 60:.4f}"))
    return make.cdr(*periods, end=end)


@pytest.mark.parametrize(
    ("edition", "expected"),
    [
        (StepSize.PARKING_ONLY, Fraction(61, 60) + 1),  # 61 min of charging, 12 min of parking billed as 20
        (StepSize.COMBINED, Fraction(61, 60) + Fraction(19, 60) * 3),  # 73 min billed as 80
        (StepSize.PER_DIMENSION, Fraction(90, 60) + 1),
        (StepSize.LAST, Fraction(61, 60) + 1),
        (StepSize.PER_PERIOD, Fraction(90, 60) + 1),
        (StepSize.NONE, Fraction(61, 60) + Fraction(12, 60) * 3),
    ],
)
def test_each_edition_rounds_time_and_parking_its_way(
    make: "Making", edition: StepSize, expected: Fraction
) -> None:
    tariff = make.tariff(
        make.element(make.component("TIME", "1.00", step=1800)),
        make.element(make.component("PARKING_TIME", "3.00", step=1200)),
    )
    assert (
        make.price(charge_and_park(make, 61, 12), tariff, policy=Policy(step_size=edition)).total.excl
        == expected
    )


@pytest.mark.parametrize("edition", list(StepSize)[:5])
def test_time_alone_is_rounded_up_by_all_editions_that_round(make: "Making", edition: StepSize) -> None:
    priced = make.price(
        charge_and_park(make, 61, 0), make.simple("TIME", "1.00", step=1800), policy=Policy(edition)
    )
    assert priced.total.excl == Fraction(3, 2)


def test_surplus_goes_to_the_last_line_at_its_price(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "0.20", step=1000), max_kwh="5"),
        make.element(make.component("ENERGY", "0.30", step=2000)),
    )
    later = make.monday + timedelta(hours=1)
    cdr = make.cdr(make.period(make.monday, energy="5"), make.period(later, energy="0.5"), end=later)
    priced = make.price(cdr, tariff)
    assert [(str(line.volume), str(line.billed)) for line in priced.lines] == [("5", "5"), ("0.5", "1.0")]
    assert priced.total.excl == Fraction("1.30")


def test_energy_is_rounded_once_per_session(make: "Making") -> None:
    hour = timedelta(hours=1)
    periods = [make.period(make.monday + hour * place, energy="1.1") for place in range(3)]
    cdr = make.cdr(*periods, end=make.monday + hour * 3)
    tariff = make.simple("ENERGY", "1.00", step=500)
    assert make.costs(cdr, tariff) == "3.5000"
    assert make.costs(cdr, tariff, policy=Policy(step_size=StepSize.PER_PERIOD)) == "4.5000"


def test_one_watt_hour_and_one_second_are_real_steps(make: "Making") -> None:
    assert make.costs(make.one(energy="0.1152"), make.simple("ENERGY", "0.25")) == "0.0290"
    assert make.costs(make.one(energy="0.1152"), make.simple("ENERGY", "0.25", step=0)) == "0.0288"


def test_free_stretches_do_not_count_and_those_at_a_price_of_zero_do(make: "Making") -> None:  # SP-26, AN-05
    for price, expected in ((None, "0.2500"), ("0.00", "0.1667")):
        free = [] if price is None else [make.element(make.component("PARKING_TIME", price, step=900))]
        tariff = make.tariff(
            make.element(make.component("PARKING_TIME", "1.00", step=900), min_duration=300), *free
        )
        later = make.monday + timedelta(minutes=5)
        cdr = make.cdr(
            make.period(make.monday, parking_time="0.0833"),
            make.period(later, parking_time="0.1667"),
            end=later + timedelta(minutes=10),
        )
        assert make.costs(cdr, tariff) == expected


def test_nothing_is_rounded_for_a_tariff_that_was_switched_away_from(make: "Making") -> None:  # ED-16
    first = make.simple("ENERGY", "1.00", step=1000, id="A")
    second = make.simple("ENERGY", "1.00", step=1000, id="B")
    later = make.monday + timedelta(hours=1)
    cdr = make.cdr(
        make.period(make.monday, "A", energy="1.1"), make.period(later, "B", energy="1.1"), end=later
    )
    assert make.costs(cdr, first, second) == "3.1000"


def test_reservation_is_rounded_on_its_own(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("TIME", "6.00", step=600), reservation="RESERVATION"),
        make.element(make.component("TIME", "1.00", step=3600)),
    )
    times = [make.monday + timedelta(minutes=minutes) for minutes in (0, 11, 41)]
    cdr = make.cdr(
        make.period(times[0], reservation_time="0.1833"), make.period(times[1], time="0.5"), end=times[2]
    )
    assert make.costs(cdr, tariff) == "3.0000"


@pytest.mark.parametrize("hours", ["0.3333", "0.3334", "0.33333333333333331483"])
def test_noise_of_a_volume_costs_no_block(make: "Making", hours: str) -> None:  # ED-20
    cdr = make.one(20 / 60, time=hours)
    assert make.costs(cdr, make.simple("TIME", "3.00", step=300)) == "1.0000"
    assert make.costs(cdr, make.simple("TIME", "3.00", step=0)) == "1.0000"


def test_volume_that_is_not_the_length_is_priced_and_noticed(make: "Making") -> None:  # AN-08
    priced = make.price(make.one(1, time="0.9"), make.simple("TIME", "1.00", step=0))
    assert priced.total.excl == Fraction("0.9")
    assert make.codes(priced) == {"VOLUME_NOT_LENGTH"}


def test_energy_a_billionth_of_a_block_above_costs_no_block(make: "Making") -> None:
    for energy, expected in (("2.0000000001", "2.0000"), ("2.0001", "3.0000")):
        assert make.costs(make.one(energy=energy), make.simple("ENERGY", "1.00", step=1000)) == expected


def test_session_that_charges_after_it_parked_is_open_to_two_readings(make: "Making") -> None:
    tariff = make.tariff(
        make.element(
            make.component("TIME", "1.00", step=3600), make.component("PARKING_TIME", "2.00", step=3600)
        )
    )
    charges = make.monday + timedelta(minutes=30)
    cdr = make.cdr(
        make.period(make.monday, parking_time="0.5"),
        make.period(charges, time="0.5"),
        end=charges + timedelta(minutes=30),
    )
    priced = make.price(cdr, tariff)
    assert priced.total.excl == Fraction("2.5")
    assert make.codes(priced) == {"STEP_SIZE_TWO_READINGS"}
    assert make.costs(cdr, tariff, policy=Policy(step_size=StepSize.LAST)) == "2.0000"
    assert make.codes(make.price(charge_and_park(make, 30, 30), tariff)) == set()
