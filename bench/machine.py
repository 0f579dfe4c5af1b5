"""What the machine gives, and what a process took of it."""

import os
import platform
import resource
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

PROXY_CORE, LOAD_CORE = 0, 1
_TICKS = os.sysconf("SC_CLK_TCK")
TICK_S = 1 / _TICKS
"""The least CPU time that the system tells of."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def missing_programs() -> list[str]:
    return [program for program in ("nginx", "wrk", "taskset") if shutil.which(program) is None]


def allow_many_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(65536, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def pinned(core: int, *command: str) -> list[str]:
    return ["taskset", "--cpu-list", str(core), *command]


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of processes and of the threads in them."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def memory_mb(pids: list[int], what: str = "VmRSS") -> float:
    """Resident memory now (VmRSS) or at its peak (VmHWM)."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(what):
                total += int(line.split()[1])
    return total / 1024


@dataclass(frozen=True)
class Machine:
    cores: int
    model: str
    python: str

    @classmethod
    def here(cls) -> "Machine":
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")
        return cls(os.cpu_count() or 1, model, platform.python_version())


def listening_pids(port: int) -> list[int]:
    """The processes that hold a listening socket on a loopback port."""
    wanted = f"0100007F:{port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {f"socket:[{row[9]}]" for row in rows if row[1] == wanted and row[3] == "0A"}
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                links = {str(file.readlink()) for file in (entry / "fd").iterdir()}
            except OSError:
                continue
            if links & inodes:
                found.append(int(entry.name))
    return found


def pin(pids: list[int], core: int) -> None:
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {core})
