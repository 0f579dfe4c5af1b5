"""An EVSE of 2.1.1 whose uid is too long for 2.2.1 is one EVSE to both, in bodies and in addresses."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ocn.conversion.v2_1_1.aliases import alias_of

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network
else:
    Network = object

AT = "2026-01-01T00:00:00Z"
LONG = "DE*ABC*E12345678901234567890123456789*1"
SHORT = alias_of(LONG)
CONNECTOR = {"id": "1", "standard": "CHADEMO", "format": "CABLE", "power_type": "DC", "last_updated": AT}
EVSE = {"uid": LONG, "status": "AVAILABLE", "last_updated": AT}


def old_evse(**more: Any) -> bytes:
    return json.dumps({**EVSE, "connectors": [{**CONNECTOR, "voltage": 4, "amperage": 3}], **more}).encode()


async def test_a_push_names_it_by_its_alias_in_body_and_address(network: Network) -> None:
    cpo = await network.world.join(network.one, "FR", "OLD", "CPO", "2.1.1")
    answer = await cpo.call(
        network.msp, "PUT", f"/ocpi/receiver/2.1.1/locations/FR/OLD/L1/{quote(LONG)}", old_evse()
    )
    assert answer.json["status_code"] == 1000
    (got,) = network.msp.backend.received
    assert json.loads(got.body)["uid"] == SHORT
    assert got.url.endswith(f"/receiver/locations/FR/OLD/L1/{quote(SHORT, safe='')}")


async def test_whoever_asks_by_the_alias_reaches_the_evse_and_is_told_the_alias(network: Network) -> None:
    cpo = await network.world.join(network.one, "FR", "OLD", "CPO", "2.1.1")
    named = f"/locations/L1/{quote(LONG, safe='')}"
    cpo.backend.set("GET", named, json.loads(old_evse()))
    path = f"/ocpi/sender/2.2.1/locations/L1/{quote(SHORT, safe='')}"
    answer = await network.msp.call(cpo, "GET", path)
    assert answer.json["data"]["uid"] == SHORT
    (got,) = cpo.backend.received
    assert got.url.endswith(named)


async def test_a_command_that_names_the_alias_names_the_evse(network: Network) -> None:
    cpo = await network.world.join(network.one, "FR", "OLD", "CPO", "2.1.1")
    cpo.backend.set("POST", "/commands/UNLOCK_CONNECTOR", {"result": "ACCEPTED"})
    command = {
        "response_url": "http://msp.test/cb",
        "location_id": "L1",
        "evse_uid": SHORT,
        "connector_id": "1",
    }
    path = "/ocpi/receiver/2.2.1/commands/UNLOCK_CONNECTOR"
    answer = await network.msp.call(cpo, "POST", path, json.dumps(command).encode())
    assert answer.json["data"]["result"] == "ACCEPTED"
    (got,) = cpo.backend.received
    assert json.loads(got.body)["evse_uid"] == LONG
