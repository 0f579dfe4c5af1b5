"""What happened at a site: what goes on is told once, what changes each time, and what matters is logged."""

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.smart_charging_service.conftest import START, MakeWorld, site

from ocn.smart_charging.service.heard.grid_events import GridEvent
from ocn.smart_charging.service.heard.grid_news import grid_news
from ocn.smart_charging.service.sites.events import NEWS, EventLog
from ocn.smart_charging.service.view import EventKind
from ocn.smart_charging.site.model import Site

HOUR = timedelta(hours=1)


def test_line_that_is_noted_again_and_again_is_one_event() -> None:
    log = EventLog("yard")
    for minute in range(0, 600, 10):
        log.note(EventKind.WARNING, "the feed is silent", START + timedelta(minutes=minute))
    log.note(EventKind.WARNING, "line\nwith \x1b[31m colours" + "x" * 1000, START)
    newest, oldest = log.newest()
    assert oldest.line == "the feed is silent"
    assert newest.line.startswith("line with  [31m colours")
    assert len(newest.line) == 500


def test_lines_that_are_all_different_are_remembered_within_bounds() -> None:
    log = EventLog("yard")
    for number in range(11_000):
        log.note(EventKind.FAULT, f"kwh {number} cannot be meant", START)
    assert len(log._told) == 10_000
    log.note(EventKind.FAULT, "kwh 10999 cannot be meant", START)
    assert log.newest()[1].line == "kwh 10998 cannot be meant"


def test_line_whose_matter_was_over_in_between_is_told_again() -> None:
    log = EventLog("yard")
    log.note(EventKind.WARNING, "the feed is silent", START, "silence")
    log.note(EventKind.WARNING, "a clock is off", START)
    assert log.over("silence")
    assert not log.over("silence")
    for _ in range(2):
        log.note(EventKind.WARNING, "the feed is silent", START, "silence")
        log.note(EventKind.WARNING, "a clock is off", START)
    lines = [event.line for event in log.newest()]
    assert lines == ["the feed is silent", "a clock is off", "the feed is silent"]


@pytest.mark.parametrize(
    "kind_about",
    [(EventKind.GRID, ""), (EventKind.TOLD, ""), (EventKind.WARNING, NEWS), (EventKind.FAULT, NEWS)],
)
def test_line_that_is_told_when_it_changes_is_told_each_time(kind_about: tuple[EventKind, str]) -> None:
    kind, about = kind_about
    log = EventLog("yard")
    for line in ("copies stopped", "copies come again", "copies stopped"):
        log.note(kind, line, START, about)
    assert len(log.newest()) == 3


async def test_limit_that_halves_is_logged_as_a_warning_with_all_an_operator_asks_for(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world = await make_world()
    half = GridEvent(START, START + HOUR, part=Decimal("0.5"), source="dispatch centre")
    world.smart.announce("yard", half)
    world.smart.withdraw("yard")
    world.smart.announce("yard", half)
    fell = (
        "yard: dispatch centre: at most 50 % instead of 40 A at the top"
        " from Mon 02.03. 09:00 until Mon 02.03. 10:00"
    )
    logged = [each.message for each in caplog.records if each.levelno == logging.WARNING]
    assert logged == [fell, "yard: what was announced is withdrawn", fell]


TWO_TOPS = (
    '[[fuse]]\nname = "cellar"\namps = { L1 = 63, L2 = 63, L3 = 50 }\nkw = 30\n'
    '[[fuse]]\nname = "row"\nparent = "cellar"\nkw = 20\n'
)


@pytest.mark.parametrize(
    ("low", "said"),
    [
        ({"kw": Decimal(9)}, "at most 9 kW instead of 27.6 kW and 30 kW at the top"),
        ({"amps": Decimal(8)}, "at most 8 A on each phase instead of 40 A and 63/63/50 A, 30 kW at the top"),
        ({"kw": Decimal(9), "fuse": "row"}, "at most 9 kW instead of 20 kW at fuse row"),
        ({"part": Decimal("0.25"), "fuse": "main"}, "at most 25 % instead of 40 A at fuse main"),
    ],
)
def test_event_says_how_low_instead_of_what(low: dict[str, Any], said: str) -> None:
    event = GridEvent(START, START + HOUR, **low)
    assert event.how_low(site(more=TWO_TOPS)) == said


def at(hours: float, amps: int) -> GridEvent:
    return GridEvent(START + hours * HOUR, START + (hours + 1) * HOUR, amps=Decimal(amps), source="feed")


def news(word: list[GridEvent], before: list[GridEvent], after: timedelta = timedelta(0)) -> list[str]:
    yard: Site = site()
    return [line.split(" on each")[0] for line in grid_news(word, before, yard, START + after)]


def test_news_of_a_feed_are_what_is_new_and_what_ends_before_its_time() -> None:
    assert news([at(0, 5), at(1, 7)], [at(0, 5), at(1, 6)]) == [
        "taken back: feed: at most 6 A",
        "feed: at most 7 A",
    ]
    assert news([], [at(0, 5)], HOUR) == []
    assert (
        news([at(0.25, 5)], [GridEvent(START, at(0.25, 5).until, amps=Decimal(5), source="feed")], HOUR) == []
    )


def from_to(begin: float, until: float) -> GridEvent:
    """Limited to 5 A from and until so many minutes after the start."""
    minute = timedelta(minutes=1)
    return GridEvent(START + begin * minute, START + until * minute, amps=Decimal(5), source="feed")


@pytest.mark.parametrize("ahead", [0, 5])
def test_limit_that_a_feed_tells_for_the_next_minutes_again_and_again_is_no_news(ahead: int) -> None:
    for minute in range(0, 60, 5):
        word, before = from_to(minute + ahead, minute + 20), from_to(minute - 5 + ahead, minute + 15)
        assert news([word], [before], timedelta(minutes=minute)) == []


def test_limit_that_ends_or_begins_much_sooner_or_later_is_news() -> None:
    low = "feed: at most 5 A"
    for word, before in (((0, 120), (0, 90)), ((0, 90), (0, 120)), ((60, 90), (90, 90.5))):
        assert news([from_to(*word)], [from_to(*before)]) == [f"taken back: {low}", low]


def test_news_of_a_feed_with_very_many_limits_are_the_first_of_them() -> None:
    lines = news([at(hours, 5) for hours in range(300)], [])
    assert len(lines) == 5
    assert grid_news([at(hours, 5) for hours in range(300)], [], site(), START)[-1].endswith(", and 295 more")
