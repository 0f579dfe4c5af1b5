"""HubClientInfo over real sockets: two nodes, each telling its platforms and the other."""

import json
from typing import TYPE_CHECKING

from ocn.ocpi.party_id import PartyId

if TYPE_CHECKING:
    from tests.integration.node.conftest import Node, Party, World
else:
    Node = Party = World = object


async def settled(*nodes: Node) -> None:
    for _ in range(4):
        for node in nodes:
            await node.client_info.tick()
            await node.client_info.quiet()


def told(party: Party) -> list[tuple[str, str]]:
    found = []
    for request in party.backend.received:
        if "hubclientinfo" in request.target:
            body = json.loads(request.body)
            found.append((body["party_id"], body["status"]))
    return found


async def hearing(world: World, node: Node, country_code: str, party_id: str) -> Party:
    party = await world.party(node, country_code, party_id, register=False)
    party.backend.endpoints["hubclientinfo"] = f"{party.backend.url}/hubclientinfo"
    assert (await party.register(await party.invited())).code == 1000
    return party


async def test_parties_of_two_nodes_are_told_of_one_another_and_of_who_leaves(world: World) -> None:
    one, two = await world.node(), await world.node()
    cpo = await hearing(world, one, "DE", "CPO")
    cpx = await hearing(world, two, "NL", "CPX")
    await settled(one, two, one)
    assert told(cpo)[-1] == ("CPX", "CONNECTED")
    assert told(cpx)[-1] == ("CPO", "CONNECTED")
    left = await two.call("DELETE", "/ocpi/2.2.1/credentials", {"Authorization": f"Token {cpx.token}"})
    assert left.code == 1000
    await settled(two, one)
    assert told(cpo)[-1] == ("CPX", "SUSPENDED")
    answer = await one.call(
        "GET", "/ocpi/sender/2.2.1/hubclientinfo", {"Authorization": f"Token {cpo.token}"}
    )
    assert {each["party_id"]: each["status"] for each in answer.json["data"]} == {
        "CPO": "CONNECTED",
        "CPX": "SUSPENDED",
    }
    assert answer.headers["x-total-count"] == "2"


async def test_node_that_is_gone_keeps_no_platform_from_its_news(world: World) -> None:
    one, two = await world.node(), await world.node()
    cpo = await hearing(world, one, "DE", "CPO")
    gone = PartyId("FR", "XXX")
    world.list(gone, cpo.key, two.key.address, "http://127.0.0.1:1")
    await settled(one)
    await world.party(one, "DE", "MSP")
    await settled(one)
    assert told(cpo) == [("MSP", "CONNECTED")]
