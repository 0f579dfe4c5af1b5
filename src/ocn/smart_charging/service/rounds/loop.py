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
    """Do one round after another, at most one at a time; what happens meanwhile is done in the next."""
    while True:
        try:
            await step()
        except OcnError as error:
            _LOG.error("smart charging: %s", error)
        except Exception:  # noqa: BLE001  one round's failure must not end planning
            _LOG.exception("smart charging: a defect; it goes on")
        if await bell.rung(min(_LONGEST_S, max(_SHORTEST_S, next_due()))):
            await asyncio.sleep(coalesce_s)


def seconds_to_slot(now: datetime, minutes: int) -> float:
    """Return how long it is until the next slot begins."""
    return (slot_of(now, minutes) + timedelta(minutes=minutes) - now).total_seconds()
