"""The tutorial, and the other pages that need ``ocn network up``, run as they are printed.

All are in one folder, where what each of them saves is, and what several start in a terminal beside is
started once.
"""

import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.pages import DOCS, Block, shown
from tests.terminal import Terminal, beside

PAGES = [f"tutorial/{page.name}" for page in sorted((DOCS / "tutorial").glob("*.md"))]
PAGES += ["how-to/register-a-party.md", "how-to/write-a-party.md", "../README.md"]
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
    *(pytest.mark.skipif(shutil.which(name) is None, reason=f"no {name}") for name in ("bash", "curl", "jq")),
]


def noted(what: str) -> list[Block]:
    """The blocks of all pages with a note that begins so."""
    return [block for page in PAGES for block in shown(page) if block.note.startswith(what)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    folder = tmp_path_factory.mktemp("pages")
    running = [await beside(command, folder) for command in {block.text for block in noted("terminal=")}]
    yield folder
    for process in running:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.communicate()


@pytest.mark.parametrize("page", [page for page in PAGES if any(b.language == "sh" for b in shown(page))])
async def test_page_runs_as_printed(page: str, folder: Path) -> None:
    async with Terminal.opened(folder) as terminal:
        await terminal.show(noted("file="))
        await terminal.show(block for block in shown(page) if not block.note)
