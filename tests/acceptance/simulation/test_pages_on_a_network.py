"""The tutorial, and the other pages that need ``ocn network up``, run as they are printed.

All are in one folder: what they save is there, and what they start in a terminal beside is started once.
"""

import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.pages import DOCS, Block, blocks
from tests.terminal import Terminal, beside

PAGES = [f"tutorial/{page.name}" for page in sorted((DOCS / "tutorial").glob("*.md"))]
PAGES += ["how-to/register-a-party.md", "how-to/write-a-party.md", "../README.md"]
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
    *(pytest.mark.skipif(shutil.which(name) is None, reason=f"no {name}") for name in ("bash", "curl", "jq")),
]


def shown(page: str) -> list[Block]:
    """What a reader of the page does, but for blocks that say where else they are run."""
    return [block for block in blocks(page) if not block.note.startswith(("not-in-test", "in="))]


def noted(what: str) -> dict[str, str]:
    """Every block of all pages with this note, by what it says of it."""
    found = [block for page in PAGES for block in shown(page) if block.note.startswith(what)]
    return {block.note.removeprefix(what): block.text for block in found}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, text in noted("file=").items():
        (folder / name).write_text(text, "utf-8")
    running = [await beside(command, folder) for command in noted("terminal=").values()]
    yield folder
    for process in running:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.communicate()


@pytest.mark.parametrize("page", [page for page in PAGES if any(b.language == "sh" for b in shown(page))])
async def test_page_runs_as_printed(page: str, folder: Path) -> None:
    async with Terminal.opened(folder) as terminal:
        await terminal.show(block for block in shown(page) if not block.note)
