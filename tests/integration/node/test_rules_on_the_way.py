"""OcnRules of the receiver applied to messages, at its own node, whichever node the sender is at."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.integration.node.conftest import Answer, Network, Party
else:
    Answer = Network = Party = object

RULES = "/ocpi/receiver/2.2.1/ocnrules"
LOCATIONS = "/ocpi/sender/2.2.1/locations"
CUSTOM = "/ocpi/custom/sender/lite-locations"


async def change(party: Party, method: str, path: str, body: Any = None) -> None:
    headers = {"Authorization": f"Token {party.token}"}
    answer = await party.node.call(
        method, RULES + path, headers, b"" if body is None else json.dumps(body).encode()
    )
    assert (answer.status, answer.code) == (200, 1000), answer.body


def entry(party: Party, *modules: str) -> dict[str, Any]:
    return {
        "country_code": party.id.country_code,
        "party_id": party.id.party_id,
        "modules": list(modules),
    }


def refusal(answer: Answer) -> str:
    assert (answer.status, answer.code) == (400, 2000), answer.body
    return str(answer.json["status_message"])


async def test_blacklisted_module_is_refused_by_name_and_others_are_relayed(
    network: Network, station: Party
) -> None:
    await change(station, "POST", "/blacklist", entry(network.msp, "lite-locations"))
    text = refusal(await network.msp.call(station, "GET", CUSTOM))
    assert text == f"{station.id} does not take lite-locations from DE MSP, which is on its blacklist"
    assert "LITE-locations" in refusal(await network.msp.call(station, "GET", CUSTOM.replace("lite", "LITE")))
    assert station.backend.received == []
    assert (await network.msp.call(station, "GET", LOCATIONS)).code == 1000
    assert len(station.backend.received) == 1


async def test_whitelist_lets_in_whom_and_what_it_names(network: Network, station: Party) -> None:
    other = network.cpx if station is network.cpo else network.cpo
    await change(station, "PUT", "/whitelist", [entry(other)])
    assert "not on its whitelist" in refusal(await network.msp.call(station, "GET", LOCATIONS))
    await change(station, "POST", "/whitelist", entry(network.msp, "Locations"))
    assert (await network.msp.call(station, "GET", LOCATIONS)).code == 1000
    assert "its whitelist names other modules" in refusal(
        await network.msp.call(station, "GET", "/ocpi/sender/2.2.1/cdrs")
    )
    assert (await other.call(station, "GET", "/ocpi/sender/2.2.1/tokens")).code == 1000


async def test_block_all_keeps_requests_out_and_lets_own_requests_and_their_answers_pass(
    network: Network, station: Party
) -> None:
    await change(station, "PUT", "/block-all")
    refusal(await network.msp.call(station, "GET", LOCATIONS))
    assert (await station.call(network.msp, "GET", "/ocpi/sender/2.2.1/tokens")).code == 1000
    assert station.backend.received == []
