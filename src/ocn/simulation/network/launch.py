"""Become another program that ends when the process that started it does.

Run as a script: ``python launch.py PARENT_PID PROGRAM ARGUMENT...``. On Linux the kernel sends SIGTERM when
the parent dies, however it dies, and the program takes this process's place. Elsewhere this process stays and
watches: standard input is a pipe whose other end only the parent holds, so its end is the parent's end.
Imports nothing but the standard library, since it runs before every process of a network.
"""

import os
import signal
import subprocess
import sys
from types import FrameType

_PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> int:
    """Start ``argv[1:]`` bound to the life of process ``argv[0]``."""
    parent, program = int(argv[0]), argv[1:]
    if sys.platform == "linux":
        _die_with(parent)
        os.execv(program[0], program)  # noqa: S606 # the network's own program, no shell wanted
    return _watched(program)


def _die_with(parent: int) -> None:
    import ctypes

    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl failed")
    if os.getppid() != parent:  # it died before the call above
        sys.exit(1)


def _watched(program: list[str]) -> int:
    process = subprocess.Popen(program, stdin=subprocess.DEVNULL)  # noqa: S603 # the network's own program

    def stop(_signal: int, _frame: FrameType | None) -> None:
        process.terminate()

    signal.signal(signal.SIGTERM, stop)
    while os.read(0, 1024):
        pass
    process.terminate()
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
