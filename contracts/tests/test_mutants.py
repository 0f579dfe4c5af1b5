"""The tests of Lanes notice faults: a few faulty copies here, every one of them by `make mutants`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from contracts.mutants import FILES, Mutant, mutants
from contracts.mutate import EQUIVALENT, all_mutants, equivalents

MUTATE = Path(__file__).resolve().parents[1] / "mutate.py"
SAMPLE = 6


@pytest.fixture(scope="module")
def every() -> list[Mutant]:
    return all_mutants()


def test_mutants_are_all_different_and_of_every_file(every: list[Mutant]) -> None:
    assert {mutant.file for mutant in every} == set(FILES)
    assert len({(mutant.file, mutant.source) for mutant in every}) == len(every)
    assert len(every) > 700


def test_mutants_of_a_comparison_are_its_neighbours() -> None:
    found = {m.after for m in mutants("lanes/notice.vy") if m.before.startswith("assert 0 < delay")}

    assert {text.partition(",")[0] for text in found} >= {
        "assert 0 <= delay and delay <= LONGEST",
        "assert 0 > delay and delay <= LONGEST",
        "assert 0 < delay or delay <= LONGEST",
        "assert 0 < delay and delay < LONGEST",
        "assert not(0 < delay and delay <= LONGEST)",
    }


def test_explained_mutants_exist_and_each_has_a_reason(every: list[Mutant]) -> None:
    known = {(mutant.file, mutant.before, mutant.after) for mutant in every}

    assert equivalents().keys() <= known
    assert len(equivalents()) == len(json.loads(EQUIVALENT.read_text(encoding="utf-8")))
    assert all(len(reason) > 20 for reason in equivalents().values())


@pytest.mark.long
@pytest.mark.timeout(900)
def test_sample_of_mutants_is_killed() -> None:
    """Another one whenever the sources change."""
    seed = sum(len(mutant.source) for mutant in all_mutants()) % 1_000
    command = [sys.executable, str(MUTATE), "--sample", str(SAMPLE), "--seed", str(seed), "--jobs", "1"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
