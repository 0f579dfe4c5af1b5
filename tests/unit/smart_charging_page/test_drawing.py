"""Paths, scales, ticks and strips, from numbers."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.smart_charging.page.local_times import LocalTimes
from ocn.smart_charging.page.prices import price_strip
from ocn.smart_charging.page.scale import scale_for
from ocn.smart_charging.page.shapes import HEIGHT, area, line
from ocn.smart_charging.service.view import SiteView

BERLIN = LocalTimes.of("Europe/Berlin")


def test_line_equal_neighbours_are_one_step_and_unknown_slots_a_gap() -> None:
    assert line((10.0, 10.0, 5.0, None, 0.0), 10.0) == "M0 0H2V500H3M4 1000H5"


def test_area_between_steps_is_closed_and_left_out_where_there_is_nothing() -> None:
    drawn = area((0.0, 0.0, 0.0, 0.0), (5.0, 5.0, 0.0, 10.0), 10.0, range(4))

    assert drawn == "M0 1000V500H2V1000H0ZM3 1000V0H4V1000H3Z"


powers = st.lists(st.floats(0, 100), min_size=1, max_size=12)


@given(low=powers, more=powers)
def test_area_of_any_steps_encloses_what_lies_between_them(low: list[float], more: list[float]) -> None:
    count = min(len(low), len(more))
    high = [a + b for a, b in zip(low, more, strict=False)]
    top = max(high) or 1.0

    drawn = area(low[:count], high, top, range(count))

    wanted = sum(
        round(HEIGHT * above / top) - round(HEIGHT * below / top)
        for below, above in zip(low[:count], high, strict=False)
    )
    assert sum(_enclosed(part) for part in drawn.split("Z") if part) == pytest.approx(wanted, abs=count)


def _enclosed(path: str) -> float:
    """The area inside one closed path, by its corners."""
    x, y = map(int, re.match(r"M(-?\d+) (-?\d+)", path).groups())  # type: ignore[union-attr]  # every part begins so
    corners = [(x, y)]
    for kind, number in re.findall(r"([HV])(-?\d+)", path):
        x, y = (int(number), y) if kind == "H" else (x, int(number))
        corners.append((x, y))
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


@given(st.floats(0, 1e9))
def test_scale_for_any_load_holds_it_below_a_few_round_lines(highest: float) -> None:
    scale = scale_for(highest, "kW")

    assert scale.top >= highest
    assert 1 <= len(scale.levels) <= 5
    assert all(0 <= level.y < 100 for level in scale.levels)


def test_ticks_on_the_day_of_25_hours_say_every_third_local_hour_once() -> None:
    begin = datetime(2026, 10, 24, 21, 45, tzinfo=UTC)

    ticks = BERLIN.ticks(begin, begin + timedelta(hours=16))

    assert [tick.text for tick in ticks] == ["Sun 25 Oct", "03:00", "06:00", "09:00", "12:00"]
    assert ticks[1].x - ticks[0].x == pytest.approx(100 * 4 / 16, abs=0.02)  # the hour after two came twice


def test_ticks_on_the_day_of_23_hours_leave_out_what_no_clock_shows() -> None:
    begin = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)

    ticks = BERLIN.ticks(begin, begin + timedelta(hours=6))

    assert [tick.text for tick in ticks] == [
        "Sun 29 Mar",
        "01:00",
        "03:00",
        "04:00",
        "05:00",
        "06:00",
        "07:00",
    ]


def test_ticks_in_a_zone_of_quarter_hours_are_full_hours_there() -> None:
    begin = datetime(2026, 6, 1, tzinfo=UTC)

    ticks = LocalTimes.of("Asia/Kathmandu").ticks(begin, begin + timedelta(hours=13))

    assert [tick.text for tick in ticks] == ["06:00", "09:00", "12:00", "15:00", "18:00"]


def test_clock_in_the_hour_that_comes_twice_says_which() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert BERLIN.clock(first) == "02:30 CEST"
    assert BERLIN.clock(first + timedelta(hours=1)) == "02:30 CET"
    assert BERLIN.clock(first + timedelta(hours=2)) == "03:30"


def test_local_times_of_a_zone_that_nobody_knows_are_utc() -> None:
    times = LocalTimes.of("../../etc/passwd")

    assert times.zone is None
    assert times.clock(datetime(2026, 6, 1, 12, tzinfo=UTC)) == "12:00"


def test_price_strip_equal_prices_are_one_run_and_the_dearest_has_the_last_colour(
    make_view: Callable[..., SiteView],
) -> None:
    prices = (0.1,) * 48 + (0.3,) * 24 + (None,) * 4 + (float("nan"),) * 4 + (-0.05,) * 16

    strip = price_strip(make_view(price_eur_per_kwh=prices), BERLIN)

    assert strip is not None
    assert [(run.begin, run.slots, run.level) for run in strip.runs] == [(0, 48, 2), (48, 24, 5), (80, 16, 0)]
    assert strip.runs[1].title == "Sat 14:45 to 20:45: 0.300 EUR/kWh"
    assert (strip.label, strip.now) == ("-0.050 to 0.300 EUR/kWh", "0.300")


def test_price_strip_where_no_price_is_known_is_none(
    make_view: Callable[..., SiteView],
) -> None:
    assert price_strip(make_view(price_eur_per_kwh=(None,) * 96), BERLIN) is None
