"""The reference pages that are written by the code they describe: ``python -m tools.reference``.

In come the node's settings (:mod:`ocn.node.config`) and the command line (:mod:`ocn.cli`); out go
``docs/reference/configuration.md`` and ``docs/reference/cli.md``. A test compares the pages with what would
be written now, so a setting or an option cannot change without its page.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from tools.reference.command_line import command_line_page
from tools.reference.configuration import configuration_page

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"

PAGES: Mapping[str, Callable[[], str]] = {
    "configuration.md": configuration_page,
    "cli.md": command_line_page,
}

__all__ = ["PAGES", "REFERENCE"]
