"""The tutorial's commands run as they are printed, and print what the page says.

Blocks of ``sh`` run one after the other in one shell; ``terminal=network`` runs beside it; ``file=NAME`` is
saved. A ``text`` block is what the block before it must have printed, ``...`` standing for anything. Blocks
of ``in=NAME`` are run by the test of that name, where a day of smart charging is played once for all.
"""

import asyncio
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from dataclasses import dataclass
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[3] / "docs" / "tutorial"
BLOCK = re.compile(r"^```(\w+)[ ]*(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "----- end of block -----"
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("bash") is None, reason="no bash"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="no curl"),
]


@dataclass(frozen=True)
class Block:
    language: str
    note: str
    text: str


def blocks(page: Path) -> list[Block]:
    found = [Block(*match.groups()) for match in BLOCK.finditer(page.read_text("utf-8"))]
    return [block for block in found if block.note != "not-in-test" and not block.note.startswith("in=")]


def matches(expected: str, printed: str) -> bool:
    parts = (re.escape(part) for part in expected.strip().split("..."))
    return (
        re.fullmatch(".*".join(parts), "\n".join(map(str.rstrip, printed.strip().splitlines())), re.DOTALL)
        is not None
    )


class Terminal:
    def __init__(self, process: Process) -> None:
        self.process = process

    @classmethod
    async def open(cls, directory: Path) -> "Terminal":
        process = await asyncio.create_subprocess_exec(
            "bash",
            "-e",
            cwd=directory,
            env=_environment(),
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT,
            limit=2**22,
        )
        return cls(process)

    async def run(self, text: str) -> str:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{text}\necho; echo '{END}'\n".encode())
        await stdin.drain()
        printed = ""
        async with asyncio.timeout(120):
            while END not in printed:
                line = await stdout.readline()
                assert line, f"the shell ended in\n{text}\nafter printing\n{printed}"
                printed += line.decode()
        return printed.replace(END, "")


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "COLUMNS": "120"}


PAGES = [page for page in sorted(TUTORIAL.glob("*.md")) if blocks(page)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_page_runs_as_printed(page: Path, tmp_path: Path) -> None:
    terminal = await Terminal.open(tmp_path)
    beside: list[Process] = []
    printed = ""
    try:
        for block in blocks(page):
            if block.note.startswith("file="):
                (tmp_path / block.note.removeprefix("file=")).write_text(block.text, "utf-8")
            elif block.note.startswith("terminal="):
                beside.append(
                    await asyncio.create_subprocess_exec(
                        "bash",
                        "-c",
                        f"exec {block.text.strip()}",
                        cwd=tmp_path,
                        env=_environment(),
                        stdout=DEVNULL,
                    )
                )
            elif block.language == "sh":
                printed = await terminal.run(block.text)
            else:
                assert block.language == "text", block
                assert matches(block.text, printed), f"wanted\n{block.text}\nbut it printed\n{printed}"
    finally:
        for process in (*beside, terminal.process):
            if process.returncode is None:
                process.send_signal(signal.SIGINT if process in beside else signal.SIGKILL)
        for process in (*beside, terminal.process):
            await process.communicate()
