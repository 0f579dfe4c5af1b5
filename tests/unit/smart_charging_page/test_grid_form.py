"""The form "grid event": what arrives, and what is refused, and how."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from ocn.errors import OcnError
from ocn.smart_charging.page import page_app
from ocn.smart_charging.service.view import PAGE, SiteView, ToldLimit

pytest.importorskip("jinja2")


@dataclass
class Heard:
    """Takes limits, or refuses them."""

    taken: list[tuple[str, Decimal, int]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    refusing: OcnError | None = None

    async def limit(self, site_name: str, kw: Decimal, minutes: int) -> None:
        if self.refusing is not None:
            raise self.refusing
        self.taken.append((site_name, kw, minutes))

    async def end_limits(self, site_name: str) -> None:
        self.ended.append(site_name)


class Form:
    """The form of the page, filled in."""

    def __init__(self, view: SiteView, made_views: Any, ask: Any) -> None:
        self.heard = Heard()
        self.app = page_app(made_views([view]), events=self.heard)
        self.ask = ask

    async def page(self) -> str:
        return str((await self.ask(self.app, "/sites/Nordhafen")).text)

    async def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', await self.page())
        assert found is not None
        return found.group(1)

    async def post(self, fields: dict[str, str] | bytes, **headers: str) -> Any:
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        sent = {"content-type": "application/x-www-form-urlencoded"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.ask(self.app, "/sites/Nordhafen", method="POST", body=body, headers=sent)


@pytest.fixture
def form(make_view: Callable[..., SiteView], made_views: Any, ask: Any) -> Form:
    return Form(make_view(), made_views, ask)


async def test_what_the_page_lowered_can_be_ended_there_and_what_others_lowered_cannot(
    make_view: Callable[..., SiteView], made_views: Any, ask: Any
) -> None:
    by_feed, by_page = ToldLimit("feed", "feed: <30> kW"), ToldLimit(PAGE, "page: 40 kW")
    others = await Form(make_view(told_limits=(by_feed,)), made_views, ask).page()
    form = Form(make_view(told_limits=(by_feed, by_page)), made_views, ask)

    assert "feed: &lt;30&gt; kW" in others
    assert 'name="end"' not in others
    assert 'name="end"' in await form.page()
    assert (await form.post({"token": "x", "end": "page"})).status == 403
    assert (await form.post({"token": await form.token(), "end": "page", "kw": "3"})).status == 400
    assert form.heard.ended == []
    assert (await form.post({"token": await form.token(), "end": "page"})).status == 303
    assert form.heard.ended == ["Nordhafen"]


async def test_grid_event_is_given_on_and_leads_back_to_the_page(form: Form) -> None:
    fields = {"token": await form.token(), "kw": "33.5", "minutes": "90"}

    answer = await form.post(fields, origin="http://127.0.0.1:8080", sec_fetch_site="same-origin")

    assert (answer.status, answer.headers["location"]) == (303, "/sites/Nordhafen")
    assert form.heard.taken == [("Nordhafen", Decimal("33.5"), 90)]


@pytest.mark.parametrize(
    ("kw", "minutes"),
    [
        ("", "60"), ("-1", "60"), ("NaN", "60"), ("Infinity", "60"), ("1e999999", "60"), ("1e-9999", "60"),
        ("100001", "60"), ("1.2345", "60"), ("9" * 5000, "60"), ("33", "0"), ("33", "1441"), ("33", "1.5"),
        ("33", "-5"), ("33", "٣"), ("33", "9" * 300), ("33", ""), ("0x21", "60"),
    ],
)  # fmt: skip
async def test_grid_event_that_cannot_be_meant_is_refused_on_the_page(
    form: Form, kw: str, minutes: str
) -> None:
    answer = await form.post({"token": await form.token(), "kw": kw, "minutes": minutes})

    assert answer.status in {400, 413}
    assert 'role="alert"' in answer.text
    assert not form.heard.taken


async def test_grid_event_from_a_page_of_another_site_is_refused(form: Form) -> None:
    fields = {"token": await form.token(), "kw": "33", "minutes": "60"}

    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
    ):
        answer = await form.post(fields, **headers)
        assert answer.status == 403, headers
    assert not form.heard.taken


@pytest.mark.parametrize("token", ["", "x", "ü"])
async def test_grid_event_without_the_token_of_this_start_is_refused(form: Form, token: str) -> None:
    answer = await form.post({"token": token, "kw": "33", "minutes": "60"})

    assert answer.status == 403
    assert "before the planner was started" in answer.text
    assert not form.heard.taken


async def test_grid_event_in_another_shape_is_refused(form: Form) -> None:
    token = await form.token()
    good = urlencode({"token": token, "kw": "33", "minutes": "60"}).encode()

    assert (await form.post(good + b"&kw=50")).status == 400
    assert (await form.post(good + b"&site=other")).status == 400
    assert (await form.post(good + b"&a=1" * 20)).status == 400
    assert (await form.post(good + b"&kw\xff=1")).status == 400
    assert (await form.post(good + b"&pad=" + b"x" * 3000)).status == 413
    assert (await form.post(good, content_type="multipart/form-data; boundary=x")).status == 415
    assert (await form.post(good, content_type="application/json")).status == 415
    assert not form.heard.taken


async def test_grid_event_that_the_service_refuses_says_what_it_says(form: Form) -> None:
    form.heard.refusing = OcnError("the limit is <above> the fuse", hint="Give less than 66 kW.")

    answer = await form.post({"token": await form.token(), "kw": "99", "minutes": "60"})

    assert answer.status == 400
    assert "the limit is &lt;above&gt; the fuse. Give less than 66 kW." in answer.text
