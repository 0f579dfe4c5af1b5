"""The command line's parser takes what pages, and the examples of the help, tell a reader to type."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.pages import all_pages, blocks_in
from tests.unit.docs.shell_commands import commands
from tools.reference.command_line import all_commands
from typer.main import get_command

from ocn.cli import app

_ROOT: Any = get_command(app)
_MARKUP = re.compile(r"\[/?[a-z ]+\]")
_EXAMPLE = re.compile(r"^ *(?:.*\bExample: |(?=(?:[A-Z_]+=\S+ )*ocn ))(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """What follows ``ocn``, where it is written, and the variables that are exported before it."""

    where: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)


def lines_of_pages() -> Iterator[Line]:
    """Every command line of a block of ``sh``, and those of make that are one."""
    for page, text in all_pages().items():
        for block in blocks_in(text):
            if block.language == "sh":
                yield from _lines(page.name, block.text)


def _lines(where: str, text: str) -> Iterator[Line]:
    variables: dict[str, str] = {}
    for words in commands(text):
        match words:
            case ["export", *exported]:
                variables |= dict(word.split("=", 1) for word in exported if "=" in word)
            case ["ocn", *arguments]:
                yield Line(where, tuple(arguments), dict(variables))
            case ["make", ("demo" | "network") as target, *rest]:
                arguments = " ".join(rest).removeprefix("ARGS=").split()
                yield Line(where, ("demo", *arguments) if target == "demo" else ("network", "up", *arguments))


def lines_of_help() -> Iterator[Line]:
    """Every example of ``--help``."""
    for path, command in all_commands():
        for example in _EXAMPLE.findall(_MARKUP.sub("", command.epilog or "")):
            yield from _lines(path, " ".join(example.split()))


def refusal(line: Line) -> str:
    """What the command line has against it: nothing where the command would begin its work."""
    command, context, rest, path = _ROOT, None, list(line.arguments), "ocn"
    try:
        while True:
            context = command.make_context(path, rest, parent=context)
            if not hasattr(command, "commands"):
                return ""
            path, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return f"{line.where}: ocn {' '.join(line.arguments)}: {error.format_message()}"


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterable[Line]], list[str]]:
    """What is wrong with lines, whatever variables whoever runs the tests has set."""

    def look(lines: Iterable[Line]) -> list[str]:
        found = []
        for line in lines:
            with monkeypatch.context() as patch:
                for name in [name for name in os.environ if name.startswith("OCN_")]:
                    patch.delenv(name)
                for name, value in line.variables.items():
                    patch.setenv(name, value)
                found.append(refusal(line))
        return [each for each in found if each]

    return look


Look = Callable[[Iterable[Line]], list[str]]


def test_every_command_line_of_the_pages_is_parsed(refusals: Look) -> None:
    lines = list(lines_of_pages())
    assert len(lines) > 80
    assert refusals(lines) == []


def test_every_example_of_the_help_is_parsed(refusals: Look) -> None:
    lines = list(lines_of_help())
    assert len(lines) > 60
    assert refusals(lines) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ocn node fly", "No such command 'fly'"),
        ("until ocn demo --fly; do sleep 1; done", "No such option: --fly"),
        ("cat k | ocn key new > out", "Missing option '--out'"),
        ("A=1 ocn registry get-party -c DE", "'-c' requires 2 arguments"),
        ('ocn registry set-party -c DE ABC -o "$A" \\\n  -r CPO FLYER', "'FLYER' is not one of"),
        ("ocn settlement deposit", "Missing argument"),
        ("make demo ARGS=--fly", "No such option: --fly"),
        ("export A=1\nocn node platforms", "Missing option '--url'"),
        ('echo "$(ocn chain run now)"', "unexpected extra argument"),
        ("export OCN_NODE_URL=http://a OCN_NODE_IDENTITY__ADMIN_KEY=k; ocn node invite DE ABC", ""),
        ("SIGNER=0x1 ocn registry set-party -c DE CPO --roles CPO EMSP -o 0x2 # ocn fly", ""),
    ],
)
def test_command_line_that_is_not_one_is_refused(refusals: Look, text: str, why: str) -> None:
    found = refusals(_lines("page.md", text))
    assert [*map(bool, found)] == [True] * bool(why)
    assert why in "".join(found)
