"""Whatever a view holds, a page comes of it, and what is text in it stays text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.smart_charging.page.site_list import site_cards
from ocn.smart_charging.page.site_page import site_page
from ocn.smart_charging.service.view import (
    CarState,
    CarView,
    EventKind,
    EventView,
    ScarceView,
    SiteView,
    Source,
    ToldLimit,
)

pytest.importorskip("jinja2")

from ocn.smart_charging.page.writing import Writing  # needs jinja2

WRITING = Writing()
MARKUP = """
html head meta title link noscript script body main header footer nav section a p h1 h2 time dl div dt dd
small span strong b ul ol li table caption thead tbody tr th td details summary figure figcaption
form input label button svg path rect line text g desc foreignobject
"""
TAGS = frozenset(MARKUP.split())

number = st.none() | st.floats() | st.floats(0, 100)
series = st.lists(number, max_size=12).map(tuple)
text = st.text(max_size=20) | st.sampled_from(
    ["<script>alert(1)</script>", "'\"><img src=x>", "</title><b>", "]]>"]
)
moment = st.datetimes(timezones=st.just(UTC)) | st.sampled_from(
    [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]
)
near = st.floats(0, 48).map(lambda hours: datetime(2026, 10, 24, tzinfo=UTC) + timedelta(hours=hours))
cars = st.builds(
    CarView,
    name=text,
    evse=text,
    arrived=moment,
    departure=st.none() | moment,
    departure_from=st.sampled_from(Source),
    need_kwh=number,
    need_from=st.sampled_from(Source),
    delivered_kwh=st.floats(),
    now_kw=number,
    confirmed_kw=number,
    state=st.sampled_from(CarState),
    why=text,
    driver_line=text,
    profile=text,
    planned_kw=series,
    measured_kw=series,
)
views = st.builds(
    SiteView,
    site=text,
    zone=st.sampled_from(
        ["Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "no/zone", "", "/etc/passwd"]
    )
    | text,
    now=near | moment,
    slot_minutes=st.sampled_from([1, 5, 15, 60, 1440]),
    begin=near,
    limit_kw=series,
    measured_kw=series,
    price_eur_per_kwh=series,
    cars=st.lists(cars, max_size=4).map(tuple),
    scarce=st.lists(
        st.builds(ScarceView, text, text, text, moment, moment, st.floats(), text), max_size=2
    ).map(tuple),
    events=st.lists(st.builds(EventView, moment, st.sampled_from(EventKind), text), max_size=2).map(tuple),
    told_limits=st.lists(st.builds(ToldLimit, text, text), max_size=2).map(tuple),
    method=st.none() | text,
    because=st.none() | text,
    price_trouble=st.lists(text, max_size=2).map(tuple),
    last_read=st.none() | near,
    unread_since=st.none() | moment,
    last_told=st.none() | moment,
    is_only_read=st.booleans(),
    last_plan=st.none() | near,
)


class Tags(HTMLParser):
    """Collects what is markup."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers |= {name for name, _ in attrs if name.startswith("on") or name == "style"}


def _tags(page: str) -> Tags:
    found = Tags()
    found.feed(page)
    found.close()
    return found


@settings(max_examples=60)
@given(view=views, first=st.integers(-10, 10**6))
def test_any_view_becomes_a_page_in_which_texts_are_text(view: SiteView, first: int) -> None:
    form = {"token": "x", "most_kw": 1, "most_minutes": 1}
    pages = (
        WRITING.page("site.html", page=site_page(view, first), form=form, refusal=view.site, refresh_s=15),
        WRITING.page("sites.html", cards=site_cards([view]), refresh_s=15),
    )

    for page in pages:
        found = _tags(page)
        assert found.tags <= TAGS
        assert found.handlers == set()
        assert page.count("<script") == 1


def test_any_view_a_day_long_slot_for_months_has_no_crowd_of_ticks() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    view = SiteView("x", "UTC", begin, 1440, begin, (1.0,) * 96, (None,) * 96, (None,) * 96, ())

    for minutes, slots in ((1440, 96), (60, 96), (15, 96), (5, 288), (1, 60)):
        page = site_page(replace(view, slot_minutes=minutes, limit_kw=(1.0,) * slots))
        assert page.chart is not None
        assert len(page.chart.ticks) <= 26, (minutes, slots)
