"""What a hub must leave as it is, what it answers for failures, and what it is to those who call it."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ocn.ocpi.errors import ReceiverTimeout
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Party, Request
else:
    Network = Party = Request = Answer = object

HUB = PartyId("CH", "OCN")
PUSH = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
LIST = "/ocpi/sender/2.2.1/locations"
ODD = (
    b'{ "id":"L1" ,"x_vendor":{"a":[1.10,1E5,null],"\\u00e4":"\xc3\xa4"},"new_in_2_4":true,'
    b'"status":"NOT_OF_THIS_YEAR","last_updated":"2019-12-31T23:59:59.123Z"}'
)


async def open_call(party: Party, method: str, target: str, body: bytes = b"") -> Answer:
    headers = {k: v for k, v in party.headers(HUB).items() if not k.startswith("OCPI-to")}
    return await party.node.call(method, target, headers, body)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_hub_60_and_hub_61_what_is_pushed_arrives_as_it_was_written_on_every_way(
    network: Network, method: str
) -> None:
    far = await network.world.join(network.two, "NL", "MSX", "EMSP")
    for receiver in (network.msp, far):
        await network.cpo.call(receiver, method, PUSH, ODD)
    await network.cpo.call(HUB, method, PUSH, ODD)
    await open_call(network.cpo, method, PUSH, ODD)
    await network.one.settled()
    await network.two.settled()
    for receiver in (network.msp, far):
        assert [got.body for got in receiver.backend.received] == [ODD] * 3


async def test_hub_60_and_hub_61_lists_of_the_hub_have_the_objects_as_they_were_written(
    network: Network,
) -> None:
    await network.cpo.call(HUB, "PUT", PUSH, ODD)
    await network.two.settled()
    far = await network.world.join(network.two, "NL", "MSX", "EMSP")
    await network.one.settled()
    await network.two.settled()
    for reader in (network.msp, far):
        assert b'"data":[' + ODD + b"]" in (await reader.call(HUB, "GET", LIST)).body


async def test_hub_60_and_hub_61_answers_come_back_as_they_were_written(
    network: Network, station: Party
) -> None:
    body = b'{"data":' + ODD + b', "status_code":1000,"x":1.0,"timestamp":"2026-01-01T00:00:00Z"}'
    station.backend.set("GET", "/sender/locations/L1", body)
    assert (await network.msp.call(station, "GET", f"{LIST}/L1")).body == body


async def test_hub_52_and_d1_list_is_served_from_the_store_and_names_owners_out_of_reach(
    network: Network,
) -> None:
    target = "/ocpi/receiver/2.2.1/locations/NL/CPX/L1"
    await network.cpx.call(HUB, "PUT", target, b'{"id":"L1"}')
    await network.two.settled()
    before = await network.msp.call(HUB, "GET", LIST)
    assert "status_message" not in before.json
    gone = network.world.directory.listings[network.cpx.id]
    network.world.directory.listings[network.cpx.id] = type(gone)(
        gone.address, gone.operator, None, gone.party, gone.roles
    )
    after = await network.msp.call(HUB, "GET", LIST)
    assert after.json["data"] == [{"id": "L1"}]
    assert "NL CPX" in after.json["status_message"]
    assert network.cpx.backend.received == []


async def test_hub_51_owners_are_read_inside_the_objects_of_one_list(network: Network) -> None:
    for owner in (network.cpo, network.cpx):
        codes = {"country_code": owner.id.country_code, "party_id": owner.id.party_id}
        path = f"/ocpi/receiver/2.2.1/locations/{'/'.join(codes.values())}/L1"
        await owner.call(HUB, "PUT", path, json.dumps({**codes, "id": "L1"}).encode())
    await network.two.settled()
    listed = (await network.msp.call(HUB, "GET", LIST)).json["data"]
    assert {(each["country_code"], each["party_id"]) for each in listed} == {("DE", "CPO"), ("NL", "CPX")}


async def test_hub_43_first_clue_that_leads_to_one_party_decides(network: Network) -> None:
    """Who has had the session comes before the token, and the token's party before the contract."""
    session = "/ocpi/receiver/2.2.1/sessions/DE/CPO/S1"
    other = await network.world.join(network.one, "FR", "MSF", "EMSP")
    named = {"country_code": "FR", "party_id": "MSF", "contract_id": "DE-MSP-C1"}
    await open_call(network.cpo, "PUT", session, json.dumps({"cdr_token": named}).encode())
    assert (len(other.backend.received), len(network.msp.backend.received)) == (1, 0)
    renamed = {"country_code": "DE", "party_id": "MSP"}
    await open_call(network.cpo, "PUT", session, json.dumps({"cdr_token": renamed}).encode())
    assert (len(other.backend.received), len(network.msp.backend.received)) == (2, 0)
    by_contract = {"cdr_token": {"contract_id": "DE-MSP-C1"}}
    await open_call(network.cpo, "POST", "/ocpi/receiver/2.2.1/cdrs", json.dumps(by_contract).encode())
    assert (len(other.backend.received), len(network.msp.backend.received)) == (2, 1)


