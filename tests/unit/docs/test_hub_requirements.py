"""The page of hub requirements and the tests that it names say the same."""

import re
from pathlib import Path

import pytest

PAGE = Path("docs") / "reference" / "hub-requirements.md"
_SPANS = [(1, 6), (10, 13), (20, 30), (40, 44), (50, 54), (60, 61), (70, 72), (80, 84), (90, 97), (100, 106)]
_SPANS += [(110, 112)]
REQUIREMENTS = [f"HUB-{number:02}" for first, last in _SPANS for number in range(first, last + 1)]
DECISIONS = [f"D{number}" for number in range(1, 11)]
_BY_NAME = [f"HUB-{number:02}" for number in range(10, 65)]
_TEST = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)
_ID = re.compile(r"(?:^test|_and)_(hub_|d)(\d+)(?=_)")


@pytest.fixture(scope="module")
def rows() -> dict[str, str]:
    """Return what each row says, by the id that it begins with."""
    text = (Path(__file__).parents[3] / PAGE).read_text("utf-8")
    found = re.findall(r"^\| ((?:HUB-|D)\d+) \|(.*)\|$", text, re.MULTILINE)
    assert len(found) == len(dict(found)), "an id has two rows"
    return dict(found)


@pytest.fixture(scope="module")
def tests() -> set[str]:
    tree = Path(__file__).parents[2]
    return {name for file in tree.rglob("test_*.py") for name in _TEST.findall(file.read_text("utf-8"))}


def ids_in(test: str) -> set[str]:
    return {f"HUB-{int(number):02}" if kind == "hub_" else f"D{number}" for kind, number in _ID.findall(test)}


def test_every_requirement_and_decision_has_its_row(rows: dict[str, str]) -> None:
    assert list(rows) == [*REQUIREMENTS, *DECISIONS]


def test_every_row_has_a_test_or_says_why_not(rows: dict[str, str]) -> None:
    assert [name for name, text in rows.items() if not text.rpartition("|")[2].strip()] == []


def test_every_test_on_the_page_exists(tests: set[str]) -> None:
    page = (Path(__file__).parents[3] / PAGE).read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named
    assert sorted(named - tests) == []


def test_every_test_with_an_id_in_its_name_stands_in_that_row(rows: dict[str, str], tests: set[str]) -> None:
    astray = [
        (test, name)
        for test in sorted(tests)
        for name in ids_in(test)
        if f"`{test}`" not in rows.get(name, "")
    ]
    assert astray == [], f"name them in {PAGE}"


def test_routing_and_decisions_are_each_the_name_of_a_test(tests: set[str]) -> None:
    named = {name for test in tests for name in ids_in(test)}
    wanted = [name for name in REQUIREMENTS if name in _BY_NAME] + DECISIONS
    assert [name for name in wanted if name not in named] == []
