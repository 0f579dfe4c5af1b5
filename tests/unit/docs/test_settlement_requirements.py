"""The page of what settlement must do names tests that exist."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "settlement-requirements.md"
_TEST = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)


def test_every_requirement_of_settlement_names_tests_that_exist() -> None:
    tree = Path(__file__).parents[2]
    tests = {name for file in tree.rglob("test_*.py") for name in _TEST.findall(file.read_text("utf-8"))}
    rows = re.findall(r"^\| (S-\d+) \| .* \|(.*)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(rows) == len(dict(rows)) > 20
    for requirement, said in rows:
        named = re.findall(r"`(test_\w+)`", said)
        assert named, requirement
        assert sorted(set(named) - tests) == [], requirement
