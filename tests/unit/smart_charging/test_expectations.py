"""Who may still come, and when cars really leave."""

import math
from random import Random

import pytest

from ocn.smart_charging.planning.arrivals import Arrivals
from ocn.smart_charging.planning.crowds import Arrival
from ocn.smart_charging.planning.departures import learned_spread
from ocn.smart_charging.planning.problem import Latecomers
from ocn.smart_charging.planning.typical import Size, TypicalSites

SLOT_H, DAY = 0.25, 96
ALL_DAY = 10 * DAY


def _car(slot: float, stay: float = 30.0) -> Arrival:
    return Arrival(slot, stay, 10.0, 11.0, ((0, 1.0), (1, 1 / 3)))


def _size(cars_an_hour: float) -> Size:
    return Size(None, cars_an_hour)


def _expected_kwh(late: tuple[Latecomers, ...]) -> float:
    return sum(each.need_kwh for each in late if not each.whenever)


def test_arrivals_with_days_before_expects_as_many_at_the_same_time_of_day() -> None:
    arrivals = Arrivals(SLOT_H, [_car(day * DAY + 32) for day in range(5) for _ in range(day + 1)], since=0)

    late = arrivals.expected(5 * DAY + 20, ALL_DAY, 100.0)

    assert _expected_kwh(late) == pytest.approx(10.0 * 3)  # the mean of 1, 2, 3, 4 and 5 cars
    assert {each.at for each in late} <= {9, 10, 11, 12}
    assert dict(late[0].shares) == pytest.approx({0: 1.0, 1: 1 / 3})


def test_arrivals_with_weeks_before_goes_by_the_same_weekday() -> None:
    sundays_empty = [_car(day * DAY + 32) for day in range(28) if day % 7 != 6]
    arrivals = Arrivals(SLOT_H, sundays_empty, since=0)

    assert _expected_kwh(arrivals.expected(28 * DAY, 48, 100.0)) == pytest.approx(10.0)
    assert _expected_kwh(arrivals.expected(34 * DAY, 48, 100.0)) == 0


def test_arrivals_more_than_expected_are_kept_room_for_at_any_price() -> None:
    arrivals = Arrivals(SLOT_H, [_car(32)], since=0)

    late = arrivals.expected(DAY, 48, 100.0)

    assert [each.whenever for each in late] == [False, True]
    assert late[1].need_kwh == pytest.approx(0.4 * late[0].need_kwh)


def test_arrivals_that_load_a_limit_one_by_one_are_kept_more_room_for_there() -> None:
    at_row, elsewhere = ((0, 1.0), (1, 1.0)), ((0, 1.0),)
    cars = [Arrival(32.0, 30.0, 10.0, 11.0, loads) for loads in (at_row, elsewhere, elsewhere, elsewhere)]

    expected, more = Arrivals(SLOT_H, cars, since=0).expected(DAY, 48, 100.0)

    assert expected.shares == ((0, 1.0), (1, 0.25))
    assert more.shares == ((0, 1.0), (1, 0.5))


