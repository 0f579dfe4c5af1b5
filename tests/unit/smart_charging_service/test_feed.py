"""Limits from outside: lower only, for a while, and what holds when they fall silent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
FIRST_DAY, END_OF_DAYS = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)
"""A clock east or west of Greenwich cannot show them."""
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
        {"begin": END_OF_DAYS - HOUR, "until": END_OF_DAYS, "kw": Decimal(5)},
        {"begin": FIRST_DAY, "until": FIRST_DAY + HOUR, "kw": Decimal(5)},
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
    feed.hear([], START, START)
    assert amps(feed.limited(START + timedelta(minutes=15))) == 40
    silent = START + timedelta(minutes=16)
    assert feed.is_silent(silent)
    assert amps(feed.limited(silent), timedelta(hours=20)) == 10
    feed.hear([], silent, silent)
    assert amps(feed.limited(silent), HOUR) == 40


def test_feed_that_never_spoke_counts_as_silent() -> None:
    assert amps(LimitFeed(FED).limited(START), HOUR) == 10


def test_word_of_a_feed_replaces_its_last_one() -> None:
    feed = LimitFeed(FED)
    feed.hear([GridEvent(START, START + HOUR, amps=Decimal(5))], START, START)
    assert amps(feed.limited(START)) == 5
    assert feed.hear([], START, START)
    assert amps(feed.limited(START)) == 40


def test_word_of_a_feed_that_is_older_than_its_last_is_not_taken() -> None:
    feed, soon = LimitFeed(FED), START + timedelta(minutes=5)
    feed.hear([GridEvent(START, START + HOUR, amps=Decimal(5))], START, soon)
    with pytest.raises(EventUnusable, match="before its last word"):
        feed.hear([], START - HOUR, soon)
    assert amps(feed.limited(soon)) == 5
    assert feed.is_silent(START + timedelta(minutes=16))  # nor is it a sign of life


def test_word_of_a_feed_counts_after_the_clock_was_put_back() -> None:
    feed = LimitFeed(FED)
    feed.hear([], START, START)
    assert feed.hear([GridEvent(START, START + HOUR, amps=Decimal(5))], START - HOUR, START - HOUR)
    assert not feed.is_silent(START - HOUR)


def test_feed_that_says_it_is_of_tomorrow_falls_silent_when_it_says_nothing_else() -> None:
    feed, tomorrow = LimitFeed(FED), START + timedelta(days=1)
    for minutes in range(0, 16, 5):
        feed.hear([], tomorrow, START + timedelta(minutes=minutes))
    assert not feed.is_silent(START + timedelta(minutes=15))
    assert feed.is_silent(START + timedelta(minutes=16))
    assert feed.hear([GridEvent(START, START + HOUR, amps=Decimal(5))], tomorrow, START + HOUR / 2)
    assert not feed.is_silent(START + HOUR / 2)


@pytest.mark.parametrize("month_day", [(3, 29), (10, 25)])
def test_feed_that_falls_silent_while_clocks_change_leaves_its_fallback_all_night(
    month_day: tuple[int, int],
) -> None:
    feed, change = LimitFeed(FED), datetime(2026, *month_day, 1, tzinfo=UTC)
    feed.hear([], change - timedelta(minutes=20), change - timedelta(minutes=20))
    for quarters in range(-1, 12):
        now = change + quarters * timedelta(minutes=15)
        ahead = now.astimezone(FED.zone) + timedelta(hours=3)  # by the clock on the wall
        limited = feed.limited(now).fuses[0]
        found = {
            limited.lowest(Phase.L1, each, timedelta(minutes=15)) for each in (now, ahead.astimezone(UTC))
        }
        assert found == {40 if quarters < 0 else 10}


def test_feed_that_spoke_an_hour_ahead_of_a_clock_that_was_put_back_counts_as_silent() -> None:
    feed = LimitFeed(FED)
    feed.hear([], START, START)
    assert feed.is_silent(START - HOUR)
