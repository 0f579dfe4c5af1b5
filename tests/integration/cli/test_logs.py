"""The lines of a service and those of its libraries have one form."""

import json
import subprocess
import sys

PROGRAM = """
import logging
import structlog
from ocn.cli.logs import set_up_logging

set_up_logging("info", json_lines=True)
structlog.get_logger().info("ours", number=1)
logging.getLogger("library").debug("too much")
try:
    raise ValueError("broken")
except ValueError:
    logging.getLogger("library").exception("theirs %s", 2)
"""


def test_json_lines_of_ours_and_of_libraries_are_objects() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    ours, theirs = map(json.loads, ended.stderr.splitlines())
    assert (ours["event"], ours["number"], ours["level"]) == ("ours", 1, "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("theirs 2", "library", "error")
    assert "ValueError: broken" in theirs["exception"]
