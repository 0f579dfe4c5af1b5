"""A terminal in which the blocks of pages are run as they are printed."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.pages import Block

END = "----- end of block -----"


class Terminal:
    """One shell, which ends with the first command that fails and the first variable that is not set."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, folder: Path, variables: Mapping[str, str] | None = None, *, within: Sequence[str] = ()
    ) -> AsyncIterator["Terminal"]:
        """One in a folder, with the programs of these tests; what still runs in it at the end is killed.

        ``within`` is a command that runs another one, such as ``unshare``.
        """
        process = await asyncio.create_subprocess_exec(
            *(*within, "bash", "-euo", "pipefail"),
            cwd=folder,
            env=_environment() | dict(variables or {}),
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT,
            limit=2**22,
            start_new_session=True,
        )
        try:
            yield cls(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.communicate()

    async def show(self, blocks: Iterable[Block]) -> str:
        """Do what a reader does, block by block, and return what was printed.

        What has a ``file=`` is saved, ``sh`` is run, that of a ``terminal=`` in the background (once
        it has said something, one goes on), and ``text`` compared with what was printed before it.
        """
        printed, everything = "", ""
        for block in blocks:
            if block.note.startswith("file="):
                await self.run(f"cat > {block.note.removeprefix('file=')} <<'{END}'\n{block.text}{END}")
            elif block.note.startswith("terminal="):
                log = f"{block.note.removeprefix('terminal=')}.log"
                await self.run(f"{block.text.strip()} > {log} 2>&1 & until [ -s {log} ]; do sleep 0.1; done")
            elif block.language == "sh":
                printed = await self.run(block.text)
                everything += printed
            elif block.language == "text":
                assert _matches(block.text, printed), f"wanted\n{block.text}\nbut it printed\n{printed}"
        return everything

    async def run(self, text: str) -> str:
        """Run what may be several commands and return what they print."""
        stdin, stdout = self._process.stdin, self._process.stdout
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


async def beside(command: str, folder: Path) -> Process:
    """Start what runs in a terminal of its own until it is interrupted."""
    return await asyncio.create_subprocess_exec(
        *("bash", "-c", f"exec {command.strip()}"), cwd=folder, env=_environment(), stdout=DEVNULL
    )


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    others = ("OCN_", "SIGNER", "SPENDER")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    return {**kept, "PATH": path, "COLUMNS": "120"}


def _matches(expected: str, printed: str) -> bool:
    parts = (re.escape(part) for part in expected.strip().split("..."))
    lines = map(str.rstrip, printed.strip().splitlines())
    return re.fullmatch(".*".join(parts), "\n".join(lines), re.DOTALL) is not None
