"""Strictly signed between versions: the party's signature stays, a node vouches for the conversion."""

import json
from typing import TYPE_CHECKING, Any

from ocn.signing.strict import Reason

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Party
    from tests.unit.node.strict.conftest import Strictly
else:
    Network = Party = Strictly = Any

AT = "2026-01-01T00:00:00Z"
SESSIONS = "/ocpi/sender/2.3.0/sessions?date_from=2026-01-01T00:00:00Z"


def session(party: Party) -> dict[str, Any]:
    return {
        "country_code": party.id.country_code,
        "party_id": party.id.party_id,
        "id": "S1",
        "start_date_time": AT,
        "kwh": 41.12,
        "cdr_token": {
            "country_code": "DE",
            "party_id": "NEW",
            "uid": "1",
            "type": "RFID",
            "contract_id": "DE-NEW-1",
        },
        "auth_method": "WHITELIST",
        "location_id": "L1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
        "total_cost": {"excl_vat": 8.50, "incl_vat": 9.35},
        "status": "ACTIVE",
        "last_updated": AT,
    }


async def newer(network: Network) -> Party:
    return await network.world.join(network.one, "DE", "NEW", "EMSP", "2.3.0")


async def test_converted_request_shows_the_party_and_the_node_that_converted(
    network: Network, station: Party, strictly: Strictly
) -> None:
    receiver = await newer(network)
    codes = f"{station.id.country_code}/{station.id.party_id}"
    target = f"/ocpi/receiver/2.2.1/sessions/{codes}/S1"

    answer = await strictly.ask(station, receiver, "PUT", target, json.dumps(session(station)).encode())

    assert answer.json["status_code"] == 1000, answer.body
    proof = strictly.arrived(receiver, receiver.backend.received[-1])
    assert proof.address == station.key.address
    assert {change.reason for change in proof.changes} == {Reason.CONVERSION}
    assert {change.address for change in proof.changes} == {network.one.key.address}


async def test_converted_answer_shows_the_party_and_its_node(
    network: Network, station: Party, strictly: Strictly
) -> None:
    asking = await newer(network)
    station.backend.set("GET", "/sender/sessions?date_from=2026-01-01T00:00:00Z", [session(station)])
    strictly.sign_answers(station)
    asked = strictly.text(strictly.parts(asking, station, "GET", SESSIONS), asking)

    answer = await asking.call(station, "GET", SESSIONS, ocn_strict_signature=asked)

    assert answer.json["status_code"] == 1000, answer.body
    assert "before_taxes" in answer.json["data"][0]["total_cost"]
    proof = strictly.answered(answer, asked, asking, station)
    assert proof.address == station.key.address
    assert [change.reason for change in proof.changes] == [Reason.CONVERSION]
    assert proof.changes[0].address == station.node.key.address


async def test_a_converted_address_is_signed_as_the_receiver_sees_it(
    network: Network, strictly: Strictly
) -> None:
    cpo = await network.world.join(network.one, "FR", "OLD", "CPO", "2.1.1")
    uid = "DE-ABC-E12345678901234567890123456789-1"
    connector = {"id": "1", "standard": "CHADEMO", "format": "CABLE", "power_type": "DC", "last_updated": AT}
    evse = {"uid": uid, "status": "AVAILABLE", "connectors": [connector], "last_updated": AT}
    target = f"/ocpi/receiver/2.1.1/locations/FR/OLD/L1/{uid}"

    answer = await strictly.ask(cpo, network.msp, "PUT", target, json.dumps(evse).encode())

    assert answer.json["status_code"] == 1000, answer.body
    got = network.msp.backend.received[-1]
    assert uid not in got.url
    proof = strictly.arrived(network.msp, got)
    assert proof.address == cpo.key.address
    assert {change.reason for change in proof.changes} == {Reason.CONVERSION}
    assert any("path" in change.was for change in proof.changes)
