"""The page as a browser shows it: nothing complains, nothing is fetched elsewhere, everything can be read."""

from urllib.parse import urlsplit

import pytest
from tests.integration.smart_charging_page.chromium import Tab
from tests.integration.smart_charging_page.conftest import HOSTILE, Site
from tests.unit.smart_charging_page.made import made_car, made_view

from ocn.smart_charging.page.site_page import address_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATHS = ("/", "/sites/Nordhafen", "/sites/Empty", "/sites/Never%20read", address_of(HOSTILE))

CONTRASTS = """
(() => {
  const channel = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a] = numbers(getComputedStyle(at).backgroundColor);
      if (a === undefined || a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const worst = [];
  for (const element of document.querySelectorAll("main *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const box = element.getBoundingClientRect();
    if (!own || !box.width || element.closest("title, desc, foreignObject")) continue;
    const style = getComputedStyle(element);
    const ink = element instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [light(numbers(ink)), light(ground(element))].sort((x, y) => y - x);
    worst.push([(a + 0.05) / (b + 0.05), element.tagName + " " + element.textContent.slice(0, 40)]);
  }
  return worst.sort((x, y) => x[0] - y[0]).slice(0, 3);
})()
"""


async def _open(tab: Tab, site: Site, path: str) -> None:
    tab.requested.clear()
    tab.complaints.clear()
    await tab.open(site.url + path)


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_is_shown_without_complaint_and_fetches_nothing_elsewhere(
    tab: Tab, site: Site, path: str
) -> None:
    await tab.look()
    await _open(tab, site, path)

    assert tab.complaints == []
    assert len(tab.requested) >= 3  # itself, its style, its script
    assert {urlsplit(url).netloc for url in tab.requested} == {urlsplit(site.url).netloc}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [320, 390, 800, 1280])
async def test_no_page_is_wider_than_the_screen(tab: Tab, site: Site, path: str, width: int) -> None:
    await tab.look(width, 800)
    await _open(tab, site, path)

    assert await tab.value("document.documentElement.scrollWidth") <= width


async def test_site_chart_has_a_limit_and_a_band_for_every_car(tab: Tab, site: Site) -> None:
    await tab.look()
    await _open(tab, site, "/sites/Nordhafen")

    cars = len(site.views.view("Nordhafen").cars)
    assert await tab.value("document.querySelectorAll('.bands > .band').length") == cars
    limit = "document.querySelector('.lines path.limit')"
    assert await tab.value(f"getComputedStyle({limit}).strokeWidth") == "2.5px"
    width = await tab.value("document.querySelector('svg.load').getBoundingClientRect().width")
    assert await tab.value(f"{limit}.getBoundingClientRect().width") == pytest.approx(width, abs=1)
    heights = (
        "[...document.querySelectorAll('.band path')].map((band) => band.getBoundingClientRect().height)"
    )
    assert all(height > 2 for height in await tab.value(heights))


@pytest.mark.parametrize("width", [390, 1200])
async def test_site_chart_has_its_scale_beside_what_is_drawn(site: Site, tab: Tab, width: int) -> None:
    await tab.look(width)
    await tab.open(f"{site.url}/sites/Nordhafen")

    right = (
        "Math.max(...[...document.querySelectorAll('text.level')].map(e => e.getBoundingClientRect().right))"
    )
    left = "document.querySelector('line.ground').getBoundingClientRect().left"
    assert 0 < await tab.value(right) <= await tab.value(left)


async def test_site_car_that_is_pointed_at_says_why(tab: Tab, site: Site) -> None:
    await tab.look()
    await _open(tab, site, "/sites/Nordhafen")
    visible = "getComputedStyle(tip).visibility === 'visible'"
    shown = f"[...document.querySelectorAll('.tip')].filter((tip) => {visible})"
    assert await tab.value(f"{shown}.length") == 0

    box = await tab.value(
        "(() => { const box = document.querySelector('.band:nth-child(3) path').getBoundingClientRect();"
        " return [box.left + box.width / 2, box.top + box.height / 2]; })()"
    )
    await tab.move_to(*box)

    text = await tab.value(f"{shown}.map((tip) => tip.textContent).join()")
    assert text == (
        "car2 at DE*NOR*E002: needs 6.0 kWh by Sat 17:47 (declared); charges at 5.0 kW now: all it can take"
    )
    await tab.move_to(1, 1)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", ["/", "/sites/Nordhafen", "/sites/Never%20read"])
