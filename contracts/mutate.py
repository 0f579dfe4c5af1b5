"""Run the tests of Lanes against faulty copies of it.

``python contracts/mutate.py [--sample N] [--seed S] [--file F] [--jobs N] [--after N]``

Every mutant must be killed: some test fails with it. One that cannot be, because it does what the original
does, is listed in ``equivalent_mutants.json`` with the reason. The exit status is the number of others that
survive.
"""

import argparse
import functools
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from vyper.compiler import (  # type: ignore[import-untyped]  # the compiler ships no types
    CompilerData,
    outputs_from_compiler_data,
)
from vyper.compiler.input_bundle import (  # type: ignore[import-untyped]  # as above
    FilesystemInputBundle,
)
from vyper.compiler.settings import (  # type: ignore[import-untyped]  # as above
    OptimizationLevel,
    Settings,
)
from vyper.exceptions import (  # type: ignore[import-untyped]  # as above
    VyperException,
    VyperInternalException,
)

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from contracts.mutants import FILES, SOURCES, Mutant, mutants  # noqa: E402 - found by the line before

EQUIVALENT = SOURCES / "equivalent_mutants.json"
TESTS = SOURCES / "tests"
LONGEST_S = 1_200

FIRST: dict[str, tuple[str, ...]] = {
    "Lanes.vy": ("reserves", "tokens"),
    "lanes/claims.vy": ("claims", "netting", "wallets", "setoff", "keys"),
    "lanes/deposits.vy": ("deposits", "tokens", "typed_calls"),
    "lanes/disputes.vy": ("disputes",),
    "lanes/evidence.vy": ("disputes",),
    "lanes/held_money.vy": ("hold_back", "disputes"),
    "lanes/hold_backs.vy": ("hold_back", "disputes"),
    "lanes/hot_keys.vy": ("keys", "typed_calls", "netting"),
    "lanes/lane_record.vy": ("claims", "reserves", "netting"),
    "lanes/notice.vy": ("deposits", "reserves", "setoff"),
    "lanes/refusals.vy": ("reserves", "hold_back"),
    "lanes/reserves.vy": ("reserves", "typed_calls"),
    "lanes/setoffs.vy": ("setoff", "typed_calls"),
    "lanes/token_moves.vy": ("deposits", "tokens"),
    "lanes/vaults.vy": ("reserves", "deposits", "setoff", "claims"),
    "lanes/vouchers.vy": ("claims",),
    "parts/typed_signatures.vy": ("typed_calls", "hold_back"),
}
LAST = ("machine", "invariants")
"""The tests that take longest."""


class Fate(IntEnum):
    KILLED = 0
    SURVIVED = 1
    STILLBORN = 2
    """The compiler refuses it."""
    SAME_CODE = 3
    """The compiler makes the same of it as of the original."""


@dataclass(frozen=True)
class Outcome:
    mutant: Mutant
    fate: Fate
    seconds: float


def all_mutants(files: tuple[str, ...] = FILES) -> list[Mutant]:
    return [mutant for file in files for mutant in mutants(file)]


def equivalents() -> dict[tuple[str, str, str], str]:
    """Reason by file, statement, and what became of it."""
    entries = json.loads(EQUIVALENT.read_text(encoding="utf-8"))
    return {(e["file"], e["before"], e["after"]): e["reason"] for e in entries}


def run(chosen: list[Mutant], jobs: int = 1) -> Iterator[Outcome]:
    """As they end; each in a process of its own, with everything imported before."""
    _import_everything()
    waiting, running = chosen[::-1], dict[int, tuple[Mutant, float]]()
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[_start(mutant)] = mutant, time.monotonic()
        child, status = os.wait()
        mutant, begun = running.pop(child)
        code = os.waitstatus_to_exitcode(status)
        if code not in set(Fate):
            raise RuntimeError(f"the process of {mutant} ended with {code}")
        yield Outcome(mutant, Fate(code), time.monotonic() - begun)


def survivors(outcomes: list[Outcome]) -> list[Mutant]:
    """Those that nobody killed and nobody explained."""
    explained = equivalents()
    lived = [outcome.mutant for outcome in outcomes if outcome.fate is Fate.SURVIVED]
    return [m for m in lived if (m.file, m.before, m.after) not in explained]


def _import_everything() -> None:
    """Before the processes part, so that none of them has to do it again."""
    from hypothesis import settings

    settings.register_profile("mutants", database=None)
    settings.load_profile("mutants")
    from contracts.tests import market, test_lanes_invariants, test_lanes_machine  # noqa: F401 - see above

    market.new_market()
    _original()


