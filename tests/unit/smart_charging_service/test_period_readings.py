"""What charging periods say of a meter between two updates."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.service.heard.period_readings import readings_from
from ocn.smart_charging.service.heard.session_reading import told
from ocn.smart_charging.service.known.stays import Reading
from ocn.smart_charging.service.meaning.metering import mean_kw

CPO = PartyId("DE", "CPO")
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def period(minutes: float, kwh: str | None) -> dict[str, Any]:
    dimensions = [] if kwh is None else [{"type": "ENERGY", "volume": Decimal(kwh)}]
    return {"start_date_time": format_datetime(after(minutes)), "dimensions": dimensions}


def found(*periods: Any, kwh: str = "5") -> list[tuple[float, float]]:
    between = readings_from([*periods], Reading(START, Decimal(1)), Reading(after(60), Decimal(kwh)))
    return [((each.at - START) / timedelta(minutes=1), float(each.kwh)) for each in between]


def test_session_that_waited_and_then_drew_drew_nothing_while_it_waited() -> None:
    session = {
        "id": "S1",
        "location_id": "LOC1",
        "evse_uid": "E1",
        "status": "ACTIVE",
        "start_date_time": format_datetime(START),
        "kwh": 0,
        "last_updated": format_datetime(START),
    }
    before = told(CPO, session, START).stay
    patch = {
        "kwh": Decimal("2.5"),
        "charging_periods": [period(0, "0"), period(45, "2.5")],
        "last_updated": format_datetime(after(60)),
    }
    stay = told(CPO, patch, after(60), before).stay
    assert [mean_kw(stay, START + i * QUARTER, QUARTER) for i in range(4)] == [0, 0, 0, 10]


def test_periods_are_counted_back_from_what_the_meter_shows_now() -> None:
    assert found(period(10, "1"), period(30, "3")) == [(10, 1), (30, 2)]
    assert found(period(0, "0"), period(30, "3"), period(60, "0")) == [(30, 2)]


def test_period_without_its_energy_says_nothing_of_what_was_before_it() -> None:
    assert found(period(10, "1"), period(20, None), period(30, "3")) == [(30, 2)]


@pytest.mark.parametrize(
    "periods",
    [
        [period(30, "4.5")],
        [period(10, "3"), period(30, "3")],
        [period(60, "1")],
        [period(30, "-1")],
        [period(90, "1")],
        ["nonsense"],
        [{"start_date_time": "?", "dimensions": [{"type": "ENERGY", "volume": 1}]}],
    ],
)
def test_periods_that_do_not_add_up_say_nothing(periods: list[Any]) -> None:
    assert found(*periods) == []


@given(st.lists(st.tuples(st.integers(-10, 70), st.decimals(0, 5, places=3)), max_size=8))
def test_readings_from_any_periods_never_go_back(told_of: list[tuple[int, Decimal]]) -> None:
    periods = [period(minutes, str(kwh)) for minutes, kwh in told_of]
    between = [(0.0, 1.0), *found(*periods), (60.0, 5.0)]
    assert all(one[0] < other[0] and one[1] <= other[1] for one, other in pairwise(between))
