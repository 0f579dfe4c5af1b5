"""What the pages tell a reader to type exists: commands, options, variables, make targets."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.reference.command_line import all_commands
from tools.reference.configuration import settings

_COMMAND = re.compile(r"(?:^|(?<=[\s(/]))ocn (?=[a-z-])([^|;&)#]*)")
_NO_COMMAND = re.compile(r'^from ocn |b"ocn |ocn [a-z ]*\{\w*\} --')
"""Imports, words that keys are made of, and templates of examples, which are parsed where they are filled."""
_MAKE = re.compile(r"^(?:\$ )?make ([a-z][a-z-]*)$")
_VARIABLE = re.compile(r"\bOCN_NODE_[A-Z][A-Z_]*[A-Z]\b")


def test_every_command_that_is_named_exists(code_lines: list[tuple[Path, str]]) -> None:
    commands = dict(all_commands())
    wrong = [f"{page.name}: {problem}" for page, line in code_lines for problem in _problems(line, commands)]
    assert not wrong


def test_every_command_that_a_message_of_the_code_names_exists(root: Path) -> None:
    commands = dict(all_commands())
    lines = [
        (file, line)
        for file in (root / "src/ocn").rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if "ocn " in line and not _NO_COMMAND.search(line)
    ]
    assert len(lines) > 50
    wrong = [f"{file.name}: {problem}" for file, line in lines for problem in _problems(line, commands)]
    assert not wrong


def test_every_make_target_that_is_named_exists(code_lines: list[tuple[Path, str]], root: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {found[1] for _, line in code_lines if (found := _MAKE.match(line.split(" ARGS=")[0].strip()))}
    assert named
    assert not named - targets


def test_every_variable_of_the_node_that_is_named_is_a_setting(code_lines: list[tuple[Path, str]]) -> None:
    known = {variable for _, variable in settings()} | {"OCN_NODE_PART__NAME"}
    named = {variable for _, line in code_lines for variable in _VARIABLE.findall(line)}
    assert named
    assert not named - known


def test_commands_and_options_that_do_not_exist_are_found() -> None:
    commands = dict(all_commands())
    assert list(_problems("ocn node fly", commands)) == ["ocn node fly"]
    assert list(_problems("cat k | ocn key import --out f --fly", commands)) == ["ocn key import --fly"]
    assert not list(_problems("SIGNER=0x1 ocn registry set-party -c DE CPO --roles CPO", commands))


def _problems(line: str, commands: dict[str, Any]) -> Iterator[str]:
    for found in _COMMAND.finditer(line):
        words = found[1].replace("`", " ").split()
        path = "ocn"
        while words and hasattr(commands[path], "commands") and re.fullmatch(r"[a-z][a-z-]*", words[0]):
            path = f"{path} {words.pop(0)}"
            if path not in commands:
                yield path
                return
        options = {spelling for param in commands[path].params for spelling in param.opts}
        for word in words:
            name = word.split("=")[0]
            if re.fullmatch(r"--[a-z][a-z0-9-]*", name) and name not in options | {"--help"}:
                yield f"{path} {name}"
