"""What is installed has all that the page is made of."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

WRITE = """
import ocn, sys
from ocn.smart_charging.page.writing import Writing
writing = Writing()
assert ocn.__file__.startswith(sys.argv[1]), ocn.__file__
print(len(writing.static), writing.page("sites.html", refresh_s=15, cards=()))
"""


def test_wheel_unpacked_elsewhere_writes_a_page(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    pytest.importorskip("jinja2")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)

    written = subprocess.run(
        [sys.executable, "-c", WRITE, str(installed)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert written.startswith("3 <!doctype html>")
    assert "This planner serves no site." in written