def _start(mutant: Mutant) -> int:
    """The process that finds out its fate and ends with that."""
    if (child := os.fork()) != 0:
        return child
    spoken = os.dup(2)
    try:
        os._exit(_fate(mutant))
    except BaseException as error:  # noqa: BLE001 - a child must not go on as its parent
        os.write(spoken, f"{mutant}: {error!r}\n".encode())
        os._exit(99)


def _fate(mutant: Mutant) -> Fate:
    import pytest
    from contracts.tests import market
    from eth.vm.forks.spurious_dragon import computation as limits

    from ocn.chain.artifacts import Artifact, load

    original = load("Lanes")
    try:
        code = _mutated(mutant)
    except (VyperException, VyperInternalException):
        return Fate.STILLBORN
    if code == _original():
        return Fate.SAME_CODE
    setattr(limits, "EIP170_CODE_SIZE_LIMIT", 50_000)  # noqa: B010 - for code that is not optimised
    faulty = Artifact("Lanes", original.abi, code, b"", "", "", "")
    market.lanes_artifact = lambda: faulty
    market._first.cache_clear()  # noqa: SLF001 - what was made of the original
    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    options = ["-x", "-q", "-m", "not long", "-p", "no:cacheprovider", "--hypothesis-seed=1", "--no-header"]
    options += ["-o", "filterwarnings=ignore"]  # pytest minds that things were imported before
    options += [
        "-o",
        f"timeout={LONGEST_S}",
        "--tb=no",
        "--rootdir",
        str(ROOT),
        "-c",
        str(ROOT / "pyproject.toml"),
    ]
    for tests in _tests(mutant.file):
        if pytest.main([*options, *tests]) != pytest.ExitCode.OK:
            return Fate.KILLED
    return Fate.SURVIVED


@functools.cache
def _original() -> bytes:
    return _creation_code(SOURCES)


def _mutated(mutant: Mutant) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ocn-mutant-") as directory:
        copy = Path(directory)
        for folder in ("lanes", "parts"):
            shutil.copytree(SOURCES / folder, copy / folder)
        shutil.copy(SOURCES / "Lanes.vy", copy)
        (copy / mutant.file).write_text(mutant.source, encoding="utf-8")
        return _creation_code(copy)


def _creation_code(sources: Path) -> bytes:
    """Not optimised, which takes the compiler half the time and does the same."""
    bundle = FilesystemInputBundle([sources])
    settings = Settings(optimize=OptimizationLevel.NONE)
    data = CompilerData(bundle.load_file(Path("Lanes.vy")), bundle, settings=settings)
    return bytes.fromhex(outputs_from_compiler_data(data, ["bytecode"])["bytecode"][2:])


def _tests(file: str) -> list[list[str]]:
    """Those first that are about the file, those last that take longest."""
    every = {path.stem.removeprefix("test_lanes_") for path in TESTS.glob("test_lanes_*.py")}
    every -= {"gas", "documentation"}  # they look at figures and texts, not at what is done
    first, last = FIRST[file], [name for name in LAST if name not in FIRST[file]]
    return [
        [str(TESTS / f"test_lanes_{name}.py") for name in names]
        for names in (first, sorted(every.difference(first, last)), last)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the tests of Lanes against faulty copies of it.")
    parser.add_argument("--sample", type=int, help="only so many, chosen by chance")
    parser.add_argument("--seed", type=int, default=0, help="of the choice")
    parser.add_argument("--file", help="only those of one file, such as lanes/claims.vy")
    parser.add_argument("--after", type=int, default=0, help="leave out so many: to go on with a run")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    chosen = all_mutants((arguments.file,) if arguments.file else FILES)
    if arguments.sample is not None:
        chosen = random.Random(arguments.seed).sample(chosen, min(arguments.sample, len(chosen)))
    outcomes = []
    for number, outcome in enumerate(run(chosen[arguments.after :], arguments.jobs), arguments.after + 1):
        outcomes.append(outcome)
        print(
            f"{number}/{len(chosen)} {outcome.fate.name:9} {outcome.seconds:5.1f} s  {outcome.mutant}",
            flush=True,
        )
    left = survivors(outcomes)
    for fate in Fate:
        print(f"{sum(outcome.fate is fate for outcome in outcomes):5} {fate.name.lower().replace('_', ' ')}")
    print(f"{len(left):5} survived without an explanation")
    for mutant in left:
        print(f"      {mutant}")
    return min(len(left), 100)


if __name__ == "__main__":
    sys.exit(main())
