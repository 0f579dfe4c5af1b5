"""Prune what has expired, and follow changes that other processes made to the database."""

import asyncio
from datetime import timedelta

import structlog

from ocn.errors import OcnError
from ocn.node.members import Members
from ocn.node.object_store.port import ObjectStore
from ocn.node.ports import Clock, LinkStore, PlatformStore

_log = structlog.get_logger("ocn.node.background")

PRUNE_SECONDS = 600.0
FOLLOW_SECONDS = 1.0


async def prune_expired(platforms: PlatformStore, links: LinkStore, clock: Clock) -> None:
    """Remove expired invitations and links every ten minutes, until cancelled."""
    while True:
        try:
            now = clock.now()
            removed = await links.prune(now) + await platforms.prune(now)
            if removed:
                _log.info("pruned", removed=removed)
        except OcnError as error:
            _log.warning("prune_failed", error=str(error))
        await asyncio.sleep(PRUNE_SECONDS)


async def forget_gone(objects: ObjectStore, clock: Clock, after: timedelta) -> None:
    """Forget objects that were withdrawn long enough ago, every ten minutes, until cancelled."""
    while True:
        try:
            removed = await objects.prune(clock.now() - after)
            if removed:
                _log.info("objects_forgotten", removed=removed)
        except OcnError as error:
            _log.warning("prune_failed", error=str(error))
        await asyncio.sleep(PRUNE_SECONDS)


async def follow_changes(members: Members) -> None:
    """Look once a second whether another process changed platforms or invitations, until cancelled."""
    failures = 0
    while True:
        await asyncio.sleep(FOLLOW_SECONDS)
        try:
            await members.refresh_if_changed()
        except OcnError as error:
            failures += 1
            _log.warning("follow_failed", error=str(error))
            continue
        if failures:
            _log.info("follow_works_again", failures=failures)
            failures = 0
