"""The pages of the documentation, and what stands in them as code."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.pages import FENCE, ROOT, all_pages, blocks_in

_OF_SITES = {"site", "fuse", "evse", "prices", "price", "feed"}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def pages() -> Mapping[Path, str]:
    """Every page that a reader of this project is shown, by its path."""
    return all_pages()


@pytest.fixture(scope="session")
def code_blocks(pages: Mapping[Path, str]) -> list[tuple[Path, str, str]]:
    """Every fenced block: page, language, text."""
    return [(page, block.language, block.text) for page, text in pages.items() for block in blocks_in(text)]


@pytest.fixture(scope="session")
def code_lines(pages: Mapping[Path, str]) -> list[tuple[Path, str]]:
    """Every line of a fenced block (continued ones joined) and every piece of inline code."""
    return [(page, line) for page, text in pages.items() for line in _code(text)]


def is_of_a_site(toml: str) -> bool:
    """Whether a block is of a site or price file of smart charging, not of a node's settings."""
    return not _OF_SITES.isdisjoint(tomllib.loads(toml))


def _code(text: str) -> Iterator[str]:
    for block in blocks_in(text):
        yield from block.text.replace("\\\n", " ").splitlines()
    for inline in re.finditer(r"(?<!`)`([^`]+)`(?!`)", FENCE.sub("", text)):
        yield " ".join(inline[1].split())
