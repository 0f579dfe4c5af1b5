"""``ocn smart check`` and ``explain`` with files that are good, wrong, and not there."""

from pathlib import Path

import pytest
from tests.integration.cli_smart.conftest import refused, run, smart


def test_check_shows_the_tree_of_a_good_site(site_file: Path) -> None:
    done = run(smart("check", site_file))

    assert (done.returncode, done.stderr) == (0, "")
    assert "main  22 kW" in done.stdout
    assert "2 EVSEs, A to B" in done.stdout


def test_check_says_when_limits_are_lower_by_which_prices_and_how_much_one_phase_cars_count(
    site_file: Path,
) -> None:
    (site_file.parent / "p.csv").write_text("start,eur_per_kwh\n2026-06-01T00:00,-0.1\n", "utf-8")
    evening = (
        'kw = 22\n[[fuse.limit]]\nfrom = 17:00:00\nuntil = 21:00:00\ndays = ["monday", "friday"]\nkw = 8'
    )
    prices = '[prices]\nfile = "p.csv"\npeak_eur_per_kw = 0.5\n'
    site_file.write_text(site_file.read_text("utf-8").replace("kw = 22", evening) + prices, "utf-8")

    told = run(smart("check", site_file)).stdout

    assert "Mon Fri 17:00 to 21:00: 8 kW" in told
    assert "2 EVSEs, A to B: 3 x 16 A" in told
    assert "rotation: not told of 2 EVSEs, so a one-phase car there counts on each phase" in told
    assert "p.csv, -0.1 to -0.1 EUR/kWh, from 2026-06-01 00:00 to 2026-06-01 01:00; 0.5 EUR for a kW" in told


def test_check_tells_every_fault_with_its_line_and_ends_with_status_1(site_file: Path) -> None:
    text = site_file.read_text("utf-8").replace('id = "B"', 'id = "B"\nmax_amps = -3')
    site_file.write_text(text + '[prices]\nfile = "gone.csv"\n', "utf-8")

    done = run(smart("check", site_file))

    assert done.returncode == 1
    assert "EVSE A: 3 x 16 A" in done.stdout
    first, second = done.stderr.splitlines()
    assert f'{site_file}, line 13, [[evse]] 2 "B": max_amps must be above 0, not -3' in first
    assert "gone.csv cannot be read: No such file or directory; planned without prices" in second


def test_check_of_a_site_of_which_nothing_is_left_tells_every_fault_all_the_same(site_file: Path) -> None:
    text = site_file.read_text("utf-8")
    prices = "[prices]\npeak_eur_per_kw = -3\n"
    site_file.write_text(text.replace('fuse = "main"', 'fuse = "mian"') + prices, "utf-8")

    done = run(smart("check", site_file))

    assert (done.returncode, done.stdout) == (1, "")
    *faults, peak, error, hint = done.stderr.splitlines()
    assert "[prices]: peak_eur_per_kw must not be below 0" in peak
    assert [fault.partition("key fuse: ")[2].partition(" is no")[0] for fault in faults] == ["'mian'"] * 2
    assert error == f"Error: {site_file}: no EVSE can be planned"
    assert hint.startswith("Hint: Each [[evse]] names its fuse")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[site", "is no TOML"),
        (b"\xff\xfe", "is no text in UTF-8"),
        (b"", "[site] is missing"),
        (b'[site]\nname = "empty"\n', "no EVSE can be planned"),
        (b"a = " + b"[" * 100_000, "is no TOML"),
    ],
)
def test_check_a_file_that_cannot_be_planned_is_refused_in_one_line(
    site_file: Path, content: bytes, told: str
) -> None:
    site_file.write_bytes(content)

    assert told in refused(smart("check", site_file))


def test_check_and_explain_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    for command in ("check", "explain"):
        assert "cannot be read: No such file or directory" in refused(smart(command, tmp_path / "none"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "has no plan"),
        ("{", "line 1: no JSON"),
        ('{"a": 1}\n[2]\n', "has no plan"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_explain_a_file_without_a_plan_is_refused_in_one_line(
    tmp_path: Path, content: str, told: str
) -> None:
    file = tmp_path / "plans.jsonl"
    file.write_text(content, "utf-8")

    assert told in refused(smart("explain", file))
