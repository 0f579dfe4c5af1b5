"""The bench runs to its end and nothing it sends fails; its figures are not looked at here."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        any(shutil.which(program) is None for program in ("nginx", "wrk", "taskset")),
        reason="nginx, wrk or taskset is absent",
    ),
]


def test_bench_in_short_measures_every_way_without_a_failure(tmp_path: Path) -> None:
    report = tmp_path / "RESULTS.md"
    command = [sys.executable, "-m", "bench", "--quick", "--report", str(report)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    text = report.read_text()
    for way in (
        "nginx, 2 kB",
        "one node, 2 kB",
        "one node, 2 kB signed",
        "one node, 20 kB strict",
        "two nodes, 20 kB signed",
    ):
        assert f"| {way} |" in text
    for section in (
        "Broadcasts",
        "GET ALL",
        "Conversion",
        "Tariffs",
        "Settlement",
        "Smart charging",
        "Copies for services",
        "Gas per session",
    ):
        assert f"## {section}\n" in text
    assert "| page 20 |" in text
    rows = [line.split("|") for line in text.splitlines() if line.startswith(("| one", "| two", "| nginx"))]
    assert rows
