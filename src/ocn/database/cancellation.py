"""A write that was begun is ended, whether its caller stays or not.

Cut off in the middle, a connection would keep its transaction, and with it the database's only place for a
writer, until somebody noticed.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def to_the_end(
    write: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Let a write end when its caller is cancelled, and be cancelled only then."""

    @wraps(write)
    async def ended(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.create_task(write(*args, **kwargs))
        cancelled: asyncio.CancelledError | None = None
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancelled = error
        result = await task
        if cancelled is not None:
            raise cancelled
        return result

    return ended
