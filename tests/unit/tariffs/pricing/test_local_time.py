"""Local time: daylight saving in three zones, where the zone comes from, and moments that nobody knows."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ocn.tariffs import Policy, TimeZoneUnknown
from ocn.tariffs.policy import Clock

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Making


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def applies(
    make: "Making", moment: datetime, zone: str | None, policy: Policy | None = None, **window: Any
) -> bool:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), **window),
        make.element(make.component("ENERGY", "0.10")),
    )
    cdr = make.one(start=moment, hours=0.001, energy="1")
    return make.costs(cdr, tariff, zone=zone, policy=policy or Policy()) == "1.0000"


@pytest.mark.parametrize(
    ("zone", "change", "skipped"),
    [
        ("Europe/Amsterdam", "2024-03-31T01:00:00", ("02:00", "03:00")),
        ("America/New_York", "2024-03-10T07:00:00", ("02:00", "03:00")),
        ("Australia/Lord_Howe", "2024-10-05T15:30:00", ("02:00", "02:30")),
    ],
)
def test_skipped_hour_never_comes(
    make: "Making", zone: str, change: str, skipped: tuple[str, str]
) -> None:  # ED-03
    start, end = skipped
    for seconds in (-1, 0, 1, 1800, 3600):
        moment = at(change) + timedelta(seconds=seconds)
        assert not applies(make, moment, zone, start_time=start, end_time=end), seconds
    assert applies(make, at(change) - timedelta(seconds=1), zone, end_time=start)
    assert applies(make, at(change), zone, start_time=end)


@pytest.mark.parametrize(
    ("zone", "change", "repeated", "length"),
    [
        ("Europe/Amsterdam", "2024-10-27T01:00:00", ("02:00", "03:00"), 3600),
        ("America/New_York", "2024-11-03T06:00:00", ("01:00", "02:00"), 3600),
        ("Australia/Lord_Howe", "2024-04-06T15:00:00", ("01:30", "02:00"), 1800),
    ],
)
def test_repeated_hour_comes_twice(
    make: "Making", zone: str, change: str, repeated: tuple[str, str], length: int
) -> None:  # ED-04
    start, end = repeated
    for seconds in (-length, -1, 0, length - 1):
        moment = at(change) + timedelta(seconds=seconds)
        assert applies(make, moment, zone, start_time=start, end_time=end), seconds
    for seconds in (-length - 1, length):
        moment = at(change) + timedelta(seconds=seconds)
        assert not applies(make, moment, zone, start_time=start, end_time=end), seconds


def test_clock_of_a_policy_replaces_the_local_one(make: "Making") -> None:
    noon = {"start_time": "12:00", "end_time": "13:00"}
    summer = "2024-07-01T{}:30:00"  # Berlin: UTC+2, without daylight saving UTC+1
    for clock, hour in ((Clock.LOCAL, "10"), (Clock.STANDARD, "11"), (Clock.UTC, "12")):
        for other in ("10", "11", "12"):
            policy = Policy(clock=clock)
            found = applies(make, at(summer.format(other)), "Europe/Berlin", policy, **noon)
            assert found is (other == hour), (clock, other)


def test_zone_given_then_stored_then_in_the_document_then_of_the_country(make: "Making") -> None:
    def zone_of(given: str | None, stored: str | None, inside: str | None, country: str) -> str | None:
        document = make.one(energy="1")
        document["cdr_location"] = {"country": country, "time_zone": inside}
        location = None if stored is None else {"time_zone": stored}
        priced = make.price(document, make.simple("ENERGY", "1"), zone=given, location=location)
        return priced.record.zone.name if priced.record.zone else None

    everywhere = ("Europe/Oslo", "Europe/Rome", "Europe/Paris", "DEU")
    assert zone_of(*everywhere) == "Europe/Oslo"
    assert zone_of(None, *everywhere[1:]) == "Europe/Rome"
    assert zone_of(None, None, *everywhere[2:]) == "Europe/Paris"
    assert zone_of(None, None, None, "DEU") == "Europe/Berlin"
    assert zone_of(None, None, None, "USA") is None
    assert zone_of(None, "Europe/Nowhere", "Europe/Paris", "DEU") == "Europe/Paris"


def test_zone_of_the_country_is_noticed_only_where_it_matters(make: "Making") -> None:
    document = make.one(energy="1")
    document["cdr_location"] = {"country": "DEU"}
    by_time = make.tariff(make.element(make.component("ENERGY", "1.00"), start_time="10:00"))
    assert make.codes(make.price(document, by_time, zone=None)) == {"TIME_ZONE_FROM_COUNTRY"}
    assert make.codes(make.price(document, make.simple("ENERGY", "1"), zone=None)) == set()


def test_no_zone_leaves_a_price_by_time_open_and_no_other(make: "Making") -> None:
    by_time = make.tariff(
        make.element(make.component("ENERGY", "1.00"), start_time="10:00"),
        make.element(make.component("ENERGY", "0.10")),
    )
    priced = make.price(make.one(energy="1"), by_time, zone=None)
    assert not priced.decided
    assert make.codes(priced) == {"TIME_ZONE_UNKNOWN"}
    assert priced.low == priced.total
    assert priced.high.excl == 1
    assert make.price(make.one(energy="1"), make.simple("ENERGY", "1"), zone=None).decided


@pytest.mark.parametrize(
    "name", ["Europe/Nowhere", "../../etc/passwd", "", "Europe", "x" * 5000, "Europe/\n"]
)
def test_zone_that_does_not_exist_is_refused(make: "Making", name: str) -> None:
    with pytest.raises(TimeZoneUnknown, match="no time zone"):
        make.price(make.one(energy="1"), make.simple("ENERGY", "1"), zone=name)


@pytest.mark.parametrize("placeholder", ["1970-01-01T00:00:00Z", "1970-1-1T00:00:00Z"])
def test_placeholder_of_1970_leaves_prices_by_time_open_and_no_others(
    make: "Making", placeholder: str
) -> None:
    cdr = make.one(energy="1", time="0.5")
    cdr["charging_periods"][0]["start_date_time"] = placeholder
    for restrictions, decided in (
        ({}, True),
        ({"min_kwh": "5"}, True),
        ({"start_time": "08:00"}, False),
        ({"day_of_week": ["MONDAY"]}, False),
        ({"min_duration": 60}, False),
    ):
        tariff = make.tariff(
            make.element(make.component("ENERGY", "1.00"), **restrictions),
            make.element(make.component("ENERGY", "0.10"), make.component("TIME", "2.00")),
        )
        priced = make.price(cdr, tariff)
        assert priced.decided is decided, restrictions
        assert "DATE_PLACEHOLDER" in make.codes(priced)
        assert priced.lines[-1].amount.excl == 1  # half an hour at 2.00, by its volume


def test_clock_that_is_changed_twice_in_one_session(make: "Making") -> None:
    """Morocco leaves UTC+1 for the weeks of Ramadan: half past eleven in UTC is then before noon."""
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), start_time="12:00", end_time="13:00"),
        make.element(make.component("ENERGY", "0.10")),
    )
    days = [at("2024-03-05T11:30:00") + timedelta(days=day) for day in range(45)]
    cdr = make.cdr(*(make.period(day, energy="1") for day in days), end=days[-1] + timedelta(hours=1))
    priced = make.price(cdr, tariff, zone="Africa/Casablanca")
    ramadan = range(5, 40)  # from the 10th of March to the 13th of April
    assert [line.element for line in priced.lines] == [int(day in ramadan) for day in range(45)]


@pytest.mark.parametrize("length", [timedelta(0), timedelta(minutes=30)], ids=["just begun", "for a while"])
def test_price_that_changes_where_the_last_period_begins_holds_in_it(
    make: "Making", length: timedelta
) -> None:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "1.00"), end_time="21:00"),
        make.element(make.component("ENERGY", "0.10")),
    )
    evening = at("2024-03-11T20:00:00")  # 21 h in Amsterdam
    periods = make.period(evening - timedelta(hours=1), energy="2"), make.period(evening, energy="5")
    cdr = make.cdr(*periods, end=evening + length)
    running = {name: value for name, value in cdr.items() if name not in ("end_date_time", "total_energy")}
    for document in (cdr, running | {"status": "ACTIVE", "kwh": 7}):
        assert make.costs(document, tariff, zone="Europe/Amsterdam") == "2.5000"


@pytest.mark.parametrize(
    ("open_end", "cost"), [({"start_time": "20:00"}, "1.2000"), ({"end_time": "20:00"}, "0.9000")]
)
def test_window_with_one_end_changes_at_midnight(make: "Making", open_end: dict[str, str], cost: str) -> None:
    late = make.monday.replace(hour=21)
    by = make.tariff(
        make.element(make.component("ENERGY", "0.20"), **open_end),
        make.element(make.component("ENERGY", "0.50")),
    )
    periods = [make.period(late + timedelta(hours=hours), energy=kwh) for hours, kwh in ((0, "1"), (4, "2"))]
    cdr = make.cdr(*periods, end=late + timedelta(hours=5))
    assert make.costs(cdr, by) == cost
    unsplit = make.cdr(make.period(late, energy="3"), end=late + timedelta(hours=5))
    assert "PERIOD_SPANS_PRICE_CHANGE" in make.codes(make.price(unsplit, by))


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Factory", "right/Europe/Berlin", "posix/UTC"])
def test_zone_that_is_another_on_another_machine_is_none(make: "Making", name: str) -> None:
    with pytest.raises(TimeZoneUnknown):
        make.price(make.one(energy="1"), make.simple("ENERGY", "1.00"), zone=name)
