"""Broadcast push: whom it reaches, under which names, and what its sender is told (HUB-20 to HUB-30)."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.routing.audiences import AUDIENCE
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.signing import decode, encode, parse_json, request_values, sign, verify

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Party, Request
else:
    Network = Party = Answer = Request = object

HUB = PartyId("CH", "OCN")
PUSH = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
LOCATION = (
    b'{"country_code":"DE","party_id":"CPO","id":"L1","last_updated":"2026-01-01T00:00:00Z", "x": 1.10}'
)


def _admin(node: Any) -> Any:
    return node.call("GET", "/admin/broadcasts", {"Authorization": "Token admin"})


@pytest.fixture
def others(network: Network) -> Any:
    """Make further parties join node one."""

    async def join(*roles: str) -> dict[str, Party]:
        codes = (f"{role[:2]}{number}" for number, role in enumerate(roles))
        return {
            role: await network.world.join(network.one, "FR", code, role)
            for role, code in zip(roles, codes, strict=True)
        }

    return join


async def test_hub_20_push_to_the_hub_reaches_the_parties_it_concerns_here_and_behind_other_nodes(
    network: Network,
) -> None:
    far = await network.world.join(network.two, "NL", "MSX", "EMSP")
    answer = await network.cpo.call(HUB, "PUT", PUSH, LOCATION)
    assert (answer.status, answer.json["status_code"]) == (200, 1000)
    await network.one.settled()
    await network.two.settled()
    for party in (network.msp, far):
        (got,) = party.backend.received
        assert got.body == LOCATION
        assert got.url == f"{party.backend.url}/receiver/locations/DE/CPO/L1"
    assert network.cpx.backend.received == []


async def test_hub_21_cpo_reaches_providers_and_others_but_no_cpo(network: Network, others: Any) -> None:
    parties = await others("EMSP", "NSP", "OTHER", "CPO")
    await network.cpo.call(HUB, "PUT", PUSH, LOCATION)
    await network.one.settled()
    reached = {role for role, party in parties.items() if party.backend.received}
    assert reached == {"EMSP", "NSP", "OTHER"}


async def test_hub_21_emsp_reaches_cpos_alone(network: Network, others: Any) -> None:
    parties = await others("EMSP", "NSP", "OTHER", "CPO")
    await network.msp.call(HUB, "PUT", "/ocpi/receiver/2.2.1/tokens/DE/MSP/T1?type=RFID", b"{}")
    await network.one.settled()
    assert {role for role, party in parties.items() if party.backend.received} == {"CPO"}
    assert network.cpo.backend.received[0].url.endswith("/receiver/tokens/DE/MSP/T1?type=RFID")


async def test_hub_21_other_reaches_cpos_and_never_providers(network: Network, others: Any) -> None:
    parties = await others("OTHER", "EMSP", "CPO")
    path = f"/ocpi/receiver/2.2.1/locations/FR/{parties['OTHER'].id.party_id}/L1"
    await parties["OTHER"].call(HUB, "PUT", path, b"{}")
    await network.one.settled()
    assert network.msp.backend.received == []
    assert parties["EMSP"].backend.received == []
    assert len(parties["CPO"].backend.received) == len(network.cpo.backend.received) == 1


async def test_hub_22_and_d6_locations_of_a_cpo_reach_a_nap_and_no_scsp(
    network: Network, others: Any
) -> None:
    parties = await others("NAP", "SCSP")
    await network.cpo.call(HUB, "PUT", PUSH, LOCATION)
    await network.one.settled()
    assert len(parties["NAP"].backend.received) == 1
    assert parties["SCSP"].backend.received == []


async def test_hub_21_party_without_the_module_is_left_out(network: Network) -> None:
    world = network.world
    silent = await world.join(network.one, "FR", "SIL", "EMSP")
    (platform,) = [each for each in await network.one.store.platforms() if silent.id in each.parties]
    assert platform.endpoints
    silent.backend.modules = ["sessions"]
    again = await network.one.call(
        "PUT",
        "/ocpi/2.2.1/credentials",
        {"Authorization": f"Token {silent.token}"},
        json.dumps(
            {
                "token": "token-b",
                "url": f"{silent.backend.url}/versions",
                "roles": [
                    {
                        "role": "EMSP",
                        "party_id": "SIL",
                        "country_code": "FR",
                        "business_details": {"name": "x"},
                    }
                ],
            }
        ).encode(),
    )
    assert again.json["status_code"] == 1000, again.body
    await network.cpo.call(HUB, "PUT", PUSH, LOCATION)
    await network.one.settled()
    assert silent.backend.received == []


async def test_hub_23_and_d2_sender_is_answered_at_once_by_the_hub_whatever_receivers_do(
    network: Network,
) -> None:
    released = asyncio.Event()

    async def hang(request: Request) -> Answer:
        await released.wait()
        return network.msp.backend.handle(request)

    network.world.slow[network.msp.backend.url] = hang
    answer = await network.cpo.call(HUB, "PUT", PUSH, LOCATION)
    assert answer.json["status_code"] == 1000
    assert (answer.header("ocpi-to-party-id"), answer.header("ocpi-from-party-id")) == ("CPO", "OCN")
    assert network.msp.backend.received == []
    (report,) = (await _admin(network.one)).json
    assert report["under_way"] >= 1
    released.set()
    await network.one.settled()
    assert len(network.msp.backend.received) == 1


async def test_hub_24_onward_leg_is_from_the_hub_to_each_receiver_with_new_request_ids(
    network: Network, others: Any
) -> None:
    parties = await others("EMSP")
    await network.cpo.call(HUB, "PUT", PUSH, LOCATION)
    await network.one.settled()
    legs = [party.backend.received[0] for party in (network.msp, parties["EMSP"])]
    for leg, party in zip(legs, (network.msp, parties["EMSP"]), strict=True):
        assert (leg.header("ocpi-from-country-code"), leg.header("ocpi-from-party-id")) == ("CH", "OCN")
        assert leg.header("ocpi-to-party-id") == party.id.party_id
        assert leg.header("x-correlation-id") == "corr-1"
    ids = {leg.header("x-request-id") for leg in legs}
    assert len(ids) == 2
    assert "req-1" not in ids


async def test_hub_25_owner_in_the_url_stays_the_sender(network: Network) -> None:
    await network.cpo.call(HUB, "PATCH", f"{PUSH}/E1/1", b'{"last_updated":"2026-01-01T00:00:00Z"}')
    await network.one.settled()
    (got,) = network.msp.backend.received
    assert (got.method, got.url) == ("PATCH", "http://msp.test/receiver/locations/DE/CPO/L1/E1/1")


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"),
        ("PUT", "/ocpi/sender/2.2.1/sessions/S1/charging_preferences"),
        ("POST", "/ocpi/sender/2.2.1/tokens/T1/authorize"),
        ("GET", "/ocpi/custom/sender/nltnm-things"),
    ],
)
async def test_hub_26_other_requests_to_the_hub_are_no_broadcast(
    network: Network, method: str, target: str
) -> None:
    answer = await network.cpo.call(HUB, method, target, b"{}" if method != "GET" else b"")
    assert answer.json["status_code"] == 2001
    await network.one.settled()
    assert network.msp.backend.received == []


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("PUT", "/ocpi/receiver/2.2.1/sessions/DE/CPO/S1"),
        ("PATCH", "/ocpi/receiver/2.2.1/sessions/DE/CPO/S1"),
        ("POST", "/ocpi/receiver/2.2.1/cdrs"),
        ("POST", "/ocpi/receiver/2.2.1/commands/START_SESSION"),
        ("PUT", "/ocpi/receiver/2.2.1/chargingprofiles/S1"),
    ],
)
async def test_hub_27_what_concerns_one_driver_is_never_broadcast(
    network: Network, method: str, target: str
) -> None:
    body = b'{"response_url":"http://cpo.test/x"}'
    answer = await network.cpo.call(HUB, method, target, body)
    assert answer.json["status_code"] == 2001
    await network.one.settled()
    assert network.msp.backend.received == []


async def test_hub_28_and_d2_errors_of_receivers_reach_the_operator_and_not_the_sender(
    network: Network,
) -> None:
    network.msp.backend.set(
        "PUT", "/receiver/locations/DE/CPO/L1", b'{"status_code":2001,"timestamp":"2026-01-01T00:00:00Z"}'
    )
    answer = await network.cpo.call(HUB, "PUT", PUSH, LOCATION)
    assert answer.json["status_code"] == 1000
    await network.one.settled()
    (report,) = (await _admin(network.one)).json
    assert report["failures"] == [{"receiver": "DE MSP", "reason": "HTTP 200, OCPI 2001"}]
    assert (report["delivered"], report["under_way"]) == (1, 0)  # the other node took its share


async def test_hub_29_and_d6_deletion_of_a_tariff_is_broadcast(network: Network) -> None:
    answer = await network.cpo.call(HUB, "DELETE", "/ocpi/receiver/2.2.1/tariffs/DE/CPO/T1")
    assert answer.json["status_code"] == 1000
    await network.one.settled()
    (got,) = network.msp.backend.received
    assert (got.method, got.url) == ("DELETE", "http://msp.test/receiver/tariffs/DE/CPO/T1")


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/ocpi/receiver/2.2.1/locations/NL/CPX/L1", LOCATION),
        (PUSH, b'{"country_code":"NL","party_id":"CPX"}'),
        (PUSH, b'["no object"]'),
        (PUSH, b"no json"),
        (PUSH, b'{"country_code":7}'),
    ],
)
async def test_push_of_what_is_not_the_senders_own_is_refused_before_anybody_gets_it(
    network: Network, target: str, body: bytes
) -> None:
    answer = await network.cpo.call(HUB, "PUT", target, body)
    assert answer.json["status_code"] == 2001
    await network.one.settled()
    assert network.msp.backend.received == []


async def test_dead_receiver_delays_no_other_and_is_named_in_the_report(
    network: Network, others: Any
) -> None:
    parties = await others("EMSP")
    del network.world.backends[network.msp.backend.url]
    await network.cpo.call(HUB, "PUT", PUSH, LOCATION)
    await network.one.settled()
    assert len(parties["EMSP"].backend.received) == 1
    (report,) = (await _admin(network.one)).json
    assert [each["receiver"] for each in report["failures"]] == ["DE MSP"]


async def test_pushes_of_one_object_reach_a_receiver_in_the_order_they_were_sent(network: Network) -> None:
    for number in range(20):
        await network.cpo.call(HUB, "PUT", PUSH, b'{"n":%d}' % number)
    await network.one.settled()
    assert [json.loads(got.body)["n"] for got in network.msp.backend.received] == list(range(20))


async def test_broadcast_that_came_from_another_node_goes_to_no_third(network: Network) -> None:
    three = await network.world.node("three")
    third = await network.world.join(three, "BE", "MSB", "EMSP")
    await network.cpo.call(HUB, "PUT", PUSH, LOCATION)
    for node in (network.one, network.two, three):
        await node.settled()
    assert len(third.backend.received) == 1
    reports = (await _admin(three)).json
    assert [report["receivers"] for report in reports] == [1]


async def test_party_signature_of_a_broadcast_verifies_at_each_receiver(network: Network) -> None:
    far = await network.world.join(network.two, "NL", "MSX", "EMSP")
    headers = {name.lower(): text for name, text in network.cpo.headers(HUB).items()}
    envelope = sign(request_values(headers, [], parse_json(LOCATION)), network.cpo.key)
    answer = await network.cpo.call(HUB, "PUT", PUSH, LOCATION, OCN_Signature=encode(envelope))
    assert answer.json["status_code"] == 1000, answer.body
    assert "ocn_signature" in answer.json
    await network.one.settled()
    await network.two.settled()
    for party, node in ((network.msp, network.one), (far, network.two)):
        (got,) = party.backend.received
        seen = {name.lower(): text for name, text in got.headers.items()}
        verified = verify(decode(seen["ocn-signature"]), request_values(seen, [], parse_json(got.body)))
        assert verified.author == network.cpo.key.address
        assert verified.latest == node.key.address


async def test_receiver_that_demands_signatures_gets_no_unsigned_broadcast(network: Network) -> None:
    (platform,) = [each for each in await network.one.store.platforms() if network.msp.id in each.parties]
    changed = await network.one.call(
        "PATCH",
        f"/admin/platforms/{platform.id}",
        {"Authorization": "Token admin"},
        b'{"requires_signatures":true}',
    )
    assert changed.status == 200
    await network.cpo.call(HUB, "PUT", PUSH, LOCATION)
    await network.one.settled()
    assert network.msp.backend.received == []


def test_every_market_role_has_its_audience() -> None:
    assert set(AUDIENCE) == set(Role) - {Role.HUB}
