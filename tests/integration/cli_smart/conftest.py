"""``ocn smart`` as processes: with the solver, and as if it were not installed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., list[str]]
Done = subprocess.CompletedProcess[str]

SITE = """\
[site]
name = "two"
time_zone = "Europe/Amsterdam"

[[fuse]]
name = "main"
kw = 22

[[evse]]
id = "A"
fuse = "main"

[[evse]]
id = "B"
fuse = "main"
"""
_MAIN = """
import sys
sys.argv[0] = "ocn"
from ocn.cli import main
sys.exit(main())
"""
_WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "highspy":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
"""


def smart(*arguments: object) -> list[str]:
    """The command."""
    return [sys.executable, "-c", _MAIN, "smart", *map(str, arguments)]


def smart_without_solver(*arguments: object) -> list[str]:
    """The command where highspy cannot be imported."""
    return [sys.executable, "-c", _WITHOUT + _MAIN, "smart", *map(str, arguments)]


def run(command: list[str], stdin: str = "") -> Done:
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=120)


def refused(command: list[str], stdin: str = "") -> str:
    """Run what has to be refused; return the one line that says why."""
    done = run(command, stdin)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr.partition("\n")[0]


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    file = tmp_path / "site.toml"
    file.write_text(SITE, "utf-8")
    return file
