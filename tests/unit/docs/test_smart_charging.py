"""The site file and the lines of the controller are what their pages say."""

import json
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.unit.docs.conftest import is_of_a_site

from ocn.node.config import NodeConfig
from ocn.smart_charging.controller.controller import Controller
from ocn.smart_charging.errors import SiteUnreadable
from ocn.smart_charging.price_reading import read_prices
from ocn.smart_charging.site.parts import evse_of, fuse_of, prices_of
from ocn.smart_charging.site.reading import Reading, read_site
from ocn.smart_charging.site.tables import Table

Blocks = list[tuple[Path, str, str]]
Site = tuple[str, str]
"""Page and text."""

_ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(scope="module")
def of_sites(code_blocks: Blocks) -> list[Site]:
    return [(page.name, text) for page, kind, text in code_blocks if kind == "toml" and is_of_a_site(text)]


def test_settings_of_a_node_are_told_from_site_files() -> None:
    assert not any(is_of_a_site(f"{name} = 1") for name in NodeConfig.model_fields)
    assert is_of_a_site('[site]\nname = "s"')


def test_every_site_file_on_the_pages_is_read_without_a_fault(of_sites: list[Site]) -> None:
    whole = [(page, text) for page, text in of_sites if "site" in tomllib.loads(text)]

    assert "site-file.md" in {page for page, _ in whole}
    for page, text in whole:
        assert read_site(text).faults == (), page


def test_every_piece_of_a_site_file_on_the_pages_is_read(of_sites: list[Site]) -> None:
    for _, text in of_sites:
        content = tomllib.loads(text)
        if "site" in content:
            continue
        for fuse in content.get("fuse", []):
            fuse_of(Table(fuse), _ZONE)
        for evse in content.get("evse", []):
            evse_of(Table(evse))
        prices_of(Table(content.get("prices", {})))
        if "price" in content:
            assert read_prices(text, "prices.toml", _ZONE).faults == ()


def test_the_price_file_of_the_page_is_read_without_a_fault(code_blocks: Blocks) -> None:
    files = [text for page, kind, text in code_blocks if (page.name, kind) == ("site-file.md", "csv")]

    assert files
    for text in files:
        read = read_prices(text, "prices.csv", _ZONE)
        assert read.faults == ()
        assert len(read.series.prices) == 3


def test_the_faults_of_the_page_are_told_so(code_blocks: Blocks, of_sites: list[Site]) -> None:
    example = _example(of_sites)
    changed = {
        "row A": ("L3 = 50 }", "L3 = -50 }"),
        "A-1": ("L3 = 50 }", "L3 = -50 }"),
        "A-2": ('"L3"\nmax_amps', '"L3"\nmax_amp'),
    }
    told = next(text for page, kind, text in code_blocks if (page.name, kind) == ("site-file.md", "text"))
    for (name, (old, new)), line in zip(changed.items(), told.splitlines(), strict=False):
        assert old in example
        found = read_site(example.replace(old, new)).faults
        assert line in [str(fault) for fault in found], name


def test_every_key_of_a_site_file_is_on_its_page(root: Path, of_sites: list[Site]) -> None:
    page = (root / "docs/reference/site-file.md").read_text("utf-8")
    tables = ("site", "fuse", "evse", "prices", "fuse.limit")

    for table in tables:
        for key in _known_keys(_example(of_sites), table):
            assert f"`{key}`" in page, f"{table}: {key}"


def test_the_lines_of_the_page_are_answered_so(code_blocks: Blocks) -> None:
    lines = [text for page, kind, text in code_blocks if (page.name, kind) == ("smart-controller.md", "json")]
    assert len(lines) >= 4
    controller = Controller()
    for line, answer in zip(lines[::2], lines[1::2], strict=True):
        assert json.loads(controller.answer(line)) == json.loads(answer)


def _example(of_sites: list[Site]) -> str:
    return next(text for page, text in of_sites if page == "site-file.md")


def _known_keys(example: str, table: str) -> list[str]:
    """What a table may hold, as the message about a key that it may not says."""
    header = f"[{table}]" if table in ("site", "prices") else f"[[{table}]]"
    text = example.replace(header, f"{header}\nnonsense = 1", 1)
    message = _why(text)
    return message.partition("known are ")[2].partition(";")[0].split(", ")


def _why(text: str) -> str:
    try:
        reading: Reading = read_site(text)
    except SiteUnreadable as error:
        return str(error)
    return next(str(fault) for fault in reading.faults if "nonsense" in str(fault))
