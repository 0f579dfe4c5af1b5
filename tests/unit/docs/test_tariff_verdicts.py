"""The page of verdicts names every code that the code has, and no other."""

import json
import re
from pathlib import Path

from tests.pages import texts
from tests.unit.tariffs.cases import cdr, charging, component, element, tariff

from ocn.tariffs import CauseCode, Code, Verdict, verify
from ocn.tariffs.linting.lint import Lint
from ocn.tariffs.linting.lint_restrictions import LintRestriction
from ocn.tariffs.verifying.chance import EXPLANATION_MAY_BE_CHANCE
from ocn.tariffs.verifying.consistency import (
    PARTS_NOT_TOTAL,
    TOTAL_PARKING_TIME_MISMATCH,
    TOTAL_TIME_MISMATCH,
)
from ocn.tariffs.verifying.judging import NOTHING_TO_COMPARE
from ocn.tariffs.verifying.pauses import PARKING_WHILE_PAUSED
from ocn.tariffs.verifying.tax_lines import TAX_LINE_MISMATCH, TAX_NOT_CHECKED

_PAGE = "reference/tariff-verdicts.md"
_OTHERS = {
    TOTAL_TIME_MISMATCH,
    TOTAL_PARKING_TIME_MISMATCH,
    PARTS_NOT_TOTAL,
    TAX_LINE_MISMATCH,
    TAX_NOT_CHECKED,
    PARKING_WHILE_PAUSED,
    EXPLANATION_MAY_BE_CHANCE,
    NOTHING_TO_COMPARE,
}
_NO_CODES = {"PRICED", "STEP_SIZE", "NO_PRICE"}


def _page(root: Path) -> str:
    return (root / "docs" / _PAGE).read_text("utf-8")


def test_every_cause_and_finding_is_on_the_page_and_no_other(root: Path) -> None:
    named = set(re.findall(r"`([A-Z][A-Z_]{6,})`", _page(root))) - _NO_CODES
    known = {str(code) for codes in (CauseCode, Code, Lint, LintRestriction) for code in codes} | _OTHERS
    assert named == known


def test_every_verdict_is_on_the_page(root: Path) -> None:
    assert all(f"| `{verdict}` |" in _page(root) for verdict in Verdict)


def test_the_members_of_the_result_and_of_the_evidence_are_on_the_page(root: Path) -> None:
    by = tariff(element(component("ENERGY", "0.25")))
    result = verify(cdr(charging("20"), claim=("5.00", "6.00")), [by])
    members = set(result.as_json()) | set(json.loads(result.evidence()))
    assert not [name for name in members if f"`{name}`" not in _page(root) and f'"{name}"' not in _page(root)]


def test_the_result_on_the_page_is_what_verify_returns() -> None:
    example = json.loads(texts(_PAGE, "json")[0])
    by = tariff(element(component("ENERGY", "0.25", "10")))
    found = verify(cdr((60, {"ENERGY": "20"}), claim=("5.00", "5.50")), [by]).as_json()
    assert {name: found[name] for name in example} == example
