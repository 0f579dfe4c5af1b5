"""The picture of a plan shows what the planner's page draws, where it draws it."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.unit.smart_charging_page.made import made_car, made_view
from tools.picture import picture

from ocn.smart_charging.page.site_page import site_page
from ocn.smart_charging.page.writing import Writing
from ocn.smart_charging.service.view import SiteView

pytest.importorskip("jinja2")
Mark = tuple[str, str, tuple[tuple[str, str], ...]]
"""An element of a chart: its name, its class, and the attributes that are the same in every chart."""


def page_of(view: SiteView) -> str:
    page = site_page(view)
    return Writing().page("site.html", page=page, form=None, refusal="", refresh_s=15)


def marks(svg: str) -> set[Mark]:
    return set(_marks(ET.fromstring(svg)))  # noqa: S314  it is our own


def _marks(svg: ET.Element) -> Iterator[Mark]:
    for each in svg.iter():
        fixed = {"text-anchor", "dx"} | ({"x"} if not each.get("x", "%").endswith("%") else set())
        if each.tag.endswith(("}text", "}line", "}path", "}svg", "}rect")):
            name = each.get("class", "")
            name = "coloured" if name[1:].isdecimal() else name
            fixed -= {"x"} if name == "coloured" else set()
            yield each.tag.rpartition("}")[2], name, tuple(sorted((k, each.get(k, "")) for k in fixed))


def test_picture_of_a_plan_is_drawn_as_the_page_draws_it_now(root: Path) -> None:
    committed = (root / "docs/how-to/see-a-plan.svg").read_text("utf-8")
    drawn = picture(page_of(made_view(made_car("a"), made_car("b"))))

    assert marks(committed) == marks(drawn)
    assert _style(committed) == _style(drawn)


def test_picture_needs_nothing_from_elsewhere_and_shows_nothing_that_has_to_be_pointed_at() -> None:
    drawn = picture(page_of(made_view(made_car("a"))))

    assert "foreignObject" not in drawn
    assert drawn.count("http") == drawn.count("http://www.w3.org/2000/svg") == 1
    assert "url(" not in drawn


def test_page_without_a_chart_has_no_picture() -> None:
    with pytest.raises(ValueError, match="no chart"):
        picture(page_of(made_view(limit_kw=())))


def _style(svg: str) -> str | None:
    return next(iter(ET.fromstring(svg))).text  # noqa: S314  it is our own
