"""The commands and the program of docs/how-to/check-a-cdr.md, run as they stand."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli_tariff.test_tariff_commands import CDR, PARKED_CDR, PARKING_TARIFF, TARIFF
from tests.pages import texts

PAGE = "how-to/check-a-cdr.md"
pytestmark = [
    pytest.mark.skipif(shutil.which("bash") is None, reason="no bash"),
    pytest.mark.skipif(shutil.which("jq") is None, reason="no jq"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that the page speaks of."""
    total = {"excl_vat": -5.0, "incl_vat": -5.5}
    cheaper = json.loads(json.dumps(TARIFF).replace("0.25", "0.2"))
    (profiles,) = texts(PAGE, "json")
    session = {name: value for name, value in CDR.items() if not name.startswith(("total", "end", "cdr"))}
    files: dict[str, Any] = {
        "cdr": CDR,
        "tariff": TARIFF,
        "session": {**session, "kwh": 20, "status": "ACTIVE", "total_cost": CDR["total_cost"]},
        "credit": {**CDR, "id": "C2", "credit": True, "credit_reference_id": "C1", "total_cost": total},
        "tariff-of-march": cheaper,
        "tariff-of-april": TARIFF,
        "profiles": json.loads(profiles),
    }
    for name, content in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), "utf-8")
    return tmp_path


@pytest.fixture
def shell(folder: Path) -> Callable[[str], str]:
    """Runs a text in the folder and returns what it prints; it must end well."""
    started = "import sys; from ocn.cli import main; sys.exit(main())"
    program = f"ocn() {{ '{sys.executable}' -c '{started}' \"$@\"; }}"

    def run(text: str) -> str:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{program}\n{text}"],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=60,
        ).stdout

    return run


@pytest.mark.parametrize("text", texts(PAGE, "sh"), ids=lambda text: " ".join(text.split()[2:7]))
def test_block_of_commands_runs_as_printed(shell: Callable[[str], str], text: str) -> None:
    assert text.startswith("ocn tariff ")
    assert shell(text).strip()


def test_verdicts_of_the_page_are_those_of_its_files(shell: Callable[[str], str]) -> None:
    told = {
        words: shell(text.splitlines()[0])
        for text in texts(PAGE, "sh")
        for words in ("--original", "--stored", "| jq")
        if words in text
    }
    assert told["--original"].startswith("Verdict: match")
    assert told["--stored"].startswith("Verdict: match")
    assert told["| jq"].split() == ['"match"', "[]"]


def test_pauses_of_the_page_are_read_and_name_parking_that_is_billed_meanwhile(
    shell: Callable[[str], str], folder: Path
) -> None:
    (text,) = [text for text in texts(PAGE, "sh") if "--paused" in text]
    moved = json.dumps(PARKED_CDR).replace("2025-03-11", "2026-03-11").replace("2025-03-12", "2026-03-12")
    (folder / "cdr.json").write_text(moved, "utf-8")
    (folder / "tariff.json").write_text(json.dumps(PARKING_TARIFF), "utf-8")
    assert "PARKING_WHILE_PAUSED" in shell(text)


def test_program_of_the_page_says_the_verdict(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = texts(PAGE, "python")
    names = {f"{name}_text": (folder / f"{name}.json").read_bytes() for name in ("cdr", "tariff")}
    exec(compile(program, PAGE, "exec"), dict(names))  # noqa: S102  the page is ours
    assert capsys.readouterr().out == "match [] 5\n"
