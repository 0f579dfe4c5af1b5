"""The limit feed of a site over restarts, of which who lowered a limit or told a forecast does not know."""

from contextlib import suppress

from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.service.heard.feed import LimitFeed
from ocn.smart_charging.service.heard.grid_events import event_from_json, usable
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.sites.served import ServedSite

_SAID = ("fed", "fallback")


def remembered_feed(served: ServedSite, memory: Memory) -> LimitFeed:
    """Make the feed of a site with what was kept of it, as far as its site file still bears that."""
    feed = LimitFeed(served.site)
    for kept in memory.sites.limits.get(served.key, []):
        with suppress(EventUnusable):  # the site file has changed since
            feed.announce(event_from_json(kept))
    forecasts = memory.sites.forecasts.get(served.key)
    if forecasts is not None and _is_told_once(served):
        with suppress(EventUnusable):  # likewise
            fed, fallback = ([event_from_json(each) for each in forecasts[name]] for name in _SAID)
            for event in (*fed, *fallback):
                usable(event, served.site)
            feed.remember(fed, fallback)
    return feed


async def keep_feed(feed: LimitFeed, served: ServedSite, memory: Memory) -> None:
    """Store what was announced or forecast since."""
    await memory.sites.keep_limits(served.key, [event.as_json() for event in feed.announced])
    if _is_told_once(served) and feed.has_word:
        said = zip(_SAID, feed.said, strict=True)
        kept = {name: [event.as_json() for event in events] for name, events in said}
        await memory.sites.keep_forecast(served.key, kept)


def _is_told_once(served: ServedSite) -> bool:
    """Whether its feed does not say everything again and again, as a file does."""
    return served.site.feed is not None and served.site.feed.oscp_group is not None
