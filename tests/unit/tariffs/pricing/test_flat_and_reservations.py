"""FLAT once per session, once for the reservation, once per tariff; and what reservations cost."""

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from ocn.tariffs import Part, Policy
from ocn.tariffs.policy import FlatCount

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Json, Making


def reservation_tariff(make: "Making") -> "Json":
    """Reserving: 1.00 and 2.00 per hour, 4.00 and 2.00 if it expires; charging: 0.50 and 0.25 per kWh."""
    return make.tariff(
        make.element(
            make.component("FLAT", "1.00"),
            make.component("TIME", "2.00", step=600),
            reservation="RESERVATION",
        ),
        make.element(make.component("FLAT", "4.00"), reservation="RESERVATION_EXPIRES"),
        make.element(make.component("FLAT", "0.50"), make.component("ENERGY", "0.25")),
    )


def reserved(make: "Making", *, charges: bool) -> "Json":
    """22 minutes of reservation, and then an hour of charging or nothing."""
    charging = make.monday + timedelta(minutes=22)
    periods = [make.period(make.monday, reservation_time="0.3667")]
    if not charges:
        return make.cdr(*periods, end=charging)
    periods.append(make.period(charging, energy="20"))
    return make.cdr(*periods, end=charging + timedelta(hours=1))


def test_reservation_and_session_have_a_fee_each(make: "Making") -> None:  # SP-19
    priced = make.price(reserved(make, charges=True), reservation_tariff(make))
    assert priced.parts[Part.RESERVATION].excl == 2  # the fee, and 30 minutes
    assert priced.parts[Part.FIXED].excl == priced.parts[Part.ENERGY].excl / 10  # type: ignore[operator]
    assert priced.total.excl == 2 + priced.parts[Part.FIXED].excl + 5  # type: ignore[operator]


def test_expired_reservation_has_its_own_fee_and_the_time_of_the_other(
    make: "Making",
) -> None:  # SP-21, SP-23
    priced = make.price(reserved(make, charges=False), reservation_tariff(make))
    assert [(line.element, line.amount.excl) for line in priced.lines] == [
        (1, Fraction(4)),
        (0, Fraction(1)),
    ]
    assert priced.parts[Part.FIXED].excl == 0


def test_reservation_that_still_runs_has_not_expired(make: "Making") -> None:
    document = reserved(make, charges=False)
    del document["total_energy"], document["end_date_time"]
    session = {**document, "kwh": 0, "status": "RESERVATION"}
    assert make.costs(session, reservation_tariff(make)) == "2.0000"
    assert make.costs({**session, "status": "COMPLETED"}, reservation_tariff(make)) == "5.0000"


def test_duration_counts_from_the_end_of_the_reservation(make: "Making") -> None:  # ED-22
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), min_duration=1800),
        make.element(make.component("ENERGY", "0.10")),
    )
    start = make.monday
    times = [start + timedelta(minutes=minutes) for minutes in (0, 30, 60)]
    cdr = make.cdr(
        make.period(times[0], reservation_time="0.5"),
        make.period(times[1], energy="1"),
        make.period(times[2], energy="1"),
        end=times[2] + timedelta(minutes=5),
    )
    assert make.elements_of(make.price(cdr, tariff)) == [None, 1, 0]


def test_charging_prices_are_not_for_reservations_nor_the_reverse(make: "Making") -> None:
    assert make.costs(reserved(make, charges=False), make.simple("TIME", "5.00")) == "0.0000"
    only = make.tariff(make.element(make.component("TIME", "5.00"), reservation="RESERVATION"))
    assert make.costs(make.one(time="1"), only) == "0.0000"


@pytest.mark.parametrize(("count", "expected"), [(FlatCount.SESSION, "0.5000"), (FlatCount.PERIOD, "1.5000")])
def test_flat_counts_once_whatever_the_number_of_periods(
    make: "Making", count: FlatCount, expected: str
) -> None:
    periods = [make.period(make.monday + timedelta(hours=hour), energy="1") for hour in range(3)]
    cdr = make.cdr(*periods, end=make.monday + timedelta(hours=3))
    assert make.costs(cdr, make.simple("FLAT", "0.50"), policy=Policy(flat=count)) == expected


def test_flat_is_due_when_it_first_applies(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("FLAT", "3.00"), start_time="18:00"),
        make.element(make.component("ENERGY", "0.10")),
    )
    periods = [make.period(make.monday + timedelta(hours=hour), energy="1") for hour in (4, 5, 6, 7)]
    priced = make.price(make.cdr(*periods, end=make.monday + timedelta(hours=8)), tariff)
    assert [(line.period, line.dimension) for line in priced.lines if line.dimension == "FLAT"] == [
        (2, "FLAT")
    ]


def test_change_of_tariff_has_a_flat_for_each(make: "Making") -> None:
    first = make.simple("FLAT", "0.50", id="A")
    second = make.simple("FLAT", "0.70", id="B")
    times = [make.monday + timedelta(hours=hour) for hour in range(4)]
    periods = [make.period(when, name, energy="1") for when, name in zip(times, "ABAB", strict=True)]
    assert make.costs(make.cdr(*periods, end=times[-1]), first, second) == "1.2000"
