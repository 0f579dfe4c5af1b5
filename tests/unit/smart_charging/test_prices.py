"""Price files and series."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from ocn.smart_charging.errors import PricesUnreadable
from ocn.smart_charging.price_reading import G_PER_KWH, read_prices
from ocn.smart_charging.prices import CarbonAsPrices, FlatPrice, PriceSeries, filled, known_ahead
from ocn.smart_charging.slots import Slots

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 2, tzinfo=UTC)


def test_read_prices_csv_in_any_order_holds_each_until_the_next() -> None:
    text = "start,eur_per_kwh\n2026-03-02T01:00:00Z,-0.05\n2026-03-02T01:00:00+01:00,0.10\n"

    series = read_prices(text, "p.csv", BERLIN).series

    prices = series.eur_per_kwh(Slots(START, 15, 9))
    assert prices == (Decimal("0.10"),) * 4 + (Decimal("-0.05"),) * 4 + (None,)


def test_read_prices_toml_with_local_times_is_the_same() -> None:
    text = "[[price]]\nstart = 2026-03-02T01:00:00\neur_per_kwh = 0.1\n"

    assert read_prices(text, "p.toml", BERLIN).series.starts == (START,)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "0001-01-01T00:00:00+14:00,0.1",
            "0001-01-01 00:00:00+14:00 is not within the years 1970 to 2999",
        ),
        ("2026-03-02T02:00:00Z,1e99999999999999999999", "is no number"),
        ("yesterday,0.1", "start 'yesterday' is no time"),
        (",0.1", "start '' is no time"),
        ("2026-03-02T02:00:00Z,", "is no number"),
        ("2026-03-02T02:00:00Z", "eur_per_kwh is missing"),
        ("2026-03-02T02:00:00Z,nan", "is no price that can be meant"),
        ("2026-03-02T02:00:00Z,1e99999", "is no price that can be meant"),
        ("2026-03-02T02:00:00Z,-1e999999999", "is no price that can be meant"),
        ("2026-03-02T01:00:00Z,0.7", "has another price already; the first one holds"),
    ],
)
def test_read_prices_row_that_cannot_be_used_is_told_by_line_and_left_out(row: str, message: str) -> None:
    text = f"start,eur_per_kwh\n2026-03-02T01:00:00Z,0.1\n{row}\n"

    reading = read_prices(text, "p.csv", BERLIN)

    assert reading.series.prices == (Decimal("0.1"),)
    assert str(reading.faults[0]).startswith("p.csv, line 3: ")
    assert message in reading.faults[0].message


def test_read_prices_of_a_file_of_nothing_but_faults_tells_some_and_how_many_more() -> None:
    wrong = "2026-03-02T02:00:00Z,cheap\n" * 140

    reading = read_prices(f"start,eur_per_kwh\n2026-03-02T01:00:00Z,0.1\n{wrong}", "p.csv", BERLIN)

    assert len(reading.faults) == 101
    assert str(reading.faults[-1]) == "p.csv: so it is with 40 prices more"


@pytest.mark.parametrize("text", ["", "when,what\n1,2\n", "start,eur_per_kwh\n"])
def test_read_prices_without_prices_is_refused(text: str) -> None:
    with pytest.raises(PricesUnreadable, match=r"p\.csv"):
        read_prices(text, "p.csv", BERLIN)


@pytest.mark.parametrize("text", ["[[price", "price = 3", "[[price]]\n"])
def test_read_prices_toml_without_prices_is_refused(text: str) -> None:
    with pytest.raises(PricesUnreadable, match=r"p\.toml"):
        read_prices(text, "p.toml", BERLIN)


def test_read_prices_toml_number_that_nothing_can_hold_costs_one_price_alone() -> None:
    good = "[[price]]\nstart = 2026-03-02T01:00:00\neur_per_kwh = 0.1\n"
    huge = ["1e99999999999999999999", "0x" + "f" * 5000]
    text = good + "".join(good.replace("0.1", each).replace("01:00", "02:00") for each in huge)

    reading = read_prices(text, "p.toml", BERLIN)

    assert reading.series.starts == (START,)
    assert [fault.place for fault in reading.faults] == ["p.toml, [[price]] 2", "p.toml, [[price]] 3"]


def test_filled_prices_after_the_last_known_are_those_of_a_day_before() -> None:
    hours = [START + timedelta(hours=i) for i in range(24)]
    series = PriceSeries(tuple(hours), tuple(Decimal(i) for i in range(24)))

    prices = filled(series.eur_per_kwh(Slots(START, 60, 30)), 60)

    assert prices == tuple(float(i % 24) for i in range(30))


def test_known_ahead_of_no_source_or_of_one_that_is_over_is_nothing() -> None:
    over = PriceSeries((START - timedelta(hours=1),), (Decimal("0.1"),))
    assert known_ahead(None, Slots(START, 60, 2)) is None
    assert known_ahead(over, Slots(START, 60, 2)) is None
    assert known_ahead(FlatPrice(Decimal("0.3")), Slots(START, 60, 2)) == (Decimal("0.3"),) * 2


def test_read_carbon_is_read_like_prices_and_a_kilogram_counts_as_one_eur() -> None:
    text = "start,g_per_kwh\n2026-03-02T00:00:00Z,420\n2026-03-02T01:00:00Z,90000\n"

    reading = read_prices(text, "c.csv", BERLIN, G_PER_KWH)

    assert CarbonAsPrices(reading.series).eur_per_kwh(Slots(START, 60, 2)) == (Decimal("0.42"), None)
    assert str(reading.faults[0]).startswith("c.csv, line 3: g_per_kwh 90000 is no price that can be meant")
