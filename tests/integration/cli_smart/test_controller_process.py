"""``ocn smart controller``: lines through pipes, garbage in between, and every way it can end."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.cli_smart.conftest import refused, run, smart, smart_without_solver


def line(slot: int, **changed: Any) -> str:
    session = {
        "id": "A",
        "arrival": 0,
        "declared_departure": 40,
        "energy_need_kwh": 20.0,
        "delivered_kwh": 0.0,
        "max_kw": 11.04,
        "min_kw": 4.14,
        "phases": ["L1", "L2", "L3"],
    }
    whole = {
        "slot": slot,
        "slot_minutes": 15,
        "site_cap_kw": [22.0],
        "phase_cap_kw": [8.0],
        "price_eur_per_kwh": [0.2],
        "peak_so_far_kw": 0,
        "peak_price_eur_per_kw": 0,
        "sessions": [session],
    }
    return json.dumps(whole | changed) + "\n"


@contextmanager
def controller(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = smart("controller", "--json-lines", *arguments)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def asked(process: subprocess.Popen[str], text: str) -> Any:
    """Write a line, and read its answer before another is written."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(text)
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_controller_answers_each_line_before_the_next_with_garbage_in_between() -> None:
    with controller() as process:
        assert asked(process, line(0)) == {"limits": {"A": 11.04}}
        assert asked(process, "}{ nonsense\n")["limits"] == {}
        assert asked(process, "[1, 2]\n")["errors"][0].startswith("line: is a JSON object")
        assert asked(process, "\n\n" + line(1, site_cap_kw=[5.0])) == {"limits": {"A": 4.968}}
        assert asked(process, '{"slot": NaN}\n')["limits"] == {}
        assert asked(process, line(2, sessions=[{"id": "B"}]))["limits"] == {"B": 0.0}
        assert asked(process, line(3)) == {"limits": {"A": 11.04}}
        out, err = process.communicate()
    assert (out, err, process.returncode) == ("", "", 0)


def test_controller_bytes_that_are_no_text_are_answered_as_garbage() -> None:
    command = smart("controller", "--json-lines")
    done = subprocess.run(
        command, input=b"\xff\xfe\x00\n" + line(0).encode(), capture_output=True, check=False
    )

    first, second = done.stdout.splitlines()
    assert json.loads(first)["errors"][0].startswith("line: is no JSON")
    assert json.loads(second) == {"limits": {"A": 11.04}}
    assert done.returncode == 0


def test_controller_last_line_without_an_end_is_answered() -> None:
    done = run(smart("controller", "--json-lines"), line(0).rstrip("\n"))

    assert json.loads(done.stdout) == {"limits": {"A": 11.04}}


def test_controller_interrupted_ends_without_a_traceback_and_keeps_its_plans(tmp_path: Path) -> None:
    plans = tmp_path / "plans.jsonl"
    with controller("--plans", plans) as process:
        asked(process, line(0))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("", "", 130)
    assert json.loads(plans.read_text())["cars"][0]["id"] == "A"


def test_controller_whose_answers_nobody_reads_ends_quietly() -> None:
    with controller() as process:
        asked(process, line(0))
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.close()
        process.stdin.write(line(1))
        process.stdin.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_controller_plans_that_cannot_be_written_are_refused_at_once(tmp_path: Path) -> None:
    told = refused(smart("controller", "--plans", tmp_path / "none" / "plans.jsonl"), line(0))

    assert "plans.jsonl cannot be written: No such file or directory" in told


def test_controller_whose_input_or_output_is_closed_ends_with_a_message() -> None:
    for closed in ("<&-", ">&-"):
        told = refused(["sh", "-c", f'"$@" {closed}', "sh", *smart("controller")])

        assert "one of them is closed" in told


def test_controller_on_a_full_disk_ends_with_a_message() -> None:
    full = Path("/dev/full")
    with full.open("w") as answers:
        command = smart("controller")
        done = subprocess.run(
            command, input=line(0), stdout=answers, stderr=subprocess.PIPE, text=True, check=False
        )

    assert (done.stderr, done.returncode) == (
        "Error: the answer cannot be written: No space left on device\n",
        1,
    )
    told = refused(smart("controller", "--plans", full), line(0))
    assert told == "Error: /dev/full cannot be written: No space left on device"


def test_explain_tells_the_plans_of_a_controller(tmp_path: Path) -> None:
    plans = tmp_path / "plans.jsonl"
    lines = [line(slot, price_eur_per_kwh=[0.4] * (5 - slot) + [0.1]) for slot in range(2)]
    assert run(smart("controller", "--plans", plans), "".join(lines)).returncode == 0

    last, first = run(smart("explain", plans)).stdout, run(smart("explain", plans, "--slot", 0)).stdout

    assert "slot 0: 1 car, 0.0 kW now; planned by linear-programme" in first
    assert "slot 1: 1 car" in last
    assert "A: needs 20.0 kWh by slot 40 (declared); waits, charging starts slot 5" in last


def test_controller_without_the_solver_plans_by_least_laxity_and_says_so(tmp_path: Path) -> None:
    plans = tmp_path / "plans.jsonl"
    done = run(smart_without_solver("controller", "--plans", plans), line(0) + line(1))

    assert [json.loads(answer) for answer in done.stdout.splitlines()] == [{"limits": {"A": 11.04}}] * 2
    told = run(smart_without_solver("explain", plans)).stdout
    assert "planned by least-laxity, because highspy is not installed" in told
