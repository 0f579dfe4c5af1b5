"""Limits from outside: lower only, for a while, and what holds when they fall silent."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import START, site

from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.planning.problem import Phase
from ocn.smart_charging.service.heard.feed import LimitFeed
from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.site.model import Site, SiteFeed

HOUR = timedelta(hours=1)
FED = replace(site(), feed=SiteFeed("limits.json", timedelta(minutes=15), amps=Decimal(10)))


def amps(limited: Site, after: timedelta = timedelta(0)) -> Decimal | None:
    return limited.fuses[0].lowest(Phase.L1, START + after, timedelta(minutes=15))


def test_event_lowers_the_top_while_it_lasts_and_no_longer() -> None:
    feed = LimitFeed(site())
    feed.announce(GridEvent(START, START + HOUR, part=Decimal("0.5")))
    assert amps(feed.limited(START)) == 20
    assert amps(feed.limited(START), HOUR) == 40
    assert amps(feed.limited(START + HOUR)) == 40


def test_event_never_raises_a_limit() -> None:
    feed = LimitFeed(site())
    feed.announce(GridEvent(START, START + HOUR, amps=Decimal(500)))
    assert amps(feed.limited(START)) == 40


def test_events_that_are_withdrawn_hold_no_more() -> None:
    feed = LimitFeed(site())
    feed.announce(GridEvent(START, START + HOUR, kw=Decimal(1)))
    assert feed.withdraw()
    assert feed.limited(START) is not None
    assert not feed.told(START)


@pytest.mark.parametrize(
    "wrong",
    [
        {"fuse": "cellar", "kw": Decimal(5)},
        {"until": START, "kw": Decimal(5)},
        {"until": START + timedelta(days=99), "kw": Decimal(5)},
        {},
        {"kw": Decimal(-1)},
        {"kw": Decimal("NaN")},
        {"part": Decimal("1.5")},
    ],
)
def test_event_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(EventUnusable):
        LimitFeed(site()).announce(GridEvent(**({"begin": START, "until": START + HOUR} | wrong)))


def test_feed_that_falls_silent_leaves_its_fallback_until_it_speaks_again() -> None:
    feed = LimitFeed(FED)
    feed.hear([], START)
    assert amps(feed.limited(START + timedelta(minutes=15))) == 40
    silent = START + timedelta(minutes=16)
    assert feed.is_silent(silent)
    assert amps(feed.limited(silent), timedelta(hours=20)) == 10
    feed.hear([], silent)
    assert amps(feed.limited(silent), HOUR) == 40


def test_feed_that_never_spoke_counts_as_silent() -> None:
    assert amps(LimitFeed(FED).limited(START), HOUR) == 10


def test_word_of_a_feed_replaces_its_last_one() -> None:
    feed = LimitFeed(FED)
    feed.hear([GridEvent(START, START + HOUR, amps=Decimal(5))], START)
    assert amps(feed.limited(START)) == 5
    assert feed.hear([], START)
    assert amps(feed.limited(START)) == 40
