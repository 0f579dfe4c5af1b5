"""With ``store.direct_pushes`` what a party accepted is kept, for that party alone (HUB-12, HUB-13)."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ocn.ocpi.party_id import PartyId

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Node, Party
else:
    Network = Node = Party = object

HUB = PartyId("CH", "OCN")
SESSION = "/ocpi/receiver/2.2.1/sessions/DE/CPS/S1"
BODY = {"country_code": "DE", "party_id": "CPS", "id": "S1", "last_updated": "2026-01-01T00:00:00Z"}


@pytest.fixture
async def noting(network: Network) -> tuple[Node, Party, Party]:
    node = await network.world.node("three", direct_pushes=True)
    cpo = await network.world.join(node, "DE", "CPS", "CPO")
    msp = await network.world.join(node, "DE", "MSS", "EMSP")
    return node, cpo, msp


async def sessions(node: Node, party: Party) -> Any:
    assert node.notes is not None
    await node.notes.empty()
    return (await party.call(HUB, "GET", "/ocpi/sender/2.2.1/sessions")).json["data"]


async def test_hub_13_accepted_session_is_in_its_receivers_list_and_in_no_other(
    network: Network, noting: tuple[Node, Party, Party]
) -> None:
    node, cpo, msp = noting
    other = await network.world.join(node, "FR", "MSS", "EMSP")
    await cpo.call(msp, "PUT", SESSION, json.dumps(BODY).encode())
    assert await sessions(node, msp) == [BODY]
    assert await sessions(node, other) == []
    assert await sessions(node, cpo) == []


async def test_hub_12_push_that_its_receiver_refused_is_not_kept(noting: tuple[Node, Party, Party]) -> None:
    node, cpo, msp = noting
    refusal = b'{"status_code":2001,"timestamp":"2026-01-01T00:00:00Z"}'
    msp.backend.set("PUT", "/receiver/sessions/DE/CPS/S1", refusal)
    await cpo.call(msp, "PUT", SESSION, json.dumps(BODY).encode())
    assert await sessions(node, msp) == []


async def test_hub_12_push_that_only_passes_this_node_is_not_kept(
    network: Network, noting: tuple[Node, Party, Party]
) -> None:
    node, cpo, _ = noting
    await cpo.call(network.msp, "PUT", SESSION, json.dumps(BODY).encode())
    assert node.notes is not None
    await node.notes.empty()
    assert node.objects is not None
    assert await node.objects.last_number() == 0


async def test_push_that_names_no_object_is_delivered_and_not_kept(noting: tuple[Node, Party, Party]) -> None:
    node, cpo, msp = noting
    answer = await cpo.call(msp, "PUT", SESSION, b'{"id":"another"}')
    assert answer.json["status_code"] == 1000
    assert len(msp.backend.received) == 1
    assert await sessions(node, msp) == []


async def test_push_under_another_owners_name_fills_nothing_of_that_owner(
    noting: tuple[Node, Party, Party],
) -> None:
    node, cpo, msp = noting
    path = SESSION.replace("CPS", "CPO")
    body = json.dumps({**BODY, "party_id": "CPO"}).encode()
    answer = await cpo.call(msp, "PUT", path, body)
    assert answer.json["status_code"] == 1000
    assert await sessions(node, msp) == []
