"""``ocn smart simulate``: table, figures and pictures; and how it ends when it cannot go on."""

import json
import re
import signal
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.integration.cli_smart.conftest import refused, run, smart, smart_without_solver
from typer.testing import CliRunner

from ocn.cli.smart.commands import app

SMALL = ("simulate", "--evses", "4")
_PNG = b"\x89PNG\r\n\x1a\n"


def test_simulate_prints_a_row_a_policy_and_whether_the_aims_are_held(tmp_path: Path) -> None:
    picture = tmp_path / "load.png"
    done = run(smart(*SMALL, "--kind", "depot", "--plot", picture))

    assert done.returncode == 0, done.stderr
    for policy in (
        "uncontrolled",
        "equal share",
        "earliest departure",
        "least laxity",
        "ocn",
        "offline optimum",
    ):
        assert f"\n{policy} " in done.stdout
    assert "slots over a limit: 0.00" in done.stdout
    assert picture.read_bytes().startswith(_PNG)


def test_simulate_several_seeds_as_json_with_a_picture_each(tmp_path: Path) -> None:
    picture = ("--plot", tmp_path / "load.svg")
    done = run(smart(*SMALL, "--seed", 3, "--repeat", 2, "--start", "2026-06-20", "--json", *picture))

    figures = json.loads(done.stdout)
    assert all((each["start"], each["history_days"]) == ("2026-06-20", 21) for each in figures)
    assert [each["seed"] for each in figures] == [3, 4]
    assert all(each["policies"][4]["name"] == "ocn" for each in figures)
    assert all(each["policies"][4]["overruns"] == 0 for each in figures)
    for number in (3, 4):
        drawn = (tmp_path / f"load-{number}.svg").read_text("utf-8")
        root = ET.fromstring(drawn)  # noqa: S314  # it was written by the command just now
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert {"limit", "offline optimum", "ct/kWh", "12:00"} <= set(re.findall("<!-- (.*) -->", drawn))


def test_simulate_at_a_site_file_uses_its_evses_and_tells_its_faults(site_file: Path) -> None:
    site_file.write_text(site_file.read_text("utf-8") + '[[evse]]\nid = "C"\nfuse = "gone"\n', "utf-8")

    done = run(smart("simulate", "--site", site_file))

    assert done.returncode == 0
    assert "two: " in done.stdout
    assert "at 2 EVSEs" in done.stdout
    assert "[[evse]] 3 \"C\", key fuse: 'gone' is no fuse of this file that holds" in done.stderr


def test_simulate_at_a_site_file_goes_by_its_peak_price_and_says_that_other_prices_are_made_up(
    site_file: Path,
) -> None:
    (site_file.parent / "june.csv").write_text("start,eur_per_kwh\n2026-06-01T00:00:00Z,0.1\n", "utf-8")
    prices = '[prices]\nfile = "june.csv"\npeak_eur_per_kw = 0.5\n'
    site_file.write_text(site_file.read_text("utf-8") + prices, "utf-8")

    done = run(smart("simulate", "--site", site_file, "--repeat", 2, "--json"))

    assert [each["peak_price_eur_per_kw"] for each in json.loads(done.stdout)] == [0.5, 0.5]
    assert done.stderr.count("june.csv says no price from 2026-03-02 on, so prices are made up") == 1


def test_simulate_without_the_solver_compares_without_an_optimum() -> None:
    done = run(smart_without_solver(*SMALL))

    assert done.returncode == 0, done.stderr
    assert "\nocn " in done.stdout
    assert "optimum" not in done.stdout
    assert re.search(r"least laxity planned \d+ slots, because \w+ is not installed", done.stdout)


def test_simulate_a_picture_of_no_known_kind_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    told = refused(smart("simulate", "--evses", 5000, "--plot", tmp_path / "load.txt"))

    assert "load.txt is no picture" in told


def test_simulate_a_picture_that_cannot_be_written_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    file = tmp_path / "load.png"
    file.mkdir()

    told = refused(smart("simulate", "--evses", 5000, "--plot", file))

    assert "load.png cannot be written" in told


@pytest.mark.parametrize("start", ["0001-01-01", "9999-12-31"])
def test_simulate_from_a_day_that_no_clock_shows_is_refused(start: str) -> None:
    done = CliRunner().invoke(app, ["simulate", "--start", start])

    assert done.exit_code == 2
    assert "is not within the years" in done.stderr


def test_simulate_interrupted_ends_without_a_traceback() -> None:
    command = smart(*SMALL, "--repeat", 1000)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == ""


def test_simulate_whose_table_nobody_reads_ends_without_a_traceback() -> None:
    command = smart(*SMALL, "--repeat", 1000)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=60) != 0
        assert "Traceback" not in process.stderr.read()
