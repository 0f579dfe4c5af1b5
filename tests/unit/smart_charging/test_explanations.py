"""Every plan says why, in figures and in words."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ocn.smart_charging.planning.document import document, input_hash
from ocn.smart_charging.planning.plan import Plan, ShadowPrice
from ocn.smart_charging.planning.planner import by_least_laxity, plan
from ocn.smart_charging.planning.problem import Car, Limit, Load, Phase, Problem
from ocn.smart_charging.planning.rivals import Standing
from ocn.smart_charging.planning.sentences import for_driver, in_slots, scarcities, sentence, times
from ocn.smart_charging.planning.why import Bound, Why, explained

pytest.importorskip("highspy")

SLOTS = 16
CHEAP_LATER = (0.3,) * 4 + (0.1,) * 12


def car(name: str, need_kwh: float = 10.0, departure: float = SLOTS, sigma: float = 0.0) -> Car:
    return Car(
        name, 0.069, 60, 160, tuple(Load(i, 100) for i in range(3)), need_kwh, need_kwh, departure, sigma
    )


def problem(
    *cars: Car, amps: int = 32, prices: tuple[float, ...] = (0.2,) * SLOTS, peak_price: float = 0.0
) -> Problem:
    limits = tuple(Limit("row A", phase, 230e-6, (amps * 1000,) * SLOTS) for phase in Phase)
    return Problem(0.25, prices, limits, cars, peak_price=peak_price)


def why(made: Plan, name: str) -> Why:
    return next(each for each in explained(made) if each.car == name)


def test_explained_car_that_waits_for_the_price_says_what_that_saves() -> None:
    found = why(plan(problem(car("a"), prices=CHEAP_LATER)), "a")

    assert (found.bound, found.begins, found.now_kw) == (Bound.PRICE, 4, 0.0)
    assert found.saves_eur == pytest.approx(10.0 * 0.2)


def test_explained_car_at_full_power_is_bound_by_itself() -> None:
    assert why(plan(problem(car("a"))), "a").bound is Bound.OWN_LIMIT


def test_explained_car_that_might_leave_before_it_is_cheap_is_bound_by_the_risk() -> None:
    made = plan(problem(car("a", departure=5, sigma=2.0, need_kwh=5.0), prices=CHEAP_LATER))

    assert made.steps == (160,)
    assert why(made, "a").bound is Bound.RISK


def test_explained_car_of_least_laxity_that_knows_no_price_is_bound_by_itself() -> None:
    made = by_least_laxity(problem(car("a", departure=5, sigma=2.0, need_kwh=5.0), prices=CHEAP_LATER))

    assert why(made, "a").bound is Bound.OWN_LIMIT


def test_explained_car_at_a_full_fuse_names_fuse_and_phase() -> None:
    made = plan(problem(car("a", 11.0, 4), car("b", 11.0, 4), amps=20))

    found = [each for each in explained(made) if each.bound is Bound.LIMIT]
    assert found
    assert str(made.problem.limits[found[0].limit or 0]).startswith("fuse row A, phase L")


def test_explained_what_is_left_for_a_car_below_its_smallest_power_is_told() -> None:
    made = by_least_laxity(problem(car("a", departure=8), car("b"), amps=20))

    assert why(made, "b").bound is Bound.LEAST_POWER


def test_explained_last_bit_is_told() -> None:
    assert why(plan(problem(car("a", need_kwh=0.5))), "a").bound is Bound.LAST_BIT


def test_explained_guarded_car_charges_because_it_is_its_turn() -> None:
    made = plan(problem(car("a")))

    assert (
        why(Plan(made.problem, made.method, made.steps, made.wishes, frozenset({0})), "a").bound is Bound.TURN
    )


def test_explained_car_held_back_by_the_peak_says_so() -> None:
    made = plan(problem(car("a", 5.0), car("b", 5.0), peak_price=5.0))

    assert {each.bound for each in explained(made)} & {Bound.PEAK, Bound.LEAST_POWER, Bound.PRICE}
    assert any(price.limit is None for price in made.wishes.shadow_prices)


def test_document_is_json_with_a_line_per_car_and_the_hash_of_its_input() -> None:
    asked = problem(car("a"), car("b", 11.0, 4), amps=16, prices=CHEAP_LATER)

    written = json.loads(json.dumps(document(plan(asked), 40)))

    assert written["format"] == "ocn.charging-plan/1"
    assert written["input_sha256"] == input_hash(asked)
    lines = {each["id"]: each["line"] for each in written["cars"]}
    assert lines["a"] == (
        "a: needs 10.0 kWh by slot 56 (declared); waits, charging starts slot 44: "
        "fuse row A, phase L1 lets no more through (b draws 11.0 kW, can wait less); "
        "about 2.00 EUR less than at once"
    )
    assert written["cars"][1]["done"] == 44


def test_document_of_another_input_has_another_hash() -> None:
    assert input_hash(problem(car("a"))) != input_hash(problem(car("a", need_kwh=10.1)))


def test_document_with_a_start_writes_local_times_and_who_said_so() -> None:
    start = datetime(2026, 3, 2, 23, tzinfo=UTC)

    written = document(
        plan(problem(car("a"), prices=CHEAP_LATER)),
        0,
        start=start,
        zone=ZoneInfo("Europe/Berlin"),
        said_by={"a": "the driver"},
    )

    assert "by Tue 04:00 (the driver); waits, charging starts Tue 01:00" in written["cars"][0]["line"]


def test_times_in_the_hour_that_clocks_show_twice_say_which() -> None:
    clock = times(datetime(2026, 10, 25, 0, 0, tzinfo=UTC), 0.5, ZoneInfo("Europe/Berlin"))

    assert [clock(slot) for slot in (-1, 1, 3, 5)] == [
        "Sun 01:30",
        "Sun 02:30 CEST",
        "Sun 02:30 CET",
        "Sun 03:30",
    ]


def test_scarcities_neighbouring_slots_of_one_price_are_one() -> None:
    prices = [ShadowPrice(0, slot, 0.21) for slot in (4, 5, 6)] + [ShadowPrice(None, 2, 0.05)]

    found = scarcities(prices)

    made = plan(problem(car("a")))
    assert [each.line(made, in_slots(0)) for each in found] == [
        "one kW more at fuse row A, phase L1 between slot 4 and slot 7 is worth 0.210 EUR/kWh",
        "one kW more at a higher peak between slot 2 and slot 3 is worth 0.050 EUR/kWh",
    ]


def test_explained_car_that_will_lack_energy_says_who_draws_what_is_scarce() -> None:
    first = car("a", 22.0, 8)
    asked = problem(first, replace(car("b", 22.0, 8), weight=0.5), car("c", 2.0, 8), amps=16)

    made = plan(asked)

    found = why(made, "b")
    assert found.lacks
    assert [(each.car, each.standing) for each in found.rivals.first][:1] == [("a", Standing.COUNTS_MORE)]
    told = made.wishes.powers_kw
    assert found.rivals.first[0].kwh == pytest.approx(sum(row[0] for row in told[:8]) * 0.25)
    assert "kWh will be lacking, fuse row A, phase L1 gives a" in sentence(found, made, in_slots(0))


def test_explained_car_that_lacks_only_what_it_cannot_take_in_time_blames_nobody() -> None:
    made = plan(problem(replace(car("a", 20.0, 4), weight=9.0), car("b", 11.0, 4), amps=24))
    a, b = explained(made)

    assert sentence(a, made, in_slots(0)).endswith("; 9.0 kWh will be lacking")
    assert [each.car for each in b.rivals.first] == ["a"]


def test_explained_car_that_can_wait_names_who_draws_now_and_can_wait_less() -> None:
    made = by_least_laxity(problem(car("a", 11.0, 4), car("b"), amps=20))

    found = why(made, "b")

    assert not found.lacks
    assert found.bound is Bound.LEAST_POWER
    limited = why(by_least_laxity(problem(car("a", 11.0, 4), car("b"), amps=16)), "b")
    assert limited.bound is Bound.LIMIT
    assert [(each.car, each.standing) for each in limited.rivals.first] == [("a", Standing.WAITS_LESS)]


def test_explained_of_many_rivals_names_three() -> None:
    made = by_least_laxity(problem(car("z", 30.0, 40), *(car(f"{i}", 5.0, 2) for i in range(6)), amps=64))

    found = why(made, "z")

    assert len(found.rivals.first) == 3
    assert found.rivals.others == 1


def test_for_driver_says_when_how_much_and_what_that_saves() -> None:
    start = datetime(2026, 3, 2, 23, tzinfo=UTC)
    clock = times(start, 0.25, ZoneInfo("Europe/Berlin"))
    made = plan(problem(car("a"), prices=CHEAP_LATER))

    assert for_driver(why(made, "a"), clock) == (
        "charging starts Tue 01:00, 10.0 kWh by Tue 04:00, about 2.00 EUR less than at once"
    )


def test_for_driver_of_a_car_that_got_some_says_that_charging_goes_on() -> None:
    made = plan(problem(replace(car("a"), asked_kwh=15.0), prices=CHEAP_LATER))

    assert for_driver(why(made, "a"), in_slots(0)).startswith("charging goes on slot 4, 10.0 kWh")
    assert "waits, charging goes on slot 4: energy is cheaper" in sentence(why(made, "a"), made, in_slots(0))


def test_for_driver_of_a_car_that_will_lack_says_how_much_there_will_be() -> None:
    made = plan(problem(car("a", 22.0, 4)))

    assert for_driver(why(made, "a"), in_slots(0)) == "charging at 11.0 kW, 11.0 of 22.0 kWh by slot 4"


def test_for_driver_of_a_car_that_gets_nothing_says_so() -> None:
    made = plan(problem(car("a"), amps=0))

    assert for_driver(why(made, "a"), in_slots(0)) == (
        "no charging is planned, 10.0 kWh will be lacking at slot 16"
    )


def test_scarcities_beyond_any_price_are_one_and_say_what_is_at_stake() -> None:
    made = plan(problem(car("a")))

    (found,) = scarcities([ShadowPrice(0, slot, eur) for slot, eur in ((4, 1003.0), (5, 1050.2), (6, 900.0))])

    assert (found.begins, found.ends, found.eur_per_kwh) == (4, 7, 900.0)
    assert found.line(made, in_slots(0)).endswith(
        "between slot 4 and slot 7 is worth more than any price: cars might leave without it"
    )
