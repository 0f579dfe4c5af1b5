"""Hear what others write for a site, once in a round: its limit feed, and its prices."""

import asyncio
from datetime import datetime
from pathlib import Path

from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.service.heard.feed_file import read_feed
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.sites.triggers import Waiting
from ocn.smart_charging.service.view import EventKind

_MOST_FAULTS = 5


async def hear_feed(desk: Desk, waiting: Waiting) -> None:
    """Read the feed's file, if there is one; what it says anew, and its silence, are reasons to plan."""
    if desk.served.feed_file is not None:
        await _read(desk, desk.served.feed_file, desk.clock.real(), waiting)
    silent = desk.feed.is_silent(desk.clock.real())
    if silent:
        desk.note(EventKind.WARNING, "the limit feed is silent: its fallback holds")
    if silent != desk.was_silent:
        desk.was_silent = silent
        waiting.plan(desk.served.name)


async def _read(desk: Desk, file: Path, now: datetime, waiting: Waiting) -> None:
    try:
        told, events = await asyncio.to_thread(read_feed, file, desk.served.site)
    except EventUnusable as error:
        desk.note(EventKind.FAULT, error.message)
        return
    if desk.feed.hear(events, min(told, now)):
        waiting.plan(desk.served.name)
        for event in events:
            desk.note(EventKind.GRID, event.line(desk.served.site.zone))


async def read_prices_anew(desk: Desk, waiting: Waiting) -> None:
    """Read files of prices that were written since, or are there at last."""
    for each in desk.served.price_files:
        is_anew = await asyncio.to_thread(each.look)
        if each.trouble is not None:
            desk.note(EventKind.FAULT, each.trouble)
        if each.reading is None or not is_anew:
            continue
        until = each.reading.series.end.astimezone(desk.served.site.zone)
        desk.note(EventKind.TOLD, f"{each.file.name} was read anew: it reaches until {until:%d %B %H:%M}")
        for fault in each.reading.faults[:_MOST_FAULTS]:
            desk.note(EventKind.FAULT, str(fault))
        waiting.plan(desk.served.name)
