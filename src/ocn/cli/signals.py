"""Run a service until Ctrl-C, SIGTERM or the end of its terminal; each lets it close what it opened."""

import asyncio
import signal
from collections.abc import Coroutine

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_until_signalled(service: Coroutine[None, None, None]) -> None:
    """Run to the end, or until a signal cancels it; further signals do not interrupt its closing."""
    asyncio.run(_run(service))


def close_undisturbed() -> None:
    """Ignore signals from here on: whoever calls this is closing what it opened, and is soon done."""
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, lambda: None)


async def _run(service: Coroutine[None, None, None]) -> None:
    task = asyncio.ensure_future(service)
    loop = asyncio.get_running_loop()

    def end() -> None:
        # Cancelled twice, a task leaves its closing half done: threads and files of a database stay open.
        close_undisturbed()
        task.cancel()

    for number in _ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # not under nohup
            loop.add_signal_handler(number, end)
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
