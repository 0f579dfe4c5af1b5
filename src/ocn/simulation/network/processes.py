"""Processes that belong together: started with a log each, awaited until they answer, and all ended.

They end when the group is left, on whatever path; when one of them ends by itself; and, by way of
:mod:`ocn.simulation.network.launch`, when this process is killed.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from ocn.simulation.errors import NetworkFailed
from ocn.simulation.network import launch

_POLL_S = 0.05
_READY_S = 60.0
_GRACE_S = 5.0
_LOG_LINES = 15
OCN_COMMAND = (sys.executable, "-c", "import sys; from ocn.cli import main; sys.exit(main())")


class Process:
    """One child process and its log file."""

    def __init__(self, name: str, log: Path, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.log = log
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def ended(self) -> int:
        """Wait until it ends and return its status."""
        return await self._process.wait()

    async def until_ready(self, answers: Callable[[], Awaitable[bool]]) -> None:
        """Ask until the answer is yes.

        Raises:
            NetworkFailed: the process ended meanwhile, or took more than a minute.
        """
        try:
            async with asyncio.timeout(_READY_S):
                while not await answers():
                    if not self.running:
                        raise self.failure(f"ended with status {self._process.returncode} while starting")
                    await asyncio.sleep(_POLL_S)
        except TimeoutError as error:
            raise self.failure(f"was not ready after {_READY_S:g} s") from error

    async def stop(self) -> None:
        """End it: politely first, after five seconds for good."""
        if self.running:
            with suppress(ProcessLookupError):
                self._process.terminate()
            try:
                async with asyncio.timeout(_GRACE_S):
                    await self._process.wait()
            except TimeoutError:
                with suppress(ProcessLookupError):
                    self._process.kill()
        await self._process.wait()

    def failure(self, what: str) -> NetworkFailed:
        """Say what went wrong, with the end of the log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
        return NetworkFailed("\n".join([f"{self.name} {what}", *lines]), hint=f"Its log is {self.log}")


class ProcessGroup:
    """Processes of one program that start one by one and end together."""

    def __init__(self, logs: Path, program: Sequence[str] = OCN_COMMAND) -> None:
        self._logs = logs
        self._program = program
        self._processes: list[Process] = []
        self._lifelines: list[int] = []

    async def __aenter__(self) -> Self:
        """Make room for the logs."""
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process, the last one first to be told."""
        await asyncio.gather(*(process.stop() for process in reversed(self._processes)))
        for lifeline in self._lifelines:
            os.close(lifeline)

    async def start(self, name: str, arguments: list[str], environment: Mapping[str, str]) -> Process:
        """Start the program with arguments, its output going to ``NAME.log``.

        The child sees this process's environment without its ``OCN_`` variables, plus ``environment``.
        """
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("OCN_")}
        log = self._logs / f"{name}.log"
        ours, theirs = os.pipe()
        with log.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-IS",
                launch.__file__,
                str(os.getpid()),
                *self._program,
                *arguments,
                stdin=ours,
                stdout=output,
                stderr=output,
                env={**inherited, **environment},
                start_new_session=True,  # Ctrl-C is for this process, which then ends them in order
            )
        os.close(ours)
        self._lifelines.append(theirs)
        process = Process(name, log, child)
        self._processes.append(process)
        return process

    async def watch(self) -> None:
        """Wait for the first process to end, which none should.

        Raises:
            NetworkFailed: one did; always, unless this is cancelled.
        """
        endings = {asyncio.create_task(process.ended()): process for process in self._processes}
        try:
            done, _ = await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in endings:
                task.cancel()
            await asyncio.gather(*endings, return_exceptions=True)
        ended = done.pop()
        raise endings[ended].failure(f"ended by itself with status {ended.result()}")
