"""A CPO of 2.1.1 and eMSPs of later versions, made with the party kit, over real sockets and two nodes."""

import json
import socket
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber
from ocn.party import MemoryStorage, Party, PartyRole, StoredReceiver, StoredSender
from ocn.signing import PrivateKey

if TYPE_CHECKING:
    from tests.integration.node.conftest import Node, World
else:
    Node = World = object

AT = "2026-01-01T00:00:00Z"
CONNECTOR = {"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE"}
OLD_LOCATION: Any = {
    "id": "L1",
    "type": "ON_STREET",
    "address": "Platz 1",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DEU",
    "coordinates": {"latitude": "52.520000", "longitude": "13.404000"},
    "time_zone": "Europe/Berlin",
    "evses": [
        {
            "uid": "E1",
            "status": "AVAILABLE",
            "connectors": [{**CONNECTOR, "voltage": 400, "amperage": 32, "last_updated": AT}],
            "last_updated": AT,
        }
    ],
    "last_updated": AT,
}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def joined(
    stack: AsyncExitStack, world: World, node: Node, party: PartyId, role: Role, version: VersionNumber
) -> tuple[Party, MemoryStorage]:
    """A party of the kit, registered with a node under one version."""
    world.list(party, PrivateKey.generate(), node.key.address, node.url)
    codes = [{"country_code": party.country_code, "party_id": party.party_id, "role": role}]
    invited = await node.call(
        "POST",
        "/admin/generate-registration-token",
        {"Authorization": f"Token {node.admin_key}"},
        json.dumps(codes).encode(),
    )
    storage = MemoryStorage()
    made = Party(
        roles=[PartyRole.of(str(party), role)],
        node_url=node.url,
        port=free_port(),
        storage=storage,
        token_a=invited.json["token"],
        versions=(version,),
        handlers=[StoredSender(storage), StoredReceiver(storage)],
    )
    await stack.enter_async_context(made)
    assert made.client.registration.version is version
    return made, storage


@pytest.mark.parametrize("version", [VersionNumber.V2_2_1, VersionNumber.V2_3_0])
async def test_a_2_1_1_cpo_and_a_later_emsp_behind_another_node_read_each_other(
    world: World, version: VersionNumber
) -> None:
    async with AsyncExitStack() as stack:
        one, two = await world.node(), await world.node()
        cpo_id, msp_id = PartyId("FR", "OLD"), PartyId("NL", "NEW")
        _, kept = await joined(stack, world, one, cpo_id, Role.CPO, VersionNumber.V2_1_1)
        msp, _ = await joined(stack, world, two, msp_id, Role.EMSP, version)
        await kept.put("locations", cpo_id, "L1", OLD_LOCATION)
        found = [location async for location in msp.client.to(cpo_id).locations()]
        assert [(each["country_code"], each["party_id"], each["id"]) for each in found] == [
            ("FR", "OLD", "L1")
        ]
        connector = found[0]["evses"][0]["connectors"][0]
        assert (connector["max_voltage"], connector["max_amperage"]) == (400, 32)
        assert found[0]["publish"] is True
        one_of_them = await msp.client.to(cpo_id).get_location("L1")
        assert one_of_them.data == found[0]
