"""Processes that belong together end together, whatever ends first."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from ocn.simulation.errors import NetworkFailed
from ocn.simulation.network.processes import Process, ProcessGroup

PYTHON = (sys.executable, "-IS", "-c")
SLEEP = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text('up'); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP
FAIL = "print('the disk is made of cheese'); raise SystemExit(3)"


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def ready(process: Process, flag: Path) -> None:
    async def up() -> bool:
        return flag.exists()

    await process.until_ready(up)


async def test_group_left_normally_ends_every_process(tmp_path: Path) -> None:
    async with ProcessGroup(tmp_path, PYTHON) as group:
        processes = [await group.start(f"p{n}", [SLEEP, str(tmp_path / f"up{n}")], {}) for n in range(3)]
        for n, process in enumerate(processes):
            await ready(process, tmp_path / f"up{n}")
        assert all(is_alive(process.pid) for process in processes)
    assert not any(is_alive(process.pid) for process in processes)


async def test_group_left_by_cancellation_ends_every_process(tmp_path: Path) -> None:
    pids: list[int] = []
    started = asyncio.Event()

    async def run() -> None:
        async with ProcessGroup(tmp_path, PYTHON) as group:
            process = await group.start("p", [SLEEP, str(tmp_path / "up")], {})
            await ready(process, tmp_path / "up")
            pids.append(process.pid)
            started.set()
            await group.watch()

    task = asyncio.create_task(run())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_alive(pids[0])


async def test_process_that_ignores_sigterm_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocn.simulation.network.processes._GRACE_S", 0.1)
    async with ProcessGroup(tmp_path, PYTHON) as group:
        process = await group.start("p", [STUBBORN, str(tmp_path / "up")], {})
        await ready(process, tmp_path / "up")
    assert not is_alive(process.pid)


async def test_process_that_fails_while_starting_is_reported_with_its_last_words(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    async with ProcessGroup(tmp_path, PYTHON) as group:
        process = await group.start("node-1", [FAIL], {})
        with pytest.raises(NetworkFailed, match="node-1 ended with status 3") as caught:
            await process.until_ready(never)
    assert "made of cheese" in caught.value.message
    assert str(tmp_path / "node-1.log") in (caught.value.hint or "")


async def test_process_that_ends_by_itself_ends_the_watch(tmp_path: Path) -> None:
    async with ProcessGroup(tmp_path, PYTHON) as group:
        lasting = await group.start("lasting", [SLEEP, str(tmp_path / "up")], {})
        await group.start("short", [FAIL], {})
        with pytest.raises(NetworkFailed, match="short ended by itself"):
            await group.watch()
    assert not is_alive(lasting.pid)


async def test_process_environment_has_nothing_of_ours_but_what_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCN_NODE_PRIVATE_KEY", "not for children")
    show = "import os; print(sorted(k for k in os.environ if k.startswith('OCN_')))"
    async with ProcessGroup(tmp_path, PYTHON) as group:
        process = await group.start("p", [show], {"OCN_GIVEN": "1"})
        assert await process.ended() == 0
    assert process.log.read_text() == "['OCN_GIVEN']\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
async def test_processes_of_a_parent_that_is_killed_end(tmp_path: Path) -> None:
    parent_code = f"""
import asyncio, pathlib, sys
from ocn.simulation.network.processes import ProcessGroup
async def main():
    async with ProcessGroup(pathlib.Path({str(tmp_path)!r}), {PYTHON!r}) as group:
        process = await group.start("p", [{SLEEP!r}, {str(tmp_path / "up")!r}], {{}})
        print(process.pid, flush=True)
        await group.watch()
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", parent_code, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    async with asyncio.timeout(30):
        while not (tmp_path / "up").exists():
            await asyncio.sleep(0.02)
        os.kill(parent.pid, signal.SIGKILL)
        await parent.wait()
        while is_alive(child):
            await asyncio.sleep(0.02)
