"""Hear what others write for a site: its limit feed, and its prices. Nothing that is going on holds it up."""

import asyncio
from pathlib import Path

from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.service.heard.feed_file import read_feed
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.sites.triggers import Bell
from ocn.smart_charging.service.view import EventKind

_MOST_FAULTS = 5
_SILENCE, _FILE = "silence of the feed", "file of the feed"


async def listen(desk: Desk, plan: Bell) -> None:
    """Hear what is new, and have the site planned by it; other limits wait for nothing that is under way."""
    if await _hears_other_limits(desk):
        plan.ring()
        desk.interrupt()
    if await _hears_other_prices(desk):
        plan.ring()
    await desk.keep_limits()


async def _hears_other_limits(desk: Desk) -> bool:
    """Read the feed's file, if there is one; whether it says something else, or fell silent, or is back."""
    file = desk.served.feed_file
    is_other = False if file is None else await _reads_other_limits(desk, file)
    silent = desk.feed.is_silent(desk.clock.real())
    if silent:
        line = f"the limit feed is silent: {desk.feed.holding(desk.clock.real())}"
        desk.note(EventKind.WARNING, line, _SILENCE)
    else:
        desk.over(_SILENCE, EventKind.GRID, "the limit feed is heard again: its fallback holds no more")
    was_silent, desk.was_silent = desk.was_silent, silent
    return is_other or silent != was_silent


async def _reads_other_limits(desk: Desk, file: Path) -> bool:
    before, _ = desk.feed.said
    try:
        told, events = await asyncio.to_thread(read_feed, file, desk.served.site)
        is_other = desk.feed.hear(events, told, desk.clock.real())
    except EventUnusable as error:
        then, do = desk.feed.holding(desk.clock.real()), error.hint or "Have the file written anew, whole."
        desk.note(EventKind.FAULT, f"{error.message}: {then}. {do}", _FILE)
        return False
    desk.over(_FILE, EventKind.TOLD, f"{file} can be read again")
    desk.tell_limits(events, before)
    return is_other


async def _hears_other_prices(desk: Desk) -> bool:
    """Read files of prices that were written since, or are there at last; whether there was one."""
    found = False
    for each in desk.served.price_files:
        is_anew = await asyncio.to_thread(each.look)
        if each.trouble is not None:
            desk.note(EventKind.FAULT, each.trouble, str(each.file))
        if each.reading is None or not is_anew:
            continue
        desk.log.over(str(each.file))
        until = each.reading.series.end.astimezone(desk.served.site.zone)
        desk.note(EventKind.TOLD, f"{each.file.name} was read anew: it reaches until {until:%d %B %H:%M}")
        for fault in each.reading.faults[:_MOST_FAULTS]:
            desk.note(EventKind.FAULT, str(fault))
        found = True
    return found
