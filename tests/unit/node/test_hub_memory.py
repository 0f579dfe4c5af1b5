"""GET ALL through a node: from a broadcast to the list that the hub is asked for (HUB-12, HUB-50 to 54)."""

import json
from typing import TYPE_CHECKING

import pytest

from ocn.ocpi.links import next_link
from ocn.ocpi.party_id import PartyId

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Party
else:
    Network = Party = object

HUB = PartyId("CH", "OCN")
LIST = "/ocpi/sender/2.2.1/locations"


def location(owner: Party, name: str, **members: object) -> tuple[str, bytes]:
    codes = {"country_code": owner.id.country_code, "party_id": owner.id.party_id}
    body = {**codes, "id": name, "last_updated": "2026-01-01T00:00:00Z", **members}
    return f"/ocpi/receiver/2.2.1/locations/{'/'.join(codes.values())}/{name}", json.dumps(body).encode()


async def push(owner: Party, name: str, to: PartyId = HUB, **members: object) -> bytes:
    path, body = location(owner, name, **members)
    answer = await owner.call(to, "PUT", path, body)
    assert answer.json["status_code"] == 1000, answer.body
    return body


async def test_hub_50_what_was_broadcast_here_and_behind_another_node_is_in_one_list(
    network: Network,
) -> None:
    bodies = [await push(network.cpo, "L1", x_custom=1.10), await push(network.cpx, "L2")]
    await network.two.settled()
    answer = await network.msp.call(HUB, "GET", LIST)
    assert answer.status == 200
    assert b'"data":[' + b",".join(bodies) + b"]" in answer.body
    assert (answer.header("x-total-count"), answer.header("link")) == ("2", None)
    codes = [answer.header(f"ocpi-{way}-party-id") for way in ("to", "from")]
    assert codes == ["MSP", "OCN"]


async def test_hub_53_pages_follow_links_of_the_hub(network: Network) -> None:
    for name in ("L1", "L2", "L3"):
        await push(network.cpo, name)
    found, target = [], f"{LIST}?limit=2"
    while target:
        answer = await network.msp.call(HUB, "GET", target)
        found.append([item["id"] for item in answer.json["data"]])
        target = next_link(answer.header("link") or "") or ""
        assert len(target) <= 255
    assert found == [["L1", "L2"], ["L3"]]


async def test_hub_12_direct_push_is_in_nobodys_list(network: Network) -> None:
    await push(network.cpo, "L1", to=network.msp.id)
    assert (await network.msp.call(HUB, "GET", LIST)).json["data"] == []


async def test_hub_50_list_shows_nothing_to_a_party_that_the_broadcast_was_not_for(network: Network) -> None:
    await push(network.cpo, "L1")
    other = await network.world.join(network.one, "FR", "CPO", "CPO")
    answer = await other.call(HUB, "GET", LIST)
    assert (answer.json["data"], answer.header("x-total-count")) == ([], "0")


async def test_get_of_one_object_from_the_hub_is_the_object(network: Network) -> None:
    body = await push(network.cpo, "L1", evses=[{"uid": "E1"}])
    assert b'"data":' + body in (await network.msp.call(HUB, "GET", f"{LIST}/l1")).body
    assert (await network.msp.call(HUB, "GET", f"{LIST}/L1/e1")).json["data"] == {"uid": "E1"}
    unknown = await network.msp.call(HUB, "GET", f"{LIST}/L2")
    assert (unknown.status, unknown.json["status_code"]) == (404, 2003)


async def test_get_of_one_object_that_two_owners_have_asks_for_the_owner(network: Network) -> None:
    other = await network.world.join(network.one, "FR", "CPO", "CPO")
    await push(network.cpo, "L1")
    await push(other, "L1")
    answer = await network.msp.call(HUB, "GET", f"{LIST}/L1")
    assert answer.json["status_code"] == 2001
    assert "address the owner" in answer.json["status_message"]


async def test_hub_42_open_request_finds_the_owner_of_a_broadcast_location(network: Network) -> None:
    await push(network.cpo, "L1")
    headers = {k: v for k, v in network.msp.headers(HUB).items() if "OCPI-to" not in k}
    answer = await network.msp.node.call("GET", f"{LIST}/L1", headers)
    assert answer.status == 200
    assert network.cpo.backend.received[-1].url.endswith("/sender/locations/L1")


@pytest.mark.parametrize("query", ["limit=0", "offset=x", "date_from=now", "cursor=AAAA"])
async def test_list_asked_wrongly_is_2001(network: Network, query: str) -> None:
    answer = await network.msp.call(HUB, "GET", f"{LIST}?{query}")
    assert answer.json["status_code"] == 2001


async def test_broadcast_patch_without_last_updated_is_refused_and_reaches_nobody(network: Network) -> None:
    path, _ = location(network.cpo, "L1")
    answer = await network.cpo.call(HUB, "PATCH", path, b'{"name":"x"}')
    assert answer.json["status_code"] == 2001
    await network.one.settled()
    assert network.msp.backend.received == []
