"""The ``ocn`` command as one page: every command, argument and option, in the order of ``--help``."""

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from ocn.cli import app

_OPENING = """\
# The command line

Written by `make docs-reference` from `src/ocn/cli/`; do not edit. `ocn COMMAND --help` says the same on
a terminal.

Every command ends with exit status 0 when it did what it was asked, 1 when something went wrong that can
be explained (one line and a hint on standard error), 2 when its arguments make no sense, and 130 when
Ctrl-C cut it short. What runs until Ctrl-C, such as a node, ends with 0 then. `ocn tariff verify --strict`
has 3 for a verdict that is no reason to pay.
"""

_MARKUP = re.compile(r"\[/?(?:bold|dim|italic|red|green)\]")


def command_line_page() -> str:
    """Return the page."""
    root = get_command(app)
    parts = [_OPENING, _contents(root)]
    parts += [_section(path, command) for path, command in visible_commands()]
    return "\n".join(parts)


def visible_commands() -> Iterator[tuple[str, Any]]:
    """Name every command that ``--help`` shows, groups included, and give it."""
    for path, command in all_commands():
        if not command.hidden:
            yield path, command


def all_commands() -> Iterator[tuple[str, Any]]:
    """Name every command, also the hidden spellings that other clients know."""
    yield from _below("ocn", get_command(app))


def _below(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _below(f"{path} {name}", inner)


def _contents(root: Any) -> str:
    rows = ["| command | |", "|---|---|"]
    for path, command in visible_commands():
        if command is not root and not hasattr(command, "commands"):
            anchor = path.replace(" ", "-")
            rows.append(f"| [`{path}`](#{anchor}) | {_cell(_sentence(command.help))} |")
    return "\n".join(rows) + "\n"


def _section(path: str, command: Any) -> str:
    context = typer.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    parts = [f"## {path}", f"```\n{usage}\n```"]
    if command.help:
        parts.append(_plain(command.help))
    rows = [row for param in command.params if (row := _row(param, context))]
    if rows:
        parts.append("\n".join(["| | |", "|---|---|", *rows]))
    if command.epilog:
        parts.append(_epilog(command.epilog))
    return "\n\n".join(parts) + "\n"


def _row(param: Any, context: typer.Context) -> str | None:
    if getattr(param, "hidden", False):
        return None
    record = param.get_help_record(context)
    if record is None:
        return None
    spelling, meaning = record
    return f"| `{_cell(spelling)}` | {_cell(_plain(meaning))} |"


def _epilog(text: str) -> str:
    """Show examples as code and prose as prose."""
    examples: list[str] = []
    prose: list[str] = []
    for paragraph in re.split(r"\n\s*\n", _plain(text).strip()):
        words = " ".join(paragraph.split())
        if words.startswith("Example: "):
            examples.append(words.removeprefix("Example: "))
        elif words != "Examples":
            code = re.match(r"(?:[A-Z_]+=\S+ )*ocn ", words)
            (examples if code else prose).append(words)
    parts = list(prose)
    if examples:
        parts.append("```\n" + "\n".join(examples) + "\n```")
    return "\n\n".join(parts)


def _plain(text: str) -> str:
    return _MARKUP.sub("", text).strip()


def _sentence(text: str | None) -> str:
    return " ".join(_plain(text or "").split("\n\n")[0].split())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
