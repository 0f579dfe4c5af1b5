from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
import pytest_asyncio
from tests.integration.smart_charging_page import chromium
from tests.unit.smart_charging_page.made import MadeViews, made_car, made_view

from ocn.party.serving import bind
from ocn.smart_charging.page import PageServing, PageSettings
from ocn.smart_charging.service.view import (
    FALLBACK,
    PAGE,
    CarState,
    EventKind,
    EventView,
    ScarceView,
    SiteView,
    ToldLimit,
)

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@dataclass
class Site:
    """The page, served, and what was typed into it."""

    url: str
    views: MadeViews
    taken: list[tuple[str, Decimal, int]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    async def limit(self, site_name: str, kw: Decimal, minutes: int) -> None:
        self.taken.append((site_name, kw, minutes))

    async def end_limits(self, site_name: str) -> None:
        self.ended.append(site_name)


def full_view() -> SiteView:
    """A site in which everything that can be shown is there."""
    cars = [
        made_car(f"car{i}", evse=f"DE*NOR*E{i:03}", state=state, need_kwh=None if i == 3 else 20.0 + i)
        for i, state in enumerate([*CarState, CarState.CONTROLLED])
    ]
    view = made_view(*cars)
    lines = [EventView(view.now, kind, f"an event of kind {kind}") for kind in EventKind]
    scarce = ScarceView("fuse row A, phase L2", "row A", "L2", view.now, view.now, 0.21, "one kW more at it")
    told = ToldLimit(PAGE, "page: at most 5 kW at the top"), ToldLimit(FALLBACK, "fallback: at most 9 kW")
    return made_view(*cars, events=tuple(lines), scarce=(scarce,), told_limits=told)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site() -> AsyncIterator[Site]:
    pytest.importorskip("jinja2")
    endless = "\u202e" + "x" * 255
    hostile = made_car(HOSTILE, evse=HOSTILE, why=HOSTILE, driver_line=HOSTILE)
    long = made_car(endless, evse=endless, why=endless, driver_line=endless)
    scarce = ScarceView(endless, endless, None, long.arrived, long.arrived, 0.21, endless)
    empty = made_view(site="Empty")
    never = made_view(
        site="Never read", limit_kw=(), measured_kw=(), price_eur_per_kwh=(), last_read=None, last_plan=None
    )
    views = MadeViews([full_view(), empty, never, made_view(hostile, long, site=HOSTILE, scarce=(scarce,))])
    served = Site("", views)
    page = PageServing(views, bind("127.0.0.1", 0), PageSettings(refresh_s=1), events=served)
    await page.start()
    served.url = page.url
    yield served
    await page.stop()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def tab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[chromium.Tab]:
    program = chromium.found()
    if program is None:
        pytest.skip("chromium is absent; `make test` installs it where it may")
    async with chromium.chromium(program, tmp_path_factory.mktemp("chromium")) as opened:
        yield opened