def test_arrivals_of_a_large_site_are_kept_less_room_for_at_a_row_than_if_all_came_by_one_chance() -> None:
    at_row, elsewhere = ((0, 1.0), (1, 1.0)), ((0, 1.0),)
    cars = [
        Arrival(32.0 + 8 * (i // 50 % 2), 30.0, 10.0, 11.0, at_row if i % 50 == 0 else elsewhere)
        for i in range(800)
    ]

    late = Arrivals(SLOT_H, cars, since=0).expected(DAY, 48, 10_000.0)

    assert dict(late[0].shares)[1] == pytest.approx(1 / 50)
    assert dict(late[1].shares) == pytest.approx({0: 1.0, 1: math.sqrt(1 / 50 / 16)})  # 16 times 50 cars


def test_arrivals_never_expects_more_than_a_stay_can_deliver() -> None:
    arrivals = Arrivals(SLOT_H, [_car(32, stay=2.0)], since=0)

    late = arrivals.expected(DAY, 48, 100.0)

    assert late[0].need_kwh <= 11.0 * 2 * SLOT_H


def test_arrivals_older_than_some_weeks_are_forgotten() -> None:
    arrivals = Arrivals(SLOT_H, [_car(32)], since=0)
    arrivals.forget(60 * DAY)

    assert arrivals.expected(60 * DAY, 48, 100.0) == ()


def test_arrivals_before_anybody_came_expects_nobody() -> None:
    arrivals = Arrivals(SLOT_H)
    arrivals.began(0)

    assert arrivals.expected(0, ALL_DAY, 100.0) == ()


def test_arrivals_that_are_there_for_more_than_a_day_as_the_first_slot_begins_let_expect_nobody() -> None:
    arrivals = Arrivals(SLOT_H, [_car(0, stay=3.0 * DAY), _car(1, stay=2.0)])
    arrivals.began(DAY + 2)

    assert arrivals.expected(DAY + 2, 48, 100.0) == ()


def test_arrivals_of_a_clock_that_was_weeks_ahead_for_a_moment_expect_nobody() -> None:
    arrivals = Arrivals(SLOT_H)
    arrivals.began(1000)
    arrivals.add(_car(1000))
    assert arrivals.expected(1001, 48, 100.0)

    arrivals.forget(1001 + 60 * DAY)

    assert arrivals.expected(1002, 48, 100.0) == ()


def test_arrivals_told_within_or_after_their_slot_let_expect_as_many_as_those_told_at_its_beginning() -> None:
    expected = []
    for told_late in (0.0, 0.6, 1.4):
        arrivals = Arrivals(SLOT_H)
        for now in range(4 * 10):
            if now >= 4 * 7:
                arrivals.add(_car(now - told_late))
            arrivals.expected(now, ALL_DAY, 100.0)
        expected.append(_expected_kwh(arrivals.expected(4 * 10, ALL_DAY, 100.0)))

    assert expected[1:] == pytest.approx([expected[0]] * 2, rel=0.05)
    assert expected[0] > 0


def test_arrivals_on_a_first_day_expects_no_more_than_such_a_site_delivers() -> None:
    arrivals = Arrivals(SLOT_H)
    arrivals.began(0)
    arrivals.add(_car(0))

    late = arrivals.expected(0, ALL_DAY, 22.0)

    assert 0 < _expected_kwh(late) < 22.0 * 24


@pytest.mark.parametrize("midnight", [0.0, -16.0, None])
def test_typical_sites_half_way_through_a_morning_expect_about_the_other_half(midnight: float | None) -> None:
    random = Random(1)
    came = sorted(random.gauss(8.25, 1.0) * 4 + (midnight or 0.0) for _ in range(100))
    first = math.floor(midnight or 0.0)
    sites = TypicalSites(SLOT_H, midnight)
    now = first + 33
    for slot in range(first, now + 1):
        sites.saw(slot, (0.0, float(sum(slot <= each < slot + 1 for each in came))))

    coming = sum(map(sum, sites.expected(range(now + 1, now + 33), _size(12.0)).counts))

    assert coming == pytest.approx(sum(each >= now + 1 for each in came), rel=0.7)


def test_typical_sites_after_the_morning_of_a_workplace_expect_few() -> None:
    sites = TypicalSites(SLOT_H, 0.0)
    for slot in range(48):
        sites.saw(slot, (0.0, 10.0 if 30 <= slot < 36 else 0.0))

    assert sum(map(sum, sites.expected(range(48, 80), _size(12.0)).counts)) < 12


def test_typical_sites_while_one_car_came_expect_hardly_more_at_a_site_of_any_size() -> None:
    sites = TypicalSites(SLOT_H, 0.0)
    for slot in range(29):
        sites.saw(slot, (0.0, float(slot == 28)))

    large, small = (
        sum(map(sum, sites.expected(range(29, 96), _size(rate)).counts)) for rate in (1000.0, 2.0)
    )

    assert small < large
    assert large < 150


def test_typical_sites_with_places_expect_by_those_and_not_by_the_fuse() -> None:
    sites = TypicalSites(SLOT_H, 0.0)
    for slot in range(34):
        sites.saw(slot, (0.0, 5.0 if slot > 29 else 0.0))

    def coming(places: int) -> float:
        return sum(map(sum, sites.expected(range(34, 96), Size(places, 1000.0)).counts))

    assert coming(20) < coming(100) < coming(500)
    assert coming(20) < 60


def test_typical_sites_evening_cars_stay_until_the_morning_whatever_came_at_noon() -> None:
    sites = TypicalSites(SLOT_H, 0.0)
    for slot in range(60):
        sites.saw(slot, (1.0 if slot > 40 else 0.0, 1.0 if 30 <= slot < 40 else 0.0))

    expected = sites.expected(range(60, 96), Size(40, 12.0))

    assert expected.long_stays_h[72 - 60] > 9


def test_typical_sites_guess_misses_by_less_once_more_has_been_seen() -> None:
    def misses(until: int) -> float:
        sites = TypicalSites(SLOT_H, 0.0)
        for slot in range(until):
            sites.saw(slot, (0.0, 4.0 if 29 <= slot < 38 else 0.0))
        expected = sites.expected(range(until, 96), Size(40, 12.0))
        return expected.sigma

    assert misses(31) > misses(36) > misses(44)


def test_arrivals_one_car_that_asks_for_much_does_not_make_all_ask_for_it() -> None:
    thirsty, usual = Arrivals(SLOT_H), Arrivals(SLOT_H)
    for arrivals, need_kwh in ((thirsty, 60.0), (usual, 12.0)):
        arrivals.began(0)
        arrivals.add(Arrival(0, 40.0, need_kwh, 11.0, ((0, 1.0),)))

    much, little = (_expected_kwh(each.expected(0, ALL_DAY, 100.0)) for each in (thirsty, usual))

    assert much < 2.5 * little


def test_learned_spread_without_observations_is_the_assumed_one() -> None:
    assert learned_spread([], 2.0).sigma == 2.0


def test_learned_spread_of_exact_drivers_shrinks_and_of_careless_ones_grows() -> None:
    assert learned_spread([0.0] * 200, 2.0).sigma == pytest.approx(0.6, abs=0.05)
    assert learned_spread([-6.0, 6.0] * 100, 2.0).sigma > 5
    assert learned_spread([3.0] * 200, 2.0).mean > 2.5


def test_learned_spread_never_believes_in_perfection() -> None:
    assert learned_spread([0.0] * 100_000, 2.0).sigma == 0.5
