"""Requests that name no receiver: found by what they say, or refused (HUB-40 to HUB-44)."""

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.forwarding.nothing_stored import NothingStored
from ocn.ocpi.party_id import PartyId
from ocn.signing import decode, encode, parse_json, request_values, sign, verify

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Party, World
else:
    Network = Party = Answer = World = object

SESSION = {"cdr_token": {"country_code": "de", "party_id": "msp", "contract_id": "DE-MSP-C1"}}


class Told(NothingStored):
    """A hub that was told of one location."""

    async def owners_of(self, module: str, object_id: str, _asking: PartyId) -> Collection[PartyId]:
        known = {("locations", "L1"): ["NL CPX"], ("locations", "L2"): ["NL CPX", "DE CPO"]}
        return [PartyId.parse(name) for name in known.get((module, object_id), ())]


@pytest.fixture
async def network(make_network: Any) -> Network:
    network: Network = await make_network(Told)
    return network


async def _open(party: Party, method: str, target: str, body: Any = None, **more: str) -> Answer:
    headers = party.headers(party, **more)
    headers = {name: text for name, text in headers.items() if not name.startswith("OCPI-to")}
    return await party.node.call(method, target, headers, json.dumps(body).encode() if body else b"")


async def test_hub_40_and_hub_42_onward_leg_names_the_receiver_that_the_hub_found(network: Network) -> None:
    answer = await _open(network.cpo, "POST", "/ocpi/receiver/2.2.1/cdrs", SESSION)
    assert answer.json["status_code"] == 1000
    (got,) = network.msp.backend.received
    assert (got.header("ocpi-to-country-code"), got.header("ocpi-to-party-id")) == ("de", "msp")
    assert (got.header("ocpi-from-country-code"), got.header("ocpi-from-party-id")) == ("DE", "CPO")
    assert answer.header("ocpi-to-party-id") == "CPO"
    assert answer.header("ocpi-from-party-id") == "msp"


async def test_hub_41_lists_are_no_open_routing(network: Network) -> None:
    answer = await _open(network.msp, "GET", "/ocpi/sender/2.2.1/locations")
    assert answer.json["status_code"] == 2001
    assert "OCPI-to CH OCN" in answer.json["status_message"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_hub_44_session_goes_to_the_owner_of_its_token(network: Network, method: str) -> None:
    target = "/ocpi/receiver/2.2.1/sessions/DE/CPO/S1"
    assert (await _open(network.cpo, method, target, SESSION)).json["status_code"] == 1000
    assert len(network.msp.backend.received) == 1


async def test_hub_44_session_is_found_again_by_its_id(network: Network) -> None:
    target = "/ocpi/receiver/2.2.1/sessions/NL/CPX/S1"
    await network.cpx.call(network.msp, "PUT", target, b"{}")
    patched = await _open(network.cpx, "PATCH", target, {"kwh": 1})
    stopped = await _open(
        network.msp,
        "POST",
        "/ocpi/receiver/2.2.1/commands/STOP_SESSION",
        {"session_id": "s1", "response_url": "http://msp.test/cb"},
    )
    assert patched.json["status_code"] == stopped.json["status_code"] == 1000
    assert [got.method for got in network.msp.backend.received] == ["PUT", "PATCH"]
    assert [got.method for got in network.cpx.backend.received] == ["POST"]


async def test_hub_44_session_id_that_two_owners_use_leads_nowhere(network: Network) -> None:
    for owner in (network.cpo, network.cpx):
        codes = f"{owner.id.country_code}/{owner.id.party_id}"
        await owner.call(network.msp, "PUT", f"/ocpi/receiver/2.2.1/sessions/{codes}/S1", b"{}")
    target = "/ocpi/receiver/2.2.1/commands/STOP_SESSION"
    answer = await _open(
        network.msp, "POST", target, {"session_id": "S1", "response_url": "http://msp.test/x"}
    )
    assert answer.json["status_code"] == 4001


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", "/ocpi/sender/2.2.1/locations/L1/E1", None),
        (
            "POST",
            "/ocpi/receiver/2.2.1/commands/START_SESSION",
            {"location_id": "L1", "response_url": "http://msp.test/x"},
        ),
    ],
)
async def test_hub_44_location_leads_to_its_owner(
    network: Network, method: str, target: str, body: Any
) -> None:
    assert (await _open(network.msp, method, target, body)).json["status_code"] == 1000
    assert len(network.cpx.backend.received) == 1


