"""OSCP on a socket, as ``ocn smart serve`` listens; and what it refuses to start with."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest
from tests.unit.smart_charging_service.conftest import CPO, site

from ocn.cli.smart.oscp import OscpOptions
from ocn.errors import ConfigurationError
from ocn.party import MemoryStorage
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.service.smart_charging import SmartCharging
from ocn.smart_charging.site.model import SiteFeed

TOKEN = "a-token-that-nobody-guesses"
FED = replace(site(), feed=SiteFeed(None, timedelta(minutes=60), kw=Decimal(5), oscp_group="yard"))
SITES = [ServedSite(FED, CPO, "LOC1")]


async def test_heartbeat_is_taken_from_whoever_has_the_token(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    listening = OscpOptions("127.0.0.1", 0, file).serving(SmartCharging(SITES, MemoryStorage()))
    assert listening is not None
    serving, url = listening
    await serving.start()
    try:
        async with aiohttp.ClientSession() as http:
            statuses = []
            for token in (TOKEN, "another"):
                headers = {"Authorization": f"Token {token}"}
                async with http.post(f"{url}/heartbeat", json={}, headers=headers) as answer:
                    statuses.append(answer.status)
    finally:
        await serving.stop()

    assert statuses == [204, 401]


def test_port_that_is_not_given_is_not_listened_at() -> None:
    assert OscpOptions("127.0.0.1", None, None).serving(SmartCharging([], MemoryStorage())) is None


def test_site_that_waits_for_oscp_needs_a_port() -> None:
    with pytest.raises(ConfigurationError, match="yard has its limits by OSCP"):
        OscpOptions("127.0.0.1", None, None).refuse_nonsense(SITES)


def test_port_needs_a_site_that_goes_by_it() -> None:
    with pytest.raises(ConfigurationError, match="no site has its limits by OSCP"):
        OscpOptions("127.0.0.1", 0, Path("token")).refuse_nonsense([ServedSite(site(), CPO, "LOC1")])


def test_port_needs_a_token() -> None:
    with pytest.raises(ConfigurationError, match="--oscp-token-file"):
        OscpOptions("127.0.0.1", 0, None).refuse_nonsense(SITES)


@pytest.mark.parametrize("content", ["", "short", "two words of some length", "t" * 2000, "tökén" * 8])
def test_token_that_is_none_is_refused_and_not_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_text(content, "utf-8")

    with pytest.raises(ConfigurationError) as raised:
        OscpOptions("127.0.0.1", 0, file).serving(SmartCharging(SITES, MemoryStorage()))

    assert not content or content not in str(raised.value)
