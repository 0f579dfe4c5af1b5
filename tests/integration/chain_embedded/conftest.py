"""Chains over files and over HTTP, in this process and in others."""

import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from subprocess import PIPE, Popen

import aiohttp
import pytest

from ocn.chain.embedded import Devnet, serving

PROGRAM = """
import asyncio, pathlib, sys
from ocn.chain.embedded import Devnet, serve

async def main():
    async with await Devnet.open(pathlib.Path(sys.argv[1])) as devnet:
        await serve(devnet, port=0, ready=lambda url: print(url, flush=True))

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.fixture
async def served() -> AsyncIterator[str]:
    """The URL of a chain in memory."""
    async with await Devnet.open(None) as devnet, serving(devnet, port=0) as url:
        yield url


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


@pytest.fixture
def start_process() -> Iterator[Callable[[Path], tuple[Popen[str], str]]]:
    """Starts a process that serves the chain kept in a file; returns it with its URL."""
    started: list[Popen[str]] = []

    def start(path: Path) -> tuple[Popen[str], str]:
        process = Popen([sys.executable, "-c", PROGRAM, path], stdout=PIPE, stderr=PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