async def test_every_text_can_be_told_from_its_ground(tab: Tab, site: Site, path: str, dark: bool) -> None:
    await tab.look(dark=dark)
    await _open(tab, site, path)

    worst = await tab.value(CONTRASTS)

    assert worst[0][0] >= 4.5, worst


async def test_dark_and_light_are_two(tab: Tab, site: Site) -> None:
    grounds = set()
    for dark in (False, True):
        await tab.look(dark=dark)
        await _open(tab, site, "/")
        grounds.add(await tab.value("getComputedStyle(document.body).backgroundColor"))

    assert len(grounds) == 2


async def test_site_without_scripts_shows_the_same_and_comes_again_by_itself(tab: Tab, site: Site) -> None:
    await tab.look(scripts=False)
    await _open(tab, site, "/sites/Nordhafen")

    assert not any("page.js" in url for url in tab.requested)
    await tab.look()
    assert await tab.value("document.querySelector('meta[http-equiv=refresh]').content") == "4"
    assert await tab.value("document.querySelectorAll('.cars tbody tr').length") == 8


async def test_site_is_drawn_anew_in_place_and_keeps_what_is_open_and_typed(tab: Tab, site: Site) -> None:
    await tab.look()
    await _open(tab, site, "/sites/Nordhafen")
    await tab.value("window.stays = 1; document.querySelector('#gone').open = true; 0")
    await tab.value("document.querySelector('#kw').value = '12.5'; 0")
    before = site.views.sites
    site.views.sites = [
        made_view(made_car("newcomer"), *view.cars) if view.site == "Nordhafen" else view for view in before
    ]
    try:
        seen = await tab.value(
            "new Promise((done) => { const look = new MutationObserver(() => { look.disconnect();"
            " done(document.querySelector('#car-0 th').textContent); });"
            " look.observe(document.getElementById('main'), { childList: true }); })"
        )
    finally:
        site.views.sites = before

    assert "newcomer" in seen
    assert await tab.value("[window.stays, document.querySelector('#gone').open]") == [1, True]
    assert await tab.value("document.querySelector('#kw').value") == "12.5"


async def test_grid_event_that_is_typed_in_arrives(tab: Tab, site: Site) -> None:
    await tab.look()
    await _open(tab, site, "/sites/Nordhafen")
    assert await tab.value("document.querySelector('#kw').value") == "33.0"  # half of what there is

    tab.loaded.clear()
    await tab.value(
        "document.querySelector('#minutes').value = '15'; document.querySelector('button').click(); 0"
    )
    await tab.finished()

    assert [(name, str(kw), minutes) for name, kw, minutes in site.taken] == [("Nordhafen", "33.0", 15)]
    assert await tab.value("location.pathname") == "/sites/Nordhafen"
    assert tab.complaints == []


async def test_what_was_lowered_is_ended_by_its_button(tab: Tab, site: Site) -> None:
    await tab.look()
    await _open(tab, site, "/sites/Nordhafen")

    tab.loaded.clear()
    await tab.value("document.querySelector('button[name=end]').click(); 0")
    await tab.finished()

    assert site.ended == ["Nordhafen"]
    assert tab.complaints == []


async def test_table_on_a_phone_is_still_a_table_to_a_screen_reader(tab: Tab, site: Site) -> None:
    await tab.look(390, 800)
    await _open(tab, site, "/sites/Nordhafen")

    roles = await tab.roles()

    assert {"table", "columnheader", "rowheader", "cell", "caption", "heading", "image"} <= set(roles)
