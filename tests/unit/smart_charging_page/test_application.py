"""What is answered, refused and escaped."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from starlette.types import ASGIApp

from ocn.smart_charging.page import PageSettings, page_app
from ocn.smart_charging.page.site_page import address_of
from ocn.smart_charging.service.view import (
    FALLBACK,
    CarView,
    EventKind,
    EventView,
    ScarceView,
    SiteView,
    ToldLimit,
)

pytest.importorskip("jinja2")

MakeCar = Callable[..., CarView]
MakeView = Callable[..., SiteView]
HOSTILE = "<script>alert(1)</script>\"'&/{{ 7*7 }}"


class NoEvents:
    """Takes limits, and does nothing with them."""

    async def limit(self, site_name: str, kw: Decimal, minutes: int) -> None:
        pass

    async def end_limits(self, site_name: str) -> None:
        raise AssertionError(site_name)


@pytest.fixture
def view(make_car: MakeCar, make_view: MakeView) -> SiteView:
    return make_view(make_car("a"), make_car("b"))


@pytest.fixture
def app(view: SiteView, made_views: Any) -> ASGIApp:
    return page_app(made_views([view]))


async def test_sites_lists_them_with_their_load(app: ASGIApp, ask: Any) -> None:
    answer = await ask(app, "/")

    assert answer.status == 200
    assert 'href="/sites/Nordhafen"' in answer.text
    assert "<strong>14.0 kW</strong> of 66.0 kW, 2 cars" in answer.text


async def test_sites_of_a_planner_without_any_says_so(made_views: Any, ask: Any) -> None:
    assert "serves no site" in (await ask(page_app(made_views([])), "/")).text


async def test_site_says_why_for_every_car_in_chart_and_table(app: ASGIApp, ask: Any) -> None:
    answer = await ask(app, "/sites/Nordhafen")

    assert answer.status == 200
    assert answer.text.count('<g class="band c') == 2
    assert answer.text.count("charges at 5.0 kW now: all it can take") == 2 * 3  # title, strip, table
    assert "<form" not in answer.text


async def test_site_says_by_which_prices_cars_are_planned_and_where_one_is_that_nobody_knows(
    make_car: MakeCar, make_view: MakeView, made_views: Any, ask: Any
) -> None:
    view = make_view(make_car("a", evse=None), priced_by=("tariff <T1> (1)", "carbon (2)"))
    text = (await ask(page_app(made_views([view])), "/sites/Nordhafen")).text

    assert "Cars are planned by: tariff &lt;T1&gt; (1); carbon (2)." in text
    assert "a at an EVSE not told" in text
    assert "EVSE not told</span>" in text


async def test_site_with_nobody_there_has_no_load_and_one_over_its_limit_says_so(
    make_car: MakeCar, make_view: MakeView, made_views: Any, ask: Any
) -> None:
    over = make_view(make_car("a", now_kw=67.0))

    empty = (await ask(page_app(made_views([make_view()])), "/sites/Nordhafen")).text
    text = (await ask(page_app(made_views([over])), "/sites/Nordhafen")).text

    assert "<dd>0.0 <small>kW</small>" in empty
    assert ("over its limit" in empty, "over its limit" in text) == (False, True)


async def test_site_whose_feed_is_silent_says_which_fallback_holds(
    make_view: MakeView, made_views: Any, ask: Any
) -> None:
    view = make_view(told_limits=(ToldLimit(FALLBACK, "fallback: at most 40 kW at the top from now on"),))

    text = (await ask(page_app(made_views([view])), "/sites/Nordhafen")).text

    assert "The limit feed is silent: its fallback holds" in text
    assert "fallback: at most 40 kW" in text


async def test_list_calls_for_a_look_at_what_was_told_in_the_hours_that_are_shown(
    make_view: MakeView, made_views: Any, ask: Any
) -> None:
    view = make_view()
    old, new = (
        EventView(view.now - timedelta(hours=hours), EventKind.FAULT, "a fault") for hours in (13, 11)
    )

    text = (await ask(page_app(made_views([replace(view, events=(new, old))])), "/")).text

    assert "1 to look at" in text


async def test_every_answer_forbids_scripts_of_others_and_keeping(app: ASGIApp, ask: Any) -> None:
    for path in ("/", "/sites/Nordhafen", "/sites/Nordhafen.json", "/sites/none", "/none"):
        headers = (await ask(app, path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';"), path
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store", path


async def test_pages_hold_nothing_that_the_policy_forbids_and_name_no_other_host(
    app: ASGIApp, ask: Any
) -> None:
    for path in ("/", "/sites/Nordhafen"):
        text = (await ask(app, path)).text
        assert not re.search(r"""\sstyle=|\son[a-z]+=|<style|<script(?! src="/)|javascript:""", text)
        assert not re.findall(r"""(?:href|src|action)="(?!/|#)""", text)
        assert set(re.findall(r"https?://[^\"\s<]+", text)) <= {"http://www.w3.org/1999/xhtml"}


async def test_static_files_may_be_kept_since_their_address_changes_with_them(app: ASGIApp, ask: Any) -> None:
    page = (await ask(app, "/")).text
    for found in re.findall(r'="(/(?:page|icon)\.[a-z]+\?[0-9a-f]{12})"', page):
        answer = await ask(app, found)
        assert (answer.status, "immutable" in answer.headers["cache-control"]) == (200, True)
        assert answer.headers["content-type"].split(";")[0] in {
            "text/css",
            "text/javascript",
            "image/svg+xml",
        }


