"""Lines in, lines out: every shape of limits, every fault, and sums that hold to the last digit."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocn.smart_charging.controller.controller import Controller

PHASES = ["L1", "L2", "L3"]


def session(name: str, **changed: Any) -> dict[str, Any]:
    three_phase = {
        "id": name,
        "arrival": 0,
        "declared_departure": 20,
        "energy_need_kwh": 20.0,
        "delivered_kwh": 0.0,
        "max_kw": 11.04,
        "min_kw": 4.14,
        "phases": PHASES,
    }
    return three_phase | changed


def line(*sessions: Any, **changed: Any) -> str:
    whole = {
        "slot": 0,
        "slot_minutes": 15,
        "site_cap_kw": [22.0] * 40,
        "phase_cap_kw": [8.0] * 40,
        "price_eur_per_kwh": [0.2] * 40,
        "peak_so_far_kw": 0.0,
        "peak_price_eur_per_kw": 0.0,
        "sessions": list(sessions),
    }
    return json.dumps({key: value for key, value in (whole | changed).items() if value is not ...})


def answer(text: str, controller: Controller | None = None) -> dict[str, Any]:
    return dict(json.loads((controller or Controller()).answer(text)))


def test_answer_has_a_limit_for_every_session_and_nothing_else() -> None:
    told = answer(line(session("a"), session("b", delivered_kwh=20.0)))

    assert set(told) == {"limits"}
    assert told["limits"] == {"a": 11.04, "b": 0.0}


def test_answer_without_sessions_is_empty() -> None:
    assert answer(line()) == {"limits": {}}


@pytest.mark.parametrize(
    ("caps", "expected"),
    [
        ([2.0] * 40, 1.978),
        ([2.0], 1.978),
        (2.0, 1.978),
        ([9.0, 2.0, 9.0], 1.978),
        ({"L1": [9.0], "L2": [2.0] * 40}, 1.978),
        ({"L2": 2.0}, 1.978),
        ([[9.0] * 40, [2.0] * 40, [9.0] * 40], 1.978),
        ([[9.0], [2.0], []], 1.978),
        ([[9.0, 2.0, 9.0]] * 40, 1.978),
        ([{"L1": 9.0, "L2": 2.0, "L3": 9.0}] * 40, 1.978),
        ([[9.0, 2.0, 9.0], [9.0, 9.0, 9.0], [9.0, 9.0, 9.0]], 1.978),
        ([[9.0, 9.0, 9.0], [2.0, 9.0, 9.0], [9.0, 9.0, 9.0]], 1.978),
        (None, 3.68),
        ([], 3.68),
        (..., 3.68),
        ([None], 3.68),
        ([None, None, None], 3.68),
        ([[None, None, None]] * 40, 3.68),
        ([{"L1": 2.0}] * 40, 3.68),
        ([None, 9.0], 0.0),
        (1e9, 3.68),
        ([1e18] * 40, 3.68),
        ([float("inf")], 3.68),
        ([float("nan")], 0.0),
    ],
)
def test_answer_limit_of_phase_2_in_every_shape_is_kept(caps: Any, expected: float) -> None:
    told = answer(line(session("a", phases=["L2"], max_kw=3.68, min_kw=1.38), phase_cap_kw=caps))

    assert told["limits"] == {"a": expected}


@pytest.mark.parametrize("caps", [..., None, []])
def test_answer_no_limit_of_the_site_is_none(caps: Any) -> None:
    told = answer(line(session("a"), session("b"), session("c"), site_cap_kw=caps, phase_cap_kw=None))

    assert told == {"limits": {"a": 11.04, "b": 11.04, "c": 11.04}}


def test_answer_nobody_gets_between_nothing_and_the_smallest_power() -> None:
    told = answer(line(session("a"), session("b"), session("c"), site_cap_kw=[9.0], phase_cap_kw=None))

    given_kw = sorted(told["limits"].values())
    assert 0.0 < sum(given_kw) <= 9.0
    assert all(kw == 0.0 or kw >= 4.14 for kw in given_kw)


@pytest.mark.parametrize(
    ("least", "most", "phases", "cap", "expected"),
    [
        (4.14, 11.04, PHASES, 10.0, 9.936),
        (2.76, 7.36, ["L1", "L3"], 7.0, 6.992),
        (1.38, 7.36, ["L2"], 5.0, 4.991),
        (4.32, 11.52, PHASES, 10.0, 9.936),
        (4.2, 11.2, PHASES, 10.0, 9.94),
        (4.1, 11.0, PHASES, 60.0, 10.971),
        (0.0, 11.04, PHASES, 0.1, 0.069),
        (11.0, 11.0, PHASES, 60.0, 11.0),
    ],
)
def test_answer_limits_are_in_tenths_of_an_ampere_of_each_phase(
    least: float, most: float, phases: list[str], cap: float, expected: float
) -> None:
    car = session("a", min_kw=least, max_kw=most, phases=phases)

    assert answer(line(car, site_cap_kw=[cap], phase_cap_kw=None)) == {"limits": {"a": expected}}


def test_answer_waits_for_a_lower_price_and_goes_ahead_at_a_negative_one() -> None:
    later = line(session("a"), price_eur_per_kwh=[0.3] * 2 + [0.1] * 38)
    now = line(session("a"), price_eur_per_kwh=[-0.3] * 2 + [0.1] * 38)

    assert answer(later)["limits"] == {"a": 0.0}
    assert answer(now)["limits"] == {"a": 11.04}


def test_answer_restarted_in_the_middle_keeps_every_limit_and_goes_on() -> None:
    first = answer(line(session("a"), session("b", declared_departure=9)))
    again = answer(line(session("a", delivered_kwh=2.0), session("b", declared_departure=9), slot=7))

    for told in (first, again):
        assert "errors" not in told
        assert sum(Decimal(str(kw)) for kw in told["limits"].values()) <= 22


def test_answer_that_begins_with_a_car_there_for_days_plans_it() -> None:
    told = answer(line(session("a", declared_departure=320), slot=300))

    assert told == {"limits": {"a": 11.04}}


def test_answer_slots_that_begin_anew_are_another_run() -> None:
    controller = Controller()
    lines = [line(session("a"), slot=slot) for slot in (5, 6, 0, 1)]

    assert [answer(text, controller)["limits"] for text in lines] == [{"a": 11.04}] * 4


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "line: is no JSON"),
        ("[1]", "line: is a JSON object, not [1]"),
        ("\x00", "line: is no JSON"),
        ('{"a":' * 100_000, "line: is no JSON"),
        ('{"slot": ' + "9" * 5000 + "}", "slot: inf is no number"),
        ("{}", "sessions: is missing"),
        ('{"sessions": 3}', "sessions: is a list, not 3"),
    ],
)
def test_answer_line_that_cannot_be_used_says_why(text: str, error: str) -> None:
    told = answer(text)

    assert told["limits"] == {}
    assert any(each.startswith(error) for each in told["errors"])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"max_kw": "11"}, "max_kw: '11' is no number that can be used"),
        ({"max_kw": float("nan")}, "max_kw: nan is no number that can be used"),
        ({"max_kw": 1e300}, "max_kw: 1E+300 is no number that can be used"),
        ({"max_kw": True}, "max_kw: True is no number that can be used"),
        ({"max_kw": None}, "max_kw: is missing"),
        ({"min_kw": 12}, "min_kw: 12 is above max_kw 11.04"),
        ({"energy_need_kwh": -1}, "energy_need_kwh: -1 is below 0"),
        ({"delivered_kwh": -0.5}, "delivered_kwh: -0.5 is below 0"),
        ({"arrival": 3}, "arrival: 3 is after this slot, 0"),
        ({"arrival": []}, "arrival: [] is no number"),
        ({"phases": ["L4"]}, "phases: ['L4'] is no list of L1, L2, L3"),
        ({"phases": 3}, "phases: 3 is no list of L1, L2, L3"),
    ],
)
def test_answer_session_with_a_fault_gets_nothing_and_the_others_are_planned(
    fault: dict[str, Any], error: str
) -> None:
    told = answer(line(session("good"), session("bad", **fault)))

    assert told["limits"] == {"good": 11.04, "bad": 0.0}
    assert told["errors"][0].startswith("sessions[1] ('bad').")
    assert error in told["errors"][0]


def test_answer_session_that_came_within_the_slot_is_planned() -> None:
    assert answer(line(session("a", arrival=3.4), slot=3)) == {"limits": {"a": 11.04}}


@pytest.mark.parametrize("huge", ["1e999999999", "-1e999999999", "1e9999999999999999999999", "1e-999999999"])
def test_answer_numbers_with_huge_exponents_are_no_end(huge: str) -> None:
    controller = Controller()
    for place in ("22.0", "8.0", "0.2", "4.14", "20.0"):
        told = answer(line(session("a")).replace(place, huge, 1), controller)
        assert set(told["limits"]) <= {"a"}

    assert answer(line(session("a")), controller) == {"limits": {"a": 11.04}}


@pytest.mark.parametrize("numeral", ["1e9999999999999999999", "-1e9999999999999999999", "9" * 5000])
def test_answer_numeral_that_is_no_number_anywhere_costs_one_session_alone(numeral: str) -> None:
    asked = [session("a", max_kw="?"), session("b", energy_need_kwh="?"), session("c")]
    told = answer(line(*asked).replace('"?"', numeral))

    assert told["limits"] == {"a": 0.0, "b": 0.0, "c": 11.04}
    assert [each.partition(":")[0] for each in told["errors"]] == [
        "sessions[0] ('a').max_kw",
        "sessions[1] ('b').energy_need_kwh",
    ]


def test_answer_what_is_told_beyond_the_longest_horizon_is_passed_over() -> None:
    far = [*([9.0] * 2160), "?"]
    told = answer(line(session("a"), site_cap_kw=far, phase_cap_kw=far, price_eur_per_kwh=far))

    assert told == {"limits": {"a": 8.97}}


def test_answer_departure_before_arrival_is_told_and_the_car_charged_while_it_is_there() -> None:
    told = answer(line(session("a", arrival=0, declared_departure=-3)))

    assert told["limits"] == {"a": 11.04}
    assert "declared_departure: -3 is not after arrival 0" in told["errors"][0]


def test_answer_sessions_without_usable_names_are_told_by_their_places() -> None:
    told = answer(line(session("a"), 7, session("a"), session("b") | {"id": None}, {"id": ""}, {"id": [1]}))

    assert told["limits"] == {"a": 11.04}
    places = [each.split(":")[0] for each in told["errors"]]
    assert places == ["sessions[1]", "sessions[2].id", "sessions[3].id", "sessions[4].id", "sessions[5].id"]


def test_answer_faults_in_series_are_told_and_replaced_by_what_is_safe() -> None:
    told = answer(
        line(
            session("a"),
            site_cap_kw=["x", 9],
            phase_cap_kw={"L1": [-1], "N": 3},
            price_eur_per_kwh=[0.1, None],
            peak_so_far_kw=-2,
            slot_minutes=0,
            slot=0.5,
        )
    )

    assert told["limits"] == {"a": 0.0}
    assert [each.split(":")[0] for each in told["errors"]] == [
        "slot",
        "slot_minutes",
        "site_cap_kw[0]",
        "phase_cap_kw.'N'",
        "phase_cap_kw.L1[0]",
        "price_eur_per_kwh[1]",
        "peak_so_far_kw",
    ]


def test_answer_peak_out_of_bounds_is_told_with_the_bound() -> None:
    told = answer(line(session("a"), peak_so_far_kw=1e10))

    assert told["errors"] == ["peak_so_far_kw: 10000000000.0 is no number from 0 to 1000000000; taken for 0"]


def test_answer_a_line_of_nothing_but_faults_stays_short() -> None:
    told = answer(line(*[5] * 1000))

    assert len(told["errors"]) == 101


kilowatts = st.decimals(0, 60, places=3).map(float)
sessions = st.builds(
    session,
    st.sampled_from("abcdefgh"),
    phases=st.lists(st.sampled_from(PHASES), min_size=1, max_size=3, unique=True),
    max_kw=kilowatts,
    min_kw=st.decimals(0, 5, places=3).map(float),
    energy_need_kwh=st.floats(0, 100),
    delivered_kwh=st.floats(0, 50),
    declared_departure=st.integers(-5, 60),
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(sessions, max_size=8, unique_by=lambda each: str(each["id"])),
    st.lists(kilowatts, min_size=1, max_size=4),
    st.lists(kilowatts, min_size=1, max_size=4),
)
def test_answer_whatever_is_asked_keeps_the_caps_exactly_and_as_floats(
    asked: list[dict[str, Any]], site: list[float], phase: list[float]
) -> None:
    limits = answer(line(*asked, site_cap_kw=site, phase_cap_kw=dict.fromkeys(PHASES, phase)))["limits"]

    written = {name: Decimal(str(kw)) for name, kw in limits.items()}
    assert set(written) == {each["id"] for each in asked}
    assert sum(written.values()) <= Decimal(str(site[0]))
    for name in PHASES:
        on_it = [each for each in asked if name in each["phases"]]
        exact = sum((written[each["id"]] * 6 / len(each["phases"]) for each in on_it), Decimal(0))
        assert exact <= 6 * Decimal(str(phase[0]))
    for each in asked:
        kw = limits[each["id"]]
        assert kw == 0 or each["min_kw"] <= kw <= each["max_kw"]


def test_answer_limits_at_the_cap_hold_also_when_floats_are_added() -> None:
    asked = [session(f"{i}", max_kw=1.1, min_kw=0.1, phases=["L1"]) for i in range(6)]
    limits = answer(line(*asked, site_cap_kw=[0.6], phase_cap_kw=[0.6]))["limits"]

    assert sum(limits.values()) <= 0.6
    assert sum(limits.values()) > 0.59


def test_answer_limits_at_the_cap_that_none_can_lower_hold_also_when_floats_are_added() -> None:
    fixed = {"max_kw": 0.1, "min_kw": 0.1, "phases": ["L1"]}
    asked = [
        session(name, declared_departure=left, **fixed) for name, left in [("a", 9), ("b", 30), ("c", 8)]
    ]

    assert answer(line(*asked, site_cap_kw=[0.3]))["limits"] == {"a": 0.1, "b": 0.0, "c": 0.1}
    assert answer(line(*asked, phase_cap_kw=[0.3]))["limits"] == {"a": 0.1, "b": 0.0, "c": 0.1}


@pytest.mark.parametrize("nothing", [0, 1e-300])
def test_answer_car_that_asks_for_nothing_does_not_keep_others_from_being_planned(nothing: float) -> None:
    stays = session("nothing", energy_need_kwh=nothing, declared_departure=60)
    leaves_soon = session("a", declared_departure=2)

    assert answer(line(stays, leaves_soon))["limits"] == {"nothing": 0.0, "a": 11.04}