@pytest.mark.parametrize("code", [1000, 1900, 2000, 2001, 2003, 2004, 2999, 3000, 3001, 3999])
async def test_hub_80_every_code_of_the_receiver_is_its_own(
    network: Network, station: Party, code: int
) -> None:
    body = b'{"status_code":%d,"timestamp":"2026-01-01T00:00:00Z"}' % code
    station.backend.set("GET", "/sender/locations", body)
    answer = await network.msp.call(station, "GET", LIST)
    assert (answer.status, answer.body) == (200, body)


async def late(_request: Request) -> Answer:
    raise ReceiverTimeout("no answer in time")


@pytest.mark.parametrize(
    ("to", "circumstance", "code"),
    [
        (PartyId("FR", "XXX"), "nobody", 4001),
        (PartyId("FR", "PLA"), "listed here, never connected", 4003),
        (PartyId("FR", "OFF"), "its node is listed no more", 4003),
        (PartyId("DE", "CPO"), "down", 4003),
        (PartyId("DE", "CPO"), "silent", 4002),
        (PartyId("NL", "CPX"), "down", 4003),
        (PartyId("NL", "CPX"), "silent", 4002),
        (PartyId("NL", "CPX"), "its node is down", 4003),
        (PartyId("DE", "CPO"), "garbage", 4000),
        (PartyId("NL", "CPX"), "garbage", 4000),
    ],
)
async def test_hub_81_and_hub_82_failures_of_the_way_are_the_hubs_own_under_http_200(
    network: Network, to: PartyId, circumstance: str, code: int
) -> None:
    world = network.world
    world.list(PartyId("FR", "PLA"), network.one, Role.CPO)
    listing = world.list(PartyId("FR", "OFF"), network.one, Role.CPO)
    world.directory.listings[listing.party] = type(listing)("0x1", "0x2", None, listing.party, listing.roles)
    backend = (network.cpo if to == network.cpo.id else network.cpx).backend
    match circumstance:
        case "down":
            del world.backends[backend.url]
        case "silent":
            world.slow[backend.url] = late
        case "its node is down":
            del world.nodes[network.two.url]
        case "garbage":
            backend.set("GET", "/sender/locations", b"<html>")
    answer = await network.msp.call(to, "GET", LIST)
    assert (answer.status, answer.json["status_code"]) == (200, code), answer.body
    assert answer.header("ocpi-to-party-id") == "MSP"
    assert (answer.header("x-request-id"), answer.header("x-correlation-id")) == ("req-1", "corr-1")


async def test_hub_82_get_of_what_the_receiver_does_not_have_stays_404(
    network: Network, station: Party
) -> None:
    body = b'{"status_code":2003,"timestamp":"2026-01-01T00:00:00Z"}'
    station.backend.set("GET", "/sender/locations/L9", body, status=404)
    answer = await network.msp.call(station, "GET", f"{LIST}/L9")
    assert (answer.status, answer.body) == (404, body)


