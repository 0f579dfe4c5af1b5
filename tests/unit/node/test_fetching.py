"""Lists that the hub fetches from parties connected to it."""

from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.background.fetching import Fetching
from ocn.node.object_store.model import EVERYONE
from ocn.ocpi.party_id import PartyId

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network
else:
    Network = object

HUB = PartyId("CH", "OCN")


def location(name: str, **members: object) -> dict[str, object]:
    owner = {"country_code": "DE", "party_id": "CPO"}
    return {**owner, "id": name, "last_updated": "2026-01-01T00:00:00Z", **members}


def fetching(network: Network) -> Fetching:
    assert network.one.objects is not None
    return Fetching(
        hub=HUB,
        store=network.one.objects,
        members=network.one.members,
        outbound=network.world,
        url_check=network.world,
        timeout_s=5,
    )


def offer(network: Network, page: str, objects: list[Any], following: str = "") -> None:
    if not following:
        network.cpo.backend.set("GET", f"/sender/{page}", objects)
        return
    link = f'<{network.cpo.backend.url}{following}>; rel="next"'
    network.cpo.backend.set("GET", f"/sender/{page}", objects, link=link)


@pytest.fixture(autouse=True)
def empty_lists(network: Network) -> None:
    """Every list that is asked for and not told otherwise is empty."""
    offer(network, "tariffs?limit=100", [])
    network.msp.backend.set("GET", "/sender/tokens?limit=100", [])


async def listed(network: Network) -> set[str]:
    assert network.one.objects is not None
    return set(await network.one.objects.keys_of("locations", network.cpo.id, EVERYONE))


async def test_list_is_fetched_page_by_page_in_the_name_of_the_hub(network: Network) -> None:
    offer(network, "locations?limit=100", [location("L1")], "/sender/locations?offset=1")
    offer(network, "locations?offset=1", [location("L2")])
    await fetching(network).once()
    assert await listed(network) == {"L1", "L2"}
    asked = network.cpo.backend.received[0]
    assert [asked.header(f"ocpi-{way}-party-id") for way in ("from", "to")] == ["OCN", "CPO"]
    assert asked.header("authorization")


async def test_what_a_full_list_no_longer_has_is_gone(network: Network) -> None:
    offer(network, "locations?limit=100", [location("L1"), location("L2")])
    await fetching(network).once()
    offer(network, "locations?limit=100", [location("L2")])
    await fetching(network).once()
    assert await listed(network) == {"L2"}


async def test_list_that_breaks_off_takes_nothing_away(network: Network) -> None:
    offer(network, "locations?limit=100", [location("L1"), location("L2")])
    await fetching(network).once()
    offer(network, "locations?limit=100", [location("L3")], "/sender/locations?offset=1")
    network.cpo.backend.set("GET", "/sender/locations?offset=1", b"oops")
    await fetching(network).once()
    assert await listed(network) == {"L1", "L2", "L3"}


async def test_list_that_is_no_text_keeps_the_others_from_nothing(network: Network) -> None:
    """What one platform answers ends neither the task nor the turn of whoever comes after it."""
    offer(network, "locations?limit=100", [location("L1")])
    network.cpo.backend.set(
        "GET", "/sender/tariffs?limit=100", b'{"status_code":1000,"data":[{"id":"\xff"}]}'
    )
    network.msp.backend.set("GET", "/sender/tokens?limit=100", b'{"status_code":1000,"\xff":1,"data":[]}')
    await fetching(network).once()
    assert await listed(network) == {"L1"}


async def test_object_that_cannot_be_read_takes_nothing_away(network: Network) -> None:
    offer(network, "locations?limit=100", [location("L1")])
    await fetching(network).once()
    offer(network, "locations?limit=100", [location("L2"), {"no": "id"}, location("L3", party_id="CPX")])
    await fetching(network).once()
    assert await listed(network) == {"L1", "L2"}


@pytest.mark.parametrize("link", ["http://elsewhere.test/next", "http://internal.test/next"])
async def test_token_of_a_platform_goes_to_no_other_host(network: Network, link: str) -> None:
    network.cpo.backend.set(
        "GET", "/sender/locations?limit=100", [location("L1")], link=f'<{link}>; rel="next"'
    )
    await fetching(network).once()
    assert await listed(network) == {"L1"}
    assert all(request.url.startswith(network.cpo.backend.url) for request in network.cpo.backend.received)
