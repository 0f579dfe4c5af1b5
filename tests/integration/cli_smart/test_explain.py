"""``ocn smart explain`` with files of plans, good and bad."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from ocn.cli import app
from ocn.errors import ConfigurationError
from ocn.smart_charging.planning.document import document
from ocn.smart_charging.planning.planner import by_least_laxity
from ocn.smart_charging.planning.problem import Car, Limit, Load, Problem

SLOTS = 16
START = datetime(2026, 11, 28, 17, tzinfo=UTC)


def planned(slot: int, *cars: Car, kw: float = 22.0) -> dict[str, Any]:
    limit = Limit("row A", None, 0.1, (round(kw * 10),) * SLOTS)
    made = by_least_laxity(Problem(0.25, (0.2,) * SLOTS, (limit,), cars), "highspy is not installed")
    begins = START.replace(minute=15 * slot)
    return document(made, slot, start=begins, zone=ZoneInfo("Europe/Berlin"), said_by={"b": "the driver"})


def car(name: str, need_kwh: float = 10.0, departure: float = 8.0) -> Car:
    return Car(name, 0.1, 14, 110, (Load(0, 1),), need_kwh, need_kwh, departure)


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    """Three slots: a comes, b comes, the limit falls."""
    rest = 10.0 - 11.0 / 4
    made = [
        planned(0, car("a")),
        planned(1, car("a", rest, 7.0), car("b", departure=5.0)),
        planned(2, car("a", rest - 11.0 / 4, 6.0), car("b", rest, 4.0), kw=11.0),
    ]
    file = tmp_path / "plans.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in made))
    return file


def explain(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["smart", "explain", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_explain_says_why_for_each_car_and_what_changed_against_the_plan_before(plans: Path) -> None:
    printed = explain(plans).splitlines()

    assert printed[0] == (
        "slot 2, Sat 18:30: 2 cars, 11.0 kW now; planned by least-laxity, because highspy is not installed"
    )
    assert printed[1] == (
        "  a: needs 4.5 kWh by Sat 20:00 (declared); waits, charging starts Sat 19:00: "
        "fuse row A lets no more through (b draws 11.0 kW, can wait less)"
    )
    assert printed[2:] == [
        "  b: needs 7.2 kWh by Sat 19:30 (the driver); charges at 11.0 kW now: all it can take",
        "  changed against the plan of Sat 18:15",
        "  a: gets 0.0 kW now instead of 11.0 (fuse row A)",
    ]


def test_explain_changes_is_a_line_per_car_and_change(plans: Path) -> None:
    assert explain(plans, "--changes").splitlines() == [
        "Sat 18:15  b: is new, needs 10.0 kWh by Sat 19:30 (the driver), charges at 11.0 kW at once",
        "Sat 18:30  a: gets 0.0 kW now instead of 11.0 (fuse row A)",
    ]
    assert explain(plans, "--changes", "--car", "b").count("\n") == 1
    assert explain(plans, "--changes", "--slot", "1").splitlines()[1:] == [
        "  changed against the plan of Sat 18:00",
        "  b: is new, needs 10.0 kWh by Sat 19:30 (the driver), charges at 11.0 kW at once",
    ]


def test_explain_changes_as_json_is_an_object_a_line(plans: Path) -> None:
    read = [json.loads(line) for line in explain(plans, "--changes", "--json").splitlines()]

    assert [(each["slot"], each["at"], each["id"]) for each in read] == [
        (1, "Sat 18:15", "b"),
        (2, "Sat 18:30", "a"),
    ]


def test_explain_for_drivers_says_only_what_a_driver_wants_to_know(plans: Path) -> None:
    assert (
        explain(plans, "--for-drivers", "--car", "a")
        == "a: charging starts Sat 19:00, 4.5 kWh by Sat 20:00\n"
    )


def test_explain_as_json_is_the_plan_with_its_changes(plans: Path) -> None:
    read = json.loads(explain(plans, "--json", "--slot", "1", "--car", "b"))

    assert (read["format"], [each["id"] for each in read["cars"]]) == ("ocn.charging-plan/1", ["b"])
    assert read["cars"][0]["for_driver"].startswith("charging at 11.0 kW")
    assert [each["id"] for each in read["changes"]] == ["b"]


def test_explain_of_the_first_plan_tells_of_no_change(plans: Path) -> None:
    assert "changed" not in explain(plans, "--slot", "0")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "has no plan"),
        ("[1, 2]", "has no plan"),
        ('{"format": "ocn.charging-plan/1"}', "this plan cannot be read: Object missing required field"),
        ('{"format": "ocn.charging-plan/1", "slot": NaN}', "cannot be read"),
        ("{}\n{", "line 2: no JSON"),
        ("[" * 100_000, "no JSON"),
        ("\ud83d", "no text in UTF-8"),
    ],
)
def test_explain_of_a_file_without_plans_says_what_is_wrong(tmp_path: Path, written: str, said: str) -> None:
    file = tmp_path / "plans.jsonl"
    file.write_text(written, "utf-8", errors="surrogatepass")

    with pytest.raises(ConfigurationError, match=said):
        explain(file)


def test_explain_of_a_slot_or_car_that_is_not_there_says_which_are(plans: Path) -> None:
    with pytest.raises(ConfigurationError, match="no plan for slot 9") as refused:
        explain(plans, "--slot", "9")
    assert refused.value.hint == "It has plans for slots 0 to 2."
    with pytest.raises(ConfigurationError, match="the plan for slot 2 has no car x") as refused:
        explain(plans, "--car", "x")
    assert refused.value.hint == "It has a, b."


def test_explain_for_drivers_where_nobody_is_says_so(tmp_path: Path) -> None:
    file = tmp_path / "plans.jsonl"
    file.write_text(json.dumps(planned(3)))

    assert explain(file, "--for-drivers") == "slot 3: no car is planned\n"


def test_explain_cars_with_names_that_a_terminal_would_obey_are_told_to_the_letter(tmp_path: Path) -> None:
    file = tmp_path / "plans.jsonl"
    names = ["\x1b[31mred", "a\nb: gets 99 kW", "\ud800", "\u202etxt", "[bold]x[/bold]"]
    file.write_text("".join(json.dumps(planned(slot, *map(car, names[slot:]))) + "\n" for slot in range(2)))

    printed = explain(file)
    assert [line.partition(": ")[0].strip() for line in printed.splitlines()[1:5]] == [
        "a\\nb",
        "\\ud800",
        "\\u202etxt",
        "[bold]x[/bold]",
    ]
    for told in (printed, explain(file, "--changes"), explain(file, "--for-drivers")):
        assert told.replace("\n", "").isprintable()