async def test_hub_84_what_failed_is_never_sent_again(network: Network, station: Party) -> None:
    tried: list[str] = []

    async def failing(request: Request) -> Answer:
        tried.append(request.method)
        raise ReceiverTimeout("no answer in time")

    network.world.slow[station.backend.url] = failing
    for method, target in (
        ("POST", "/ocpi/receiver/2.2.1/commands/STOP_SESSION"),
        ("PUT", "/ocpi/receiver/2.2.1/tokens/DE/MSP/T1"),
        ("PATCH", "/ocpi/receiver/2.2.1/tokens/DE/MSP/T1"),
    ):
        body = b'{"response_url":"http://msp.test/cb","last_updated":"2026-01-01T00:00:00Z"}'
        assert (await network.msp.call(station, method, target, body)).json["status_code"] == 4002
    await network.msp.call(HUB, "PUT", "/ocpi/receiver/2.2.1/tokens/DE/MSP/T1", b"{}")
    await network.one.settled()
    await network.two.settled()
    assert tried == ["POST", "PUT", "PATCH", "PUT"]
    del network.world.slow[station.backend.url]
    await network.msp.call(station, "GET", LIST)
    assert [got.method for got in station.backend.received] == ["GET"]


async def test_hub_106_role_is_taken_for_parties_that_the_registry_lists_here_alone(network: Network) -> None:
    node = network.two
    invited = await node.call(
        "POST",
        "/admin/generate-registration-token",
        {"Authorization": "Token admin"},
        b'[{"country_code":"DE","party_id":"CPO"}]',
    )
    role = {"role": "CPO", "country_code": "DE", "party_id": "CPO", "business_details": {"name": "x"}}
    body = {"token": "t", "url": "http://cpo.test/versions", "roles": [role]}
    taken = await node.call(
        "POST",
        "/ocpi/2.2.1/credentials",
        {"Authorization": f"Token {invited.json['token']}"},
        json.dumps(body).encode(),
    )
    assert (taken.status, taken.json["status_code"]) == (400, 2001)
    assert "not under http://two.test" in taken.json["status_message"]


async def test_hub_110_hub_offers_both_interfaces_of_every_functional_module(network: Network) -> None:
    token = {"Authorization": f"Token {network.msp.token}"}
    details = (await network.one.call("GET", "/ocpi/2.2.1", token)).json["data"]["endpoints"]
    offered = {(each["identifier"], each["role"]) for each in details}
    modules = ("cdrs", "chargingprofiles", "commands", "locations", "sessions", "tariffs", "tokens")
    assert offered >= {(module, role) for module in modules for role in ("SENDER", "RECEIVER")}
    assert ("hubclientinfo", "SENDER") in offered
    assert ("hubclientinfo", "RECEIVER") not in offered
    assert "credentials" in {module for module, _ in offered}


async def test_hub_111_each_receiver_is_called_at_its_own_endpoints_and_the_hub_at_its_own(
    network: Network,
) -> None:
    token = {"Authorization": f"Token {network.cpo.token}"}
    details = (await network.one.call("GET", "/ocpi/2.2.1", token)).json["data"]["endpoints"]
    (endpoint,) = [
        each["url"] for each in details if (each["identifier"], each["role"]) == ("locations", "RECEIVER")
    ]
    other = await network.world.join(network.one, "FR", "EMS", "EMSP")
    await network.cpo.call(HUB, "PUT", f"{endpoint}/DE/CPO/L1", b'{"id":"L1"}')
    await network.one.settled()
    assert [party.backend.received[0].url for party in (network.msp, other)] == [
        "http://msp.test/receiver/locations/DE/CPO/L1",
        "http://ems.test/receiver/locations/DE/CPO/L1",
    ]


async def test_hub_111_object_owned_by_the_hub_is_nobodys_to_push(network: Network) -> None:
    answer = await network.cpo.call(HUB, "PUT", "/ocpi/receiver/2.2.1/locations/CH/OCN/L1", b'{"id":"L1"}')
    assert answer.json["status_code"] == 2001
    await network.one.settled()
    assert network.msp.backend.received == []


async def test_d7_word_that_the_receivers_version_does_not_list_passes_as_it_is(network: Network) -> None:
    cpo = await network.world.join(network.one, "DE", "NEW", "CPO", "2.3.0")
    location: dict[str, Any] = {
        "country_code": "DE",
        "party_id": "NEW",
        "id": "L1",
        "publish": True,
        "facilities": ["SPACE_PORT"],
        "last_updated": "2026-01-01T00:00:00Z",
    }
    path = "/ocpi/receiver/2.3.0/locations/DE/NEW/L1"
    answer = await cpo.call(network.msp, "PUT", path, json.dumps(location).encode())
    assert answer.json["status_code"] == 1000, answer.body
    (got,) = network.msp.backend.received
    assert json.loads(got.body)["facilities"] == ["SPACE_PORT"]
