"""A signal ends a command; a second one does not interrupt its closing."""

import asyncio
import os
import signal

import pytest

from ocn.cli.signals import close_undisturbed, run_until_signalled


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_until_signalled_signalled_twice_closes_once_and_entirely(number: signal.Signals) -> None:
    closed = []

    async def service() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), number)
            for step in range(5):
                await asyncio.sleep(0)
                closed.append(step)

    run_until_signalled(service())

    assert closed == [0, 1, 2, 3, 4]


def test_close_undisturbed_signalled_afterwards_runs_to_its_end() -> None:
    ended = []

    async def service() -> None:
        close_undisturbed()
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(5):
            await asyncio.sleep(0)
        ended.append(True)

    run_until_signalled(service())

    assert ended == [True]
