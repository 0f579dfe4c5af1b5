"""Who demands which signature, and what a platform declares of itself."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ocn.signing import encode, request_values, sign

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Party
    from tests.unit.node.strict.conftest import Strictly
else:
    Answer = Network = Party = Strictly = Any

LOCATIONS = "/ocpi/sender/2.2.1/locations"
LOCATION = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
ADMIN = {"Authorization": "Token admin"}


async def change(party: Party, **what: Any) -> dict[str, Any]:
    codes = f"{party.id.country_code}/{party.id.party_id}"
    view = await party.node.call("GET", f"/admin/parties/{codes}", ADMIN)
    target = f"/admin/platforms/{view.json['id']}"
    changed = await party.node.call("PATCH", target, ADMIN, json.dumps(what).encode())
    result: dict[str, Any] = changed.json
    return result


async def ask(network: Network, to: Party, how: str, strictly: Strictly) -> Answer:
    headers = {name.lower(): value for name, value in network.msp.headers(to).items()}
    if "notary" in how:
        headers["ocn-signature"] = encode(sign(request_values(headers, [], None), network.msp.key))
    if "strict" in how:
        parts = strictly.parts(network.msp, to, "GET", LOCATIONS)
        headers["ocn-strict-signature"] = strictly.text(parts, network.msp)
    return await network.one.call("GET", LOCATIONS, headers)


@pytest.mark.parametrize(
    ("demand", "enough"),
    [
        ("none", {"nothing", "notary", "strict", "notary and strict"}),
        ("compatible", {"notary", "notary and strict"}),
        ("strict", {"strict", "notary and strict"}),
        ("either", {"notary", "strict", "notary and strict"}),
    ],
)
@pytest.mark.parametrize("how", ["nothing", "notary", "strict", "notary and strict"])
async def test_demand_of_the_receiver_is_met_by_what_it_names(
    network: Network, station: Party, strictly: Strictly, demand: str, how: str, enough: set[str]
) -> None:
    await change(station, signature_demand=demand)

    answer = await ask(network, station, how, strictly)

    assert (answer.json["status_code"] == 1000) is (how in enough)
    assert bool(station.backend.received) is (how in enough)


async def test_demand_of_the_node_holds_for_answers_too(network: Network, strictly: Strictly) -> None:
    world = network.world
    node = await world.node("three", signing={"demand": "strict"})
    msp, cpo = await world.join(node, "FR", "MSP", "EMSP"), await world.join(node, "FR", "CPO", "CPO")

    unsigned = await strictly.ask(msp, cpo, "GET", LOCATIONS)
    strictly.sign_answers(cpo)
    signed = await strictly.ask(msp, cpo, "GET", LOCATIONS)

    assert "Missing OCN Strict Signature" in unsigned.json["status_message"]
    assert signed.json["status_code"] == 1000


async def test_refusal_needs_no_strict_signature(
    network: Network, station: Party, strictly: Strictly
) -> None:
    await change(network.msp, signature_demand="strict")
    refusal = {"status_code": 2003, "timestamp": "2026-01-01T00:00:00Z"}
    station.backend.set("GET", "/sender/locations", json.dumps(refusal).encode())

    answer = await strictly.ask(network.msp, station, "GET", LOCATIONS)

    assert answer.json["status_code"] == 2003


async def test_platform_that_always_signs_strictly_is_not_believed_without(
    network: Network, station: Party, strictly: Strictly
) -> None:
    await change(network.msp, signs_strictly=True)

    stolen = await ask(network, station, "notary", strictly)
    own = await ask(network, station, "strict", strictly)

    assert "always signs strictly" in stolen.json["status_message"]
    assert own.json["status_code"] == 1000


async def test_change_of_one_setting_leaves_the_others(network: Network) -> None:
    await change(network.cpo, signature_demand="strict", requires_signatures=True)

    changed = await change(network.cpo, signs_strictly=True)

    assert (changed["signature_demand"], changed["requires_signatures"]) == ("strict", True)


async def test_renewal_of_a_registration_keeps_what_is_demanded(network: Network) -> None:
    await change(network.cpo, signature_demand="strict", signs_strictly=True)
    role = {"role": "CPO", "country_code": "DE", "party_id": "CPO", "business_details": {"name": "x"}}
    body = {"token": "token-b", "url": f"{network.cpo.backend.url}/versions", "roles": [role]}
    authorization = {"Authorization": f"Token {network.cpo.token}"}

    renewed = await network.one.call(
        "PUT", "/ocpi/2.2.1/credentials", authorization, json.dumps(body).encode()
    )

    assert renewed.status == 200, renewed.body
    view = await network.one.call("GET", "/admin/parties/DE/CPO", ADMIN)
    assert (view.json["signature_demand"], view.json["signs_strictly"]) == ("strict", True)


async def test_broadcast_reaches_each_receiver_with_the_partys_signature_and_the_hubs_links(
    network: Network, strictly: Strictly
) -> None:
    away = await network.world.join(network.two, "NL", "MSX", "EMSP")
    for receiver in (network.msp, away):
        await change(receiver, signature_demand="strict")
    hub = await network.one.call("GET", "/admin/node", ADMIN)
    codes = hub.json["hub"]
    parts = strictly.parts(network.cpo, None, "PUT", LOCATION, b'{"id":"L1"}')
    named = {**_parts(parts), "receiver": codes["country_code"] + codes["party_id"]}
    text = strictly.text(type(parts)(**named), network.cpo)
    headers = network.cpo.headers(network.msp, ocn_strict_signature=text)
    headers |= {
        "OCPI-to-country-code": codes["country_code"],
        "OCPI-to-party-id": codes["party_id"],
    }

    answer = await network.one.call("PUT", LOCATION, headers, b'{"id":"L1"}')
    await network.one.settled()
    await network.two.settled()

    assert answer.json["status_code"] == 1000, answer.body
    for receiver, node in ((network.msp, network.one), (away, network.two)):
        (request,) = receiver.backend.received
        proof = strictly.arrived(receiver, request)
        assert proof.address == network.cpo.key.address
        assert proof.origin.party == "DECPO"
        assert [change.address for change in proof.changes] == [node.key.address]
    assert "ocn-strict-signature" in dict(answer.headers)


def _parts(parts: Any) -> dict[str, Any]:
    return {name: getattr(parts, name) for name in parts.__dataclass_fields__}