async def test_site_json_is_the_view_and_has_no_numbers_that_json_lacks(
    make_car: MakeCar, make_view: MakeView, made_views: Any, ask: Any
) -> None:
    view = make_view(make_car(now_kw=float("nan")))

    answer = await ask(page_app(made_views([view])), "/sites/Nordhafen.json")

    read = json.loads(answer.text, parse_constant=pytest.fail)
    assert answer.headers["content-type"] == "application/json"
    assert read["now"] == "2026-11-28T13:47:00Z"
    assert (read["cars"][0]["now_kw"], read["cars"][0]["state"]) == (None, "controlled")
    assert len(read["limit_kw"]) == len(read["planned_kw"]) == 96


async def test_plan_of_a_site_is_a_document_of_its_own_and_404_before_there_is_one(
    make_view: MakeView, made_views: Any, ask: Any
) -> None:
    app = page_app(made_views([make_view(), make_view(site="New", last_plan=None)]))

    answer, none = await ask(app, "/sites/Nordhafen.plan.json"), await ask(app, "/sites/New.plan.json")

    assert json.loads(answer.text) == {"format": "a plan", "of": "Nordhafen"}
    assert (none.status, "There is no plan of that site yet." in none.text) == (404, True)


@pytest.mark.parametrize("path", ["/sites/none", "/sites/none.json", "/sites/", "/etc/passwd", "/page.css/x"])
async def test_what_is_not_there_is_404_in_words(app: ASGIApp, ask: Any, path: str) -> None:
    answer = await ask(app, path)

    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_hostile_texts_are_written_out_and_nowhere_markup(
    make_car: MakeCar, make_view: MakeView, made_views: Any, ask: Any
) -> None:
    car = make_car(HOSTILE, evse=HOSTILE, why=HOSTILE, driver_line=HOSTILE, profile=HOSTILE)
    view = make_view()
    events = (EventView(view.now, EventKind.FAULT, HOSTILE),)
    scarce = (ScarceView(HOSTILE, HOSTILE, HOSTILE, view.now, view.now, 0.1, HOSTILE),)
    hostile = make_view(
        car,
        site=HOSTILE,
        zone=HOSTILE,
        method=HOSTILE,
        because=HOSTILE,
        price_trouble=(HOSTILE,),
        events=events,
        scarce=scarce,
    )
    app = page_app(made_views([hostile]), events=NoEvents())

    for path in ("/", address_of(HOSTILE)):
        answer = await ask(app, path)
        assert answer.status == 200
        assert "<script>" not in answer.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;/{{ 7*7 }}" in answer.text
    assert (await ask(app, f"{address_of(HOSTILE)}.json")).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "", "127.0.0.1.evil.example", "[::2]:80"]
)
async def test_page_asked_for_under_a_name_that_is_not_its_own_is_421(
    app: ASGIApp, ask: Any, host: str
) -> None:
    answer = await ask(app, "/", headers={"host": host})

    assert (answer.status, "Nordhafen" in answer.text) == (421, False)


@pytest.mark.parametrize(
    "host", ["localhost:8080", "[::1]:8080", "127.0.0.1", "LOCALHOST", "plan.example:443"]
)
async def test_page_asked_for_under_its_own_names_answers(
    view: SiteView, made_views: Any, ask: Any, host: str
) -> None:
    app = page_app(made_views([view]), PageSettings(hosts=frozenset({"Plan.example"})))

    assert (await ask(app, "/", headers={"host": host})).status == 200


async def test_grid_event_where_it_is_not_allowed_is_403_whatever_it_says(app: ASGIApp, ask: Any) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}

    answer = await ask(app, "/sites/Nordhafen", method="POST", body=b"kw=1&minutes=1", headers=headers)

    assert answer.status == 403
    assert (await ask(app, "/", method="POST")).status == 405
    assert (await ask(app, "/sites/Nordhafen", method="DELETE")).status == 405


async def test_page_of_a_view_that_fails_is_500_without_what_failed(ask: Any) -> None:
    class Broken:
        def names(self) -> list[str]:
            return ["Nordhafen"]

        def view(self, site_name: str) -> SiteView:
            raise ZeroDivisionError("secret")

        def plan(self, site_name: str) -> None:
            raise NotImplementedError(site_name)

    with pytest.raises(ZeroDivisionError):  # for the server to log
        await ask(page_app(Broken()), "/sites/Nordhafen")

    assert ask.sent[0]["status"] == 500
    assert b"secret" not in ask.sent[1]["body"]


async def test_site_of_2000_cars_is_a_page_that_leads_to_all_of_them(
    make_car: MakeCar, make_view: MakeView, made_views: Any, ask: Any
) -> None:
    app = page_app(made_views([make_view(*(make_car(f"car {i}") for i in range(2000)))]))

    first = await ask(app, "/sites/Nordhafen")
    last = await ask(app, "/sites/Nordhafen?from=1900")

    assert len(first.text) < 1_000_000
    assert first.text.count('<tr id="car-') == 100
    assert 'href="/sites/Nordhafen?from=100#cars"' in first.text
    assert "1901 to 2000 of 2000" in last.text
    assert len(json.loads((await ask(app, "/sites/Nordhafen.json")).text)["cars"]) == 2000


@pytest.mark.parametrize("first", ["-1", "x", "1e9", "9" * 40, "99999", ""])
async def test_site_asked_for_cars_that_are_not_there_shows_those_that_are(
    app: ASGIApp, ask: Any, first: str
) -> None:
    assert '<tr id="car-0">' in (await ask(app, f"/sites/Nordhafen?from={first}")).text