async def test_hub_44_location_of_two_owners_is_not_guessed(network: Network) -> None:
    answer = await _open(network.msp, "GET", "/ocpi/sender/2.2.1/locations/L2")
    assert answer.json["status_code"] == 4001


@pytest.mark.parametrize("contract", ["DE-MSP-C12345", "DEMSPC12345"])
async def test_hub_44_token_without_party_is_read_off_its_contract(network: Network, contract: str) -> None:
    target = "/ocpi/receiver/2.2/cdrs"
    answer = await _open(network.cpo, "POST", target, {"cdr_token": {"contract_id": contract}})
    assert answer.json["status_code"] == 1000
    assert len(network.msp.backend.received) == 1


async def test_hub_44_push_for_all_becomes_a_broadcast(network: Network) -> None:
    target = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
    answer = await _open(network.cpo, "PUT", target, {"id": "L1"})
    assert answer.json["status_code"] == 1000
    await network.one.settled()
    (got,) = network.msp.backend.received
    assert got.header("ocpi-from-party-id") == "OCN"


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", "/ocpi/sender/2.2.1/locations/unknown", None),
        ("GET", "/ocpi/receiver/2.2.1/sessions/DE/MSP/S9", None),
        ("POST", "/ocpi/sender/2.2.1/tokens/T9/authorize", None),
        ("POST", "/ocpi/receiver/2.2.1/cdrs", {"id": "C1"}),
        ("POST", "/ocpi/receiver/2.2.1/cdrs", {"cdr_token": {"contract_id": "XX-NOB-1"}}),
        ("POST", "/ocpi/receiver/2.2.1/commands/STOP_SESSION", {"response_url": "http://msp.test/x"}),
        ("GET", "/ocpi/custom/sender/nltnm-things", None),
    ],
)
async def test_hub_44_request_that_tells_nothing_answers_4001(
    network: Network, method: str, target: str, body: Any
) -> None:
    answer = await _open(network.msp, method, target, body)
    assert answer.json["status_code"] == 4001
    assert "OCPI-to" in answer.json["status_message"]


async def test_hub_44_body_that_cannot_be_read_answers_2001(network: Network) -> None:
    headers = {k: v for k, v in network.cpo.headers(network.msp).items() if not k.startswith("OCPI-to")}
    answer = await network.one.call("POST", "/ocpi/receiver/2.2.1/cdrs", headers, b'{"cdr_token": 7}')
    assert answer.json["status_code"] == 2001


async def test_party_signature_of_an_open_request_verifies_at_the_receiver(network: Network) -> None:
    headers = {
        name.lower(): text
        for name, text in network.cpo.headers(network.msp).items()
        if not name.startswith("OCPI-to")
    }
    envelope = sign(request_values(headers, [], parse_json(json.dumps(SESSION).encode())), network.cpo.key)
    target = "/ocpi/receiver/2.2.1/cdrs"
    answer = await _open(network.cpo, "POST", target, SESSION, OCN_Signature=encode(envelope))
    assert answer.json["status_code"] == 1000, answer.body
    (got,) = network.msp.backend.received
    seen = {name.lower(): text for name, text in got.headers.items()}
    verified = verify(decode(seen["ocn-signature"]), request_values(seen, [], parse_json(got.body)))
    assert (verified.author, verified.latest) == (network.cpo.key.address, network.one.key.address)
