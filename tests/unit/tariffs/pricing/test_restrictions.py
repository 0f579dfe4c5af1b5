"""Each restriction, alone and at its edges: what an element is for, and when."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Making

# 2024-03-11 is a Monday. Restricted energy costs 1.00 per kWh, all other energy 0.10.
RESTRICTED, OTHERWISE = "1.0000", "0.1000"


def priced_at(make: "Making", moment: datetime, zone: str = "UTC", /, **restrictions: Any) -> str:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), **restrictions),
        make.element(make.component("ENERGY", "0.10")),
    )
    return make.costs(make.one(start=moment, hours=0.01, energy="1"), tariff, zone=zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "inside", "outside"),
    [
        (("09:00", "18:00"), ["09:00", "17:59:59"], ["08:59:59", "18:00"]),
        (("22:00", "06:00"), ["22:00", "23:59:59", "00:00", "05:59:59"], ["06:00", "21:59:59"]),  # ED-01
        (("22:00", "00:00"), ["22:00", "23:59:59"], ["00:00", "21:59:59"]),
        (("00:00", "06:00"), ["00:00", "05:59:59"], ["06:00", "23:59:59"]),
        (("00:00", "00:00"), ["00:00", "12:00", "23:59:59"], []),  # ED-07, ED-08
        (("08:00", "08:00"), ["07:59:59", "08:00"], []),
        (("20:00", None), ["20:00", "23:59:59"], ["00:00", "19:59:59"]),
        ((None, "08:00"), ["00:00", "07:59:59"], ["08:00", "23:00"]),
        ((None, "00:00"), ["00:00", "23:00"], []),
    ],
)
def test_time_window_start_inclusive_end_exclusive(
    make: "Making", window: tuple[str | None, str | None], inside: list[str], outside: list[str]
) -> None:
    restrictions = dict(zip(("start_time", "end_time"), window, strict=True))
    for moment in inside:
        assert priced_at(make, at(f"2024-03-11T{moment}"), **restrictions) == RESTRICTED, moment
    for moment in outside:
        assert priced_at(make, at(f"2024-03-11T{moment}"), **restrictions) == OTHERWISE, moment


def test_dates_start_inclusive_end_exclusive_in_local_time(make: "Making") -> None:
    dates = {"start_date": "2024-02-29", "end_date": "2024-03-01"}
    for moment, expected in (  # Amsterdam is one hour ahead of UTC
        ("2024-02-28T22:59:59", OTHERWISE),
        ("2024-02-28T23:00:00", RESTRICTED),
        ("2024-02-29T22:59:59", RESTRICTED),
        ("2024-02-29T23:00:00", OTHERWISE),
    ):
        assert priced_at(make, at(moment), "Europe/Amsterdam", **dates) == expected, moment


def test_dates_bound_days_and_times_apply_on_each_of_them(make: "Making") -> None:
    both = {"start_date": "2024-03-11", "end_date": "2024-03-13", "start_time": "10:00", "end_time": "11:00"}
    assert priced_at(make, at("2024-03-12T10:30:00"), **both) == RESTRICTED
    assert priced_at(make, at("2024-03-11T23:00:00"), **both) == OTHERWISE
    assert priced_at(make, at("2024-03-13T10:30:00"), **both) == OTHERWISE


def test_day_of_week_is_the_local_day(make: "Making") -> None:
    sunday = at("2024-03-10T23:30:00")
    assert priced_at(make, sunday, "UTC", day_of_week=["MONDAY"]) == OTHERWISE
    assert priced_at(make, sunday, "Europe/Amsterdam", day_of_week=["MONDAY"]) == RESTRICTED


def test_day_of_week_with_a_window_through_midnight_ends_at_midnight(make: "Making") -> None:
    night: dict[str, Any] = {"start_time": "22:00", "end_time": "06:00", "day_of_week": ["FRIDAY"]}  # ED-05
    assert priced_at(make, at("2024-03-15T23:00:00"), **night) == RESTRICTED
    assert priced_at(make, at("2024-03-16T01:00:00"), **night) == OTHERWISE
    assert priced_at(make, at("2024-03-15T01:00:00"), **night) == RESTRICTED


@pytest.mark.parametrize("empty", [{"day_of_week": []}, {"start_time": None}, {"min_kwh": None}])
def test_restriction_without_content_restricts_nothing(make: "Making", empty: dict[str, Any]) -> None:
    tariff = make.tariff({"price_components": [make.component("ENERGY", "1.00")], "restrictions": empty})
    assert make.costs(make.one(energy="1"), tariff) == RESTRICTED


@pytest.mark.parametrize(
    ("before", "restriction", "expected"),
    [
        ("9.9999", {"min_kwh": "10"}, OTHERWISE),
        ("10", {"min_kwh": "10"}, RESTRICTED),
        ("9.9999", {"max_kwh": "10"}, RESTRICTED),
        ("10", {"max_kwh": "10"}, OTHERWISE),
    ],
)
def test_kwh_counts_what_was_charged_before_the_period(
    make: "Making", before: str, restriction: dict[str, str], expected: str
) -> None:  # ED-09
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), **restriction),
        make.element(make.component("ENERGY", "0.10")),
    )
    later = make.monday + timedelta(hours=1)
    cdr = make.cdr(make.period(make.monday, energy=before), make.period(later, energy="0.0001"), end=later)
    line = make.price(cdr, tariff).lines[1]
    assert line.component is not None
    assert f"{line.component.price}00" == expected


@pytest.mark.parametrize(
    ("seconds", "restriction", "expected"),
    [
        (3599, {"min_duration": 3600}, OTHERWISE),
        (3600, {"min_duration": 3600}, RESTRICTED),
        (3599, {"max_duration": 3600}, RESTRICTED),
        (3600, {"max_duration": 3600}, OTHERWISE),
    ],
)
def test_duration_is_that_of_the_session_also_while_parking(
    make: "Making", seconds: int, restriction: dict[str, int], expected: str
) -> None:  # ED-19
    tariff = make.tariff(
        make.element(make.component("PARKING_TIME", "1.00"), **restriction),
        make.element(make.component("PARKING_TIME", "0.10")),
    )
    parks = make.monday + timedelta(seconds=seconds)
    cdr = make.cdr(
        make.period(make.monday, energy="1"),
        make.period(parks, parking_time="1"),
        end=parks + timedelta(hours=1),
    )
    assert make.costs(cdr, tariff) == expected


@pytest.mark.parametrize("what", ["power", "current"])
def test_least_reading_is_held_against_the_minimum_and_most_against_the_maximum(
    make: "Making", what: str
) -> None:
    between = {f"min_{what}": "10", f"max_{what}": "20"}
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), **between),
        make.element(make.component("ENERGY", "0.10")),
    )

    def costs(**readings: Any) -> str:
        return make.costs(make.one(energy="1", **readings), tariff)

    low, high = f"min_{what}", f"max_{what}"
    assert costs(**{low: "10", high: "19.99"}) == RESTRICTED
    assert costs(**{low: "9.99", high: "15"}) == OTHERWISE
    assert costs(**{low: "15", high: "20"}) == OTHERWISE
    assert costs(**{high: "15"}) == RESTRICTED
    assert costs(**{low: "15"}) == RESTRICTED
    assert costs(**{high: "9"}) == OTHERWISE


def test_power_that_is_not_stated_is_the_mean_of_the_period(make: "Making") -> None:  # ED-11, ED-12
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), max_power="16"),
        make.element(make.component("ENERGY", "0.10")),
    )
    slow, fast = make.price(make.one(energy="15.9"), tariff), make.price(make.one(energy="16"), tariff)
    assert make.elements_of(slow) == [0]
    assert make.elements_of(fast) == [1]
    assert make.codes(slow) == {"RESTRICTION_INPUT_MISSING"}
    assert slow.decided


def test_current_that_is_not_stated_leaves_the_price_open(make: "Making") -> None:  # ED-11
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), max_current="32"),
        make.element(make.component("ENERGY", "0.10")),
    )
    priced = make.price(make.one(energy="1"), tariff)
    assert not priced.decided
    assert make.codes(priced) == {"RESTRICTION_INPUT_MISSING"}
    assert priced.total == priced.low
    assert priced.high.excl == 1
    assert make.elements_of(priced) == [1]


def test_current_that_is_not_stated_is_no_matter_where_the_prices_agree(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "0.10"), max_current="32"),
        make.element(make.component("ENERGY", "0.10")),
    )
    assert make.price(make.one(energy="1"), tariff).decided


def test_restriction_that_no_version_has_leaves_the_price_open(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), booking="YES"),
        make.element(make.component("ENERGY", "0.10")),
    )
    priced = make.price(make.one(energy="1"), tariff)
    assert not priced.decided
    assert "UNKNOWN_RESTRICTION" in make.codes(priced)


def test_false_beside_unknown_is_false(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), max_current="32", min_kwh="5"),
        make.element(make.component("ENERGY", "0.10")),
    )
    assert make.price(make.one(energy="1"), tariff).decided


def test_misspelled_restrictions_are_noticed(make: "Making") -> None:  # IS-04
    element = make.element(make.component("ENERGY", "1.00"))
    element["restriction"] = {"min_kwh": 5}
    priced = make.price(make.one(energy="1"), make.tariff(element))
    (finding,) = priced.findings
    assert (finding.code, finding.pointer, finding.document) == (
        "UNKNOWN_MEMBER",
        "/0/elements/0/restriction",
        "tariff",
    )


def test_selection_is_per_dimension(make: "Making") -> None:  # ED-18
    tariff = make.tariff(
        make.element(make.component("ENERGY", "0.30"), min_kwh="5"),
        make.element(make.component("TIME", "2.00"), start_time="10:00", end_time="14:00"),
        make.element(make.component("ENERGY", "0.20"), make.component("TIME", "9.00")),
        make.element(make.component("FLAT", "0.50")),
    )
    priced = make.price(make.one(energy="1", time="1", parking_time="0"), tariff)
    assert [(line.dimension, line.element) for line in priced.lines] == [
        ("FLAT", 3),
        ("ENERGY", 2),
        ("TIME", 1),
        ("PARKING_TIME", None),
    ]
    assert make.costs(make.one(energy="1", time="1"), tariff) == "2.7000"
