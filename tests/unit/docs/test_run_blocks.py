"""Every block of commands on the pages is run by a test, or says why none runs it."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.pages import DOCS, ROOT, Block, blocks_in

TUTORIAL = "tutorial"
"""Its pages are found by the test that runs them."""


@pytest.fixture(scope="module")
def modules() -> dict[str, str]:
    """What every test module that runs something says, by its name."""
    rooms = [ROOT / "tests" / room for room in ("acceptance", "integration")]
    return {file.stem: file.read_text("utf-8") for room in rooms for file in room.rglob("test_*.py")}


def is_run(page: Path, block: Block, modules: Mapping[str, str]) -> bool:
    """Whether a test names the block's page, or the block names a test, or says why there is none."""
    if block.note.startswith("not-in-test"):
        return len(block.note.split()) > 2
    if block.note.startswith("in="):
        return block.note.removeprefix("in=") in modules
    name = Path(os.path.relpath(page, DOCS)).as_posix()
    return page.parent.name == TUTORIAL or any(f'"{name}"' in text for text in modules.values())


def test_every_block_of_commands_is_run_or_says_why_not(
    pages: Mapping[Path, str], modules: dict[str, str]
) -> None:
    found = [(page, block) for page, text in pages.items() for block in blocks_in(text)]
    commands = [(page, block) for page, block in found if block.language == "sh"]
    assert len(commands) > 80
    assert [(page.name, block.text) for page, block in commands if not is_run(page, block, modules)] == []
