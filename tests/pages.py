"""The pages of the documentation as blocks of code, for the tests that read or run them.

A block may say after its language how it is tested::

    sh                  a test runs it as printed
    sh terminal=NAME    the same, in a terminal of its own, beside those that follow
    python file=NAME    saved under that name
    text                what the block before it prints; ``...`` stands for anything
    sh in=TEST          run by the test module of that name
    sh not-in-test WHY  not run, and why not
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FENCE = re.compile(
    r"^ *(?P<fence>```+|~~~+)(?P<language>\w*)[ ]*(?P<note>[^\n]*?) *\n(?P<text>.*?)^ *(?P=fence) *$",
    re.MULTILINE | re.DOTALL,
)
"""A fenced block, with its fences."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, what it says of its test, its text."""

    language: str
    note: str
    text: str


def blocks_in(page: str) -> Iterator[Block]:
    """Every fenced block of a page's text, also those of a list, which are indented."""
    for found in FENCE.finditer(page):
        yield Block(found["language"], found["note"], dedent(found["text"]))


def blocks(page: str, language: str | None = None) -> list[Block]:
    """Every block of a page below ``docs``, or those of one language."""
    found = blocks_in((DOCS / page).read_text("utf-8"))
    return [block for block in found if language in (None, block.language)]


def shown(page: str) -> list[Block]:
    """What a reader of a page does, but for blocks that say where else they are run, or why not."""
    return [block for block in blocks(page) if not block.note.startswith(("not-in-test", "in="))]


def texts(page: str, language: str) -> list[str]:
    """What stands in the blocks of a language."""
    return [block.text for block in blocks(page, language)]


def all_pages() -> Mapping[Path, str]:
    """Every page that a reader of this project is shown, by its path."""
    files = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    files += [*(ROOT / "contracts").glob("*.md"), *(ROOT / "bench").glob("*.md")]
    return {file: file.read_text("utf-8") for file in sorted(files)}
