"""What a view becomes in the chart and in the table."""

import re
from collections.abc import Callable
from datetime import timedelta

from ocn.smart_charging.page.chart import chart_of
from ocn.smart_charging.page.local_times import LocalTimes
from ocn.smart_charging.page.now import Now
from ocn.smart_charging.page.rows import rows_of
from ocn.smart_charging.page.site_page import site_page
from ocn.smart_charging.page.stack import stacked
from ocn.smart_charging.service.view import CarState, CarView, SiteView

UTC_TIMES = LocalTimes.of("UTC")
MakeCar = Callable[..., CarView]
MakeView = Callable[..., SiteView]


def test_stacked_cars_are_as_measured_until_now_and_as_planned_from_then_on(
    make_car: MakeCar, make_view: MakeView
) -> None:
    lower, upper = stacked(make_view(make_car("a"), make_car("b")))

    assert (lower.high[47], upper.low[47], upper.high[47]) == (7.0, 7.0, 14.0)
    assert (lower.high[48], upper.high[48]) == (5.0, 10.0)


def test_stacked_where_the_site_was_not_measured_is_as_planned(
    make_car: MakeCar, make_view: MakeView
) -> None:
    (layer,) = stacked(make_view(make_car(), measured_kw=(None,) * 96))

    assert layer.high[47] == 7.4


def test_stacked_more_cars_than_can_be_told_apart_share_one_layer_and_lose_no_energy(
    make_car: MakeCar, make_view: MakeView
) -> None:
    cars = [make_car(str(i), planned_kw=(0.01 * i,) * 96) for i in range(2000)]

    layers = stacked(make_view(*cars))

    assert len(layers) == 201
    assert len(layers[-1].cars) == 1800
    assert abs(layers[-1].high[60] - sum(0.01 * i for i in range(2000))) < 1e-6


def test_stacked_powers_that_are_none_count_as_nothing(make_car: MakeCar, make_view: MakeView) -> None:
    planned = (float("nan"), float("inf"), -3.0, None) + (1.0,) * 92

    (layer,) = stacked(make_view(make_car(planned_kw=planned), measured_kw=(None,) * 96))

    assert layer.high[:5] == (0.0, 0.0, 0.0, 0.0, 1.0)


def test_chart_has_a_band_per_car_a_limit_and_where_now_is(make_car: MakeCar, make_view: MakeView) -> None:
    chart = chart_of(make_view(make_car("a"), make_car("b"), make_car("c")), UTC_TIMES)

    assert chart is not None
    assert [band.car for band in chart.bands] == [0, 1, 2]
    assert chart.limit.count("V") == 2
    assert chart.limit_label == "limit 66.0 kW"
    assert chart.now is not None
    assert 50 < chart.now < 51
    assert chart.over == ""
    assert "between 33.0 and 66.0 kW" in chart.described


def test_chart_limit_far_above_the_load_lies_at_its_edge_and_says_so(
    make_car: MakeCar, make_view: MakeView
) -> None:
    chart = chart_of(make_view(make_car(), limit_kw=(500.0,) * 96), UTC_TIMES)

    assert chart is not None
    assert (chart.limit, chart.limit_y) == ("M0 0H96", 0.0)
    assert chart.limit_label == "limit 500.0 kW, above this chart"
    assert chart.levels[-1].text == "30 kW"


def test_chart_what_was_measured_above_the_limit_is_drawn_and_told(
    make_car: MakeCar, make_view: MakeView
) -> None:
    chart = chart_of(make_view(make_car(), limit_kw=(6.0,) * 96), UTC_TIMES)

    assert chart is not None
    assert chart.over.count("Z") == 8
    assert "In 8 slots more was measured than the limit." in chart.described


def test_chart_of_an_empty_site_without_a_limit_is_drawn(make_view: MakeView) -> None:
    unknown = (None,) * 96
    chart = chart_of(make_view(limit_kw=unknown, measured_kw=unknown, last_plan=None), UTC_TIMES)

    assert chart is not None
    assert (chart.bands, chart.limit, chart.limit_label, chart.planned) == ((), "", None, "")


def test_chart_that_began_long_before_or_after_now_has_no_line_for_it(make_view: MakeView) -> None:
    view = make_view()
    chart = chart_of(make_view(begin=view.now + timedelta(hours=1)), UTC_TIMES)

    assert chart is not None
    assert chart.now is None


def test_site_page_of_a_site_never_read_says_so_and_draws_nothing(make_view: MakeView) -> None:
    page = site_page(
        make_view(
            limit_kw=(), measured_kw=(), price_eur_per_kwh=(), last_read=None, last_plan=None, method=None
        )
    )

    assert page.chart is None
    assert len(page.warnings) == 2
    assert page.now == Now(None, None, None)


def test_site_page_with_an_old_plan_warns(make_view: MakeView) -> None:
    view = make_view()

    page = site_page(make_view(last_plan=view.now - timedelta(minutes=47)))

    assert page.warnings == ("The last plan is 47 minutes old: something keeps the planner from planning.",)


def test_rows_of_2000_cars_show_each_of_them_on_one_page(make_car: MakeCar, make_view: MakeView) -> None:
    view = make_view(*(make_car(f"car {i}") for i in range(2000)))

    shown: list[str] = []
    following: int | None = 0
    while following is not None:
        rows = rows_of(view, UTC_TIMES, following)
        shown += [row.car.name for row in rows.rows]
        following = rows.following

    assert shown == [f"car {i}" for i in range(2000)]


def test_site_page_cars_that_left_are_told_apart_the_last_first(
    make_car: MakeCar, make_view: MakeView
) -> None:
    gone = [make_car(name, state=CarState.GONE) for name in ("x", "y")]

    page = site_page(make_view(make_car("a"), *gone))

    assert [row.car.name for row in page.cars.rows] == ["a"]
    assert [row.car.name for row in page.gone.rows] == ["y", "x"]
    assert page.here == 1


def test_row_says_today_by_the_clock_and_other_days_by_name(make_car: MakeCar, make_view: MakeView) -> None:
    view = make_view(make_car())
    car = make_car(departure=view.now + timedelta(hours=17), need_kwh=None, confirmed_kw=None)

    (row,) = site_page(make_view(car)).cars.rows

    assert (row.arrived, row.departure) == ("12:47", "Sun 07:47")
    assert (row.energy, row.share, row.confirmed) == ("14.0 kWh", None, "no limit")
    assert re.match(r"needs 6.0 kWh", row.why)  # its name stands beside it already
