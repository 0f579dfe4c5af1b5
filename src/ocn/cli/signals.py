"""Run a service until Ctrl-C or SIGTERM, both of which let it close what it opened."""

import asyncio
import signal
from collections.abc import Coroutine


def run_until_signalled(service: Coroutine[None, None, None]) -> None:
    """Run to the end, or until a signal cancels it."""
    asyncio.run(_run(service))


async def _run(service: Coroutine[None, None, None]) -> None:
    task = asyncio.ensure_future(service)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
