"""How long whoever follows a chain rests between two looks, also when its endpoint does not answer."""

import asyncio
import random
from typing import Final

FIRST_RETRY_S: Final = 0.5
_MOST_DOUBLINGS: Final = 10


def retry_s(failures: int, longest_s: float) -> float:
    """Return when to ask again after so many failures in a row, with jitter: half of the time or more."""
    doubled: float = FIRST_RETRY_S * 2.0 ** min(failures, _MOST_DOUBLINGS)
    return min(longest_s, doubled) * random.uniform(0.5, 1.0)


async def rest(seconds: float, wake: asyncio.Event) -> None:
    """Wait so long, or until somebody wakes."""
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return
