"""``ocn smart serve`` before it runs: what it refuses, and what of a site file it tells."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from tests.pages import texts
from tests.unit.docs.conftest import is_of_a_site
from typer.testing import CliRunner

from ocn.cli import app
from ocn.errors import ConfigurationError, OcnError
from ocn.party.serving import bind
from ocn.smart_charging.errors import SiteUnreadable
from ocn.smart_charging.files import load_site

PAGE = "how-to/plan-a-site.md"
SITE = """
[site]
name = "yard"
{whose}

[[fuse]]
name = "main"
amps = 40

[[evse]]
id = "E1"
fuse = "main"
"""


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """The command writes logs to what the runner takes for standard error, which ends with it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def serve(*arguments: str) -> Exception | None:
    result = CliRunner().invoke(app, ["smart", "serve", "--node", "http://127.0.0.1:9", *arguments])
    assert result.exception is None or isinstance(result.exception, Exception)
    return result.exception


@pytest.mark.parametrize("whose", ["", 'cpo = "DE CPO"', 'location = "LOC1"'])
def test_site_of_nobody_is_refused_with_what_to_add(tmp_path: Path, whose: str) -> None:
    file = tmp_path / "yard.toml"
    file.write_text(SITE.format(whose=whose))
    error = serve("--party", "DE", "PLN", "--site", str(file))
    assert isinstance(error, ConfigurationError)
    assert "does not say whose site it is" in error.message
    assert "cpo" in (error.hint or "")


def test_version_without_charging_profiles_is_refused(tmp_path: Path) -> None:
    error = serve("--party", "DE", "PLN", "--site", str(tmp_path / "yard.toml"), "--ocpi", "2.1.1")
    assert isinstance(error, ConfigurationError)
    assert "2.1.1 has no charging profiles" in error.message


def test_first_start_without_a_token_says_so(tmp_path: Path) -> None:
    file = tmp_path / "yard.toml"
    file.write_text(SITE.format(whose='cpo = "DE CPO"\nlocation = "LOC1"'))
    directory = str(tmp_path / "planner")
    error = serve("--party", "DE", "PLN", "--site", str(file), "--directory", directory)
    assert isinstance(error, OcnError)
    assert "TOKEN_A" in error.message


def test_page_that_cannot_be_served_is_told_before_anything_is_registered(tmp_path: Path) -> None:
    file = tmp_path / "yard.toml"
    file.write_text(SITE.format(whose='cpo = "DE CPO"\nlocation = "LOC1"'))
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        port = str(taken.getsockname()[1])
        arguments = ["--site", str(file), "--directory", str(tmp_path / "planner"), "--page-port", port]
        arguments += ["--token-a", "TOKEN"]
        error = serve("--party", "DE", "PLN", *arguments)
    assert isinstance(error, ConfigurationError)
    assert "cannot be listened on" in error.message
    assert "running already" in (error.hint or "")


def test_site_file_of_the_page_has_its_feed_its_owner_and_its_uids(tmp_path: Path) -> None:
    (text,) = texts(PAGE, "toml")
    assert is_of_a_site(text)
    file = tmp_path / "yard.toml"
    file.write_text(text)
    loaded = load_site(file)
    assert not loaded.faults
    assert (str(loaded.site.cpo), loaded.site.location) == ("DE CPO", "LOC1")
    assert loaded.site.feed is not None
    assert [evse.uid for evse in loaded.site.evses] == ["DE-CPO-E0101", "DE-CPO-E0102"]


@pytest.mark.parametrize(("carbon", "faults"), [("2026-03-02T00:00:00Z,410", 0), ("soon,410", 1)])
def test_carbon_file_is_found_beside_the_site_file(tmp_path: Path, carbon: str, faults: int) -> None:
    file = tmp_path / "yard.toml"
    file.write_text(SITE.format(whose="") + '\n[prices]\ncarbon_file = "carbon.csv"\n')
    (tmp_path / "carbon.csv").write_text(f"start,g_per_kwh\n{carbon}\n")

    loaded = load_site(file)

    (carbon_file,) = loaded.price_files
    assert (carbon_file.trouble is not None, len(loaded.faults)) == (bool(faults), faults)
    assert all("GREEN is planned by prices" in str(fault) for fault in loaded.faults)


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        ('file = "a.json"\nfallback_kw = 5', "silent_after_minutes"),
        ('file = "a.json"\nsilent_after_minutes = 5', "fallback_kw"),
        ('file = "a.json"\nsilent_after_minutes = 0\nfallback_kw = 5', "silent_after_minutes"),
        ("silent_after_minutes = 5\nfallback_kw = 5", "file"),
        ('file = "a.json"\nsilent_after_minutes = 5\nfallback_kw = 5\nother = 1', "other"),
        ('file = "a.json"\noscp_group = "g"\nsilent_after_minutes = 5\nfallback_kw = 5', "one of them"),
    ],
)
def test_feed_that_cannot_be_used_is_refused_for_its_limits_would_be_lifted(
    tmp_path: Path, feed: str, said: str
) -> None:
    file = tmp_path / "yard.toml"
    file.write_text(SITE.format(whose="") + f"\n[feed]\n{feed}\n")
    with pytest.raises(SiteUnreadable, match=said):
        load_site(file)


def test_party_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "yard.toml"
    file.write_text(SITE.format(whose='cpo = "Germany"'))
    with pytest.raises(OcnError, match="no country code and party id"):
        load_site(file)
