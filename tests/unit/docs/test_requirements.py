"""The pages of what settlement and smart charging must do name tests that exist."""

import re
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
_TEST = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)


@pytest.fixture(scope="module")
def tests() -> set[str]:
    tree = Path(__file__).parents[2]
    return {name for file in tree.rglob("test_*.py") for name in _TEST.findall(file.read_text("utf-8"))}


@pytest.mark.parametrize("name", ["settlement-requirements.md", "smart-charging-requirements.md"])
def test_every_requirement_of_a_page_names_tests_that_exist(name: str, tests: set[str]) -> None:
    page = (REFERENCE / name).read_text("utf-8")
    rows = re.findall(r"^\| ([A-Z]-\d+) \| .* \|(.*)\|$", page, re.MULTILINE)
    assert len(rows) == len(dict(rows)) > 20
    for requirement, said in rows:
        assert "`test_" in said, requirement
    assert sorted(set(re.findall(r"`(test_\w+)`", page)) - tests) == []
