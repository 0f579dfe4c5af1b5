"""Prune the records of copies."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from ocn.errors import OcnError
from ocn.node.background.housekeeping import PRUNE_SECONDS
from ocn.node.copies.ports import CopyStore
from ocn.node.ports import Clock

_log = structlog.get_logger("ocn.node.background")


@dataclass(frozen=True, slots=True)
class CopyRetention:
    """How long records are kept after they were settled."""

    delivered: timedelta
    others: timedelta


async def prune_copies(store: CopyStore, retention: CopyRetention, clock: Clock) -> None:
    """Remove what was settled long enough ago every ten minutes, until cancelled."""
    while True:
        try:
            now = clock.now()
            removed = await store.prune(now - retention.delivered, now - retention.others)
            if removed:
                _log.info("copies_pruned", removed=removed)
        except OcnError as error:
            _log.warning("prune_failed", error=str(error))
        await asyncio.sleep(PRUNE_SECONDS)
