"""When what is done: by what happened, by the clock, by what is waited for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from ocn.errors import OcnError
from ocn.smart_charging.service.sites.triggers import Bell
from ocn.smart_charging.slots import slot_of

_LOG = logging.getLogger("ocn.smart_charging")
_LONGEST_S = 15.0
"""So often at least it is looked whether anything is due: a clock may be put forward."""
_SHORTEST_S = 0.05


async def run_for_ever(
    step: Callable[[], Awaitable[None]], bell: Bell, coalesce_s: float, next_due: Callable[[], float]
) -> None:
    """Do one round after another, at most one at a time; what happens meanwhile is done in the next.

    A failure that goes on, as on a full disk, is logged once until it is over or another.
    """
    logged = ""
    while True:
        try:
            await step()
            logged = ""
        except Exception as error:  # noqa: BLE001  one round's failure must not end planning
            if logged != repr(error):
                _log(error)
            logged = repr(error)
        if await bell.rung(min(_LONGEST_S, max(_SHORTEST_S, next_due()))):
            await asyncio.sleep(coalesce_s)


def _log(error: Exception) -> None:
    if isinstance(error, OcnError):
        _LOG.error("smart charging: %s", error)
    else:
        _LOG.error("smart charging: a defect; it goes on", exc_info=error)


def seconds_to_slot(now: datetime, minutes: int) -> float:
    """Return how long it is until the next slot begins."""
    return (slot_of(now, minutes) + timedelta(minutes=minutes) - now).total_seconds()
