"""Those who wait for the index to have read something."""

import asyncio
from dataclasses import dataclass

from ocn.chain.errors import ChainError


@dataclass(slots=True)
class _Waiter:
    block: int | None
    since: int
    future: asyncio.Future[None]


class Waiters:
    """Waits for a block, or for a look at the whole chain that begins after the question.

    The latter is not "the newest block": a reorganisation can replace blocks and leave their number alone.
    """

    def __init__(self) -> None:
        self._looks = 0
        self._waiters: list[_Waiter] = []

    def look_begins(self) -> None:
        """Note that the chain is about to be asked what is new."""
        self._looks += 1

    async def wait(self, block: int | None) -> None:
        """Wait for this block, or None for everything the chain has."""
        waiter = _Waiter(block, self._looks, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        try:
            await waiter.future
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def reached(self, block: int, *, everything: bool) -> None:
        """Let those go on for whom this is enough; ``everything``: the last look found nothing more."""
        for waiter in tuple(self._waiters):
            if waiter.block is None:
                enough = everything and waiter.since < self._looks
            else:
                enough = waiter.block <= block
            if enough:
                self._waiters.remove(waiter)
                waiter.future.set_result(None)

    def fail(self, error: ChainError) -> None:
        """Tell all of them that it will not come."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.future.done():
                waiter.future.set_exception(error)
