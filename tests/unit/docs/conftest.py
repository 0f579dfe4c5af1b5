"""The pages of the documentation, and what stands in them as code."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_OF_SITES = {"site", "fuse", "evse", "prices", "price", "feed"}
_FENCE = re.compile(
    r"^(?P<fence>```+|~~~+)(?P<kind>\S*)[^\n]*\n(?P<body>.*?)^(?P=fence)\s*$", re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def pages() -> Mapping[Path, str]:
    """Every page that a reader of this project is shown, by its path."""
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "contracts").glob("*.md")]
    files += (ROOT / "bench").glob("*.md")
    return {file: file.read_text("utf-8") for file in sorted(files)}


@pytest.fixture(scope="session")
def code_blocks(pages: Mapping[Path, str]) -> list[tuple[Path, str, str]]:
    """Every fenced block: page, language, text."""
    return [
        (page, found["kind"], found["body"])
        for page, text in pages.items()
        for found in _FENCE.finditer(text)
    ]


@pytest.fixture(scope="session")
def code_lines(pages: Mapping[Path, str]) -> list[tuple[Path, str]]:
    """Every line of a fenced block (continued ones joined) and every piece of inline code."""
    return [(page, line) for page, text in pages.items() for line in _code(text)]


def blocks_of(page: str, kind: str) -> list[str]:
    """Every fenced block of a language on a page below ``docs``."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return [found["body"] for found in _FENCE.finditer(text) if found["kind"] == kind]


def is_of_a_site(toml: str) -> bool:
    """Whether a block is of a site or price file of smart charging, not of a node's settings."""
    return not _OF_SITES.isdisjoint(tomllib.loads(toml))


def _code(text: str) -> Iterator[str]:
    for block in _FENCE.finditer(text):
        yield from block["body"].replace("\\\n", " ").splitlines()
    for inline in re.finditer(r"(?<!`)`([^`]+)`(?!`)", _FENCE.sub("", text)):
        yield " ".join(inline[1].split())
