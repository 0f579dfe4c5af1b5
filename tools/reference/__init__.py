"""The reference pages that are written by the code they describe: ``python -m tools.reference``.

In come the node's settings (:mod:`ocn.node.config`), the command line (:mod:`ocn.cli`) and the rules of
conversion (:mod:`ocn.conversion`); out go pages under ``docs/reference``. A test compares the pages with
what would be written now, so a setting, an option or a loss cannot change without its page.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from tools.reference.command_line import command_line_page
from tools.reference.configuration import configuration_page
from tools.reference.conversion import conversion_page

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"

PAGES: Mapping[str, Callable[[], str]] = {
    "configuration.md": configuration_page,
    "cli.md": command_line_page,
    "conversion.md": conversion_page,
}

__all__ = ["PAGES", "REFERENCE"]
