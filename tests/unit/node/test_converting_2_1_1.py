"""Parties on OCPI 2.1.1, which know one peer and no headers, among parties on 2.2.1 and 2.3.0."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.converting.reservations import reservation_number
from ocn.ocpi.party_id import PartyId

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Party
else:
    Network = Party = object

AT = "2026-01-01T00:00:00Z"
CONNECTOR = {"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE"}
COORDINATES = {"latitude": "52.520000", "longitude": "13.404000"}


def location_2_2_1(**more: Any) -> dict[str, Any]:
    connector = {**CONNECTOR, "max_voltage": 400, "max_amperage": 32, "last_updated": AT}
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "L1",
        "publish": True,
        "address": "Platz 1",
        "city": "Berlin",
        "postal_code": "10115",
        "country": "DEU",
        "coordinates": COORDINATES,
        "parking_type": "ON_STREET",
        "time_zone": "Europe/Berlin",
        "evses": [{"uid": "E1", "status": "AVAILABLE", "connectors": [connector], "last_updated": AT}],
        "last_updated": AT,
        **more,
    }


def location_2_1_1(**more: Any) -> dict[str, Any]:
    connector = {**CONNECTOR, "voltage": 400, "amperage": 32, "last_updated": AT}
    return {
        "id": "L1",
        "type": "ON_STREET",
        "address": "Platz 1",
        "city": "Berlin",
        "postal_code": "10115",
        "country": "DEU",
        "coordinates": COORDINATES,
        "time_zone": "Europe/Berlin",
        "evses": [{"uid": "E1", "status": "AVAILABLE", "connectors": [connector], "last_updated": AT}],
        "last_updated": AT,
        **more,
    }


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def bare(party: Party) -> dict[str, str]:
    """What a platform of 2.1.1 sends: a token and nothing else."""
    return {"Authorization": f"Token {party.token}"}


async def ask(party: Party, method: str, path: str, sent: bytes = b"") -> Any:
    path = path.removeprefix(party.node.url)
    return await party.node.call(method, path, bare(party), sent)


async def renewed(party: Party) -> None:
    offer = {"token": "token-b", "url": f"{party.backend.url}/versions", "business_details": {"name": "Old"}}
    codes = {"country_code": party.id.country_code, "party_id": party.id.party_id}
    answer = await ask(party, "PUT", "/ocpi/2.1.1/credentials", body({**offer, **codes}))
    party.token = answer.json["data"]["token"]


async def old_cpo(network: Network) -> Party:
    return await network.world.join(network.one, "FR", "OLD", "CPO", "2.1.1")


async def old_msp(network: Network) -> Party:
    return await network.world.join(network.one, "FR", "OLM", "EMSP", "2.1.1")


async def test_a_location_of_a_newer_cpo_reaches_the_old_emsp_in_its_version(network: Network) -> None:
    msp = await old_msp(network)
    answer = await network.cpo.call(
        msp, "PUT", "/ocpi/receiver/2.2.1/locations/DE/CPO/L1", body(location_2_2_1())
    )
    assert answer.json["status_code"] == 1000
    (got,) = msp.backend.received
    assert got.url == "http://olm.test/locations/DE/CPO/L1"
    assert json.loads(got.body) == location_2_1_1()


async def test_a_location_that_is_not_published_is_withheld_from_the_old_emsp(network: Network) -> None:
    msp = await old_msp(network)
    path = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
    answer = await network.cpo.call(msp, "PUT", path, body(location_2_2_1(publish=False)))
    assert answer.json["status_code"] == 4000
    assert msp.backend.received == []


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
async def test_locations_of_the_old_cpo_are_listed_for_a_newer_emsp(network: Network, version: str) -> None:
    cpo = await old_cpo(network)
    msp = await network.world.join(network.two, "NL", "NEW", "EMSP", version)
    cpo.backend.set("GET", "/locations?limit=1", [location_2_1_1()], x_total_count="1")
    answer = await msp.call(cpo, "GET", f"/ocpi/sender/{version}/locations?limit=1")
    (got,) = answer.json["data"]
    assert got == location_2_2_1(country_code="FR", party_id="OLD")
    assert answer.header("x-total-count") == "1"
    assert (answer.header("ocn-conversion") or "").startswith(f"{version}->2.1.1; synthesised=")


async def test_a_push_without_headers_of_the_old_cpo_is_for_everyone(network: Network) -> None:
    cpo = await old_cpo(network)
    answer = await ask(cpo, "PUT", "/ocpi/receiver/2.1.1/locations/FR/OLD/L1", body(location_2_1_1()))
    assert answer.json["status_code"] == 1000
    await network.one.settled()
    (got,) = network.msp.backend.received
    assert json.loads(got.body) == location_2_2_1(country_code="FR", party_id="OLD")


async def test_a_list_without_headers_is_asked_of_the_hub_and_in_the_old_version(network: Network) -> None:
    msp = await old_msp(network)
    hub = PartyId("CH", "OCN")
    for location in (location_2_2_1(), location_2_2_1(id="L2", publish=False)):
        path = f"/ocpi/receiver/2.2.1/locations/DE/CPO/{location['id']}"
        pushed = await network.cpo.call(hub, "PUT", path, body(location))
        assert pushed.json["status_code"] == 1000
    answer = await ask(msp, "GET", "/ocpi/sender/2.1.1/locations")
    assert answer.json["data"] == [location_2_1_1()]


async def test_a_command_of_a_newer_emsp_and_its_result_cross_both_ways(network: Network) -> None:
    cpo = await old_cpo(network)
    token = {
        "country_code": "DE",
        "party_id": "MSP",
        "uid": "1",
        "type": "RFID",
        "contract_id": "DE-MSP-1",
        "issuer": "MSP",
        "valid": True,
        "whitelist": "NEVER",
        "last_updated": AT,
    }
    command = {"response_url": "http://msp.test/cb/1", "token": token, "location_id": "L1", "evse_uid": "E1"}
    cpo.backend.set("POST", "/commands/START_SESSION", {"result": "ACCEPTED"})
    path = "/ocpi/receiver/2.2.1/commands/START_SESSION"
    answer = await network.msp.call(cpo, "POST", path, body(command))
    assert answer.json["data"]["result"] == "ACCEPTED"
    assert answer.json["data"]["timeout"] > 0
    (got,) = cpo.backend.received
    sent = json.loads(got.body)
    assert sent["token"]["auth_id"] == "DE-MSP-1"
    assert sent["response_url"].startswith("http://one.test/ocpi/sender/2.1.1/commands/START_SESSION/")
    called = await ask(cpo, "POST", sent["response_url"], body({"result": "TIMEOUT"}))
    assert called.json["status_code"] == 1000
    (result,) = network.msp.backend.received
    assert (result.url, json.loads(result.body)) == ("http://msp.test/cb/1", {"result": "TIMEOUT"})


async def test_a_result_for_an_emsp_behind_another_node_is_converted_where_the_cpo_is(
    network: Network,
) -> None:
    cpo = await old_cpo(network)
    msp = await network.world.join(network.two, "NL", "NEW", "EMSP", "2.3.0")
    command = {"response_url": "http://new.test/cb/1", "session_id": "S1"}
    cpo.backend.set("POST", "/commands/STOP_SESSION", {"result": "ACCEPTED"})
    await msp.call(cpo, "POST", "/ocpi/receiver/2.3.0/commands/STOP_SESSION", body(command))
    (got,) = cpo.backend.received
    await ask(cpo, "POST", json.loads(got.body)["response_url"], body({"result": "UNKNOWN_SESSION"}))
    (result,) = msp.backend.received
    assert (result.url, json.loads(result.body)) == ("http://new.test/cb/1", {"result": "REJECTED"})


async def test_a_command_that_2_1_1_lacks_is_answered_as_not_supported(network: Network) -> None:
    cpo = await old_cpo(network)
    command = body({"response_url": "http://msp.test/cb/1", "reservation_id": "R1"})
    answer = await network.msp.call(cpo, "POST", "/ocpi/receiver/2.2.1/commands/CANCEL_RESERVATION", command)
    assert answer.json["data"] == {"result": "NOT_SUPPORTED", "timeout": 0}
    assert cpo.backend.received == []


async def test_a_module_that_2_1_1_lacks_answers_4001(network: Network) -> None:
    cpo = await old_cpo(network)
    cpo.backend.modules.remove("chargingprofiles")
    await renewed(cpo)
    sent = body({"response_url": "http://msp.test/cb/1", "charging_profile": {}})
    answer = await network.msp.call(cpo, "PUT", "/ocpi/receiver/2.2.1/chargingprofiles/S1", sent)
    assert (answer.status, answer.json["status_code"]) == (200, 4001)
    assert cpo.backend.received == []


async def test_charging_preferences_towards_2_1_1_are_not_possible(network: Network) -> None:
    cpo = await old_cpo(network)
    path, sent = "/ocpi/sender/2.2.1/sessions/S1/charging_preferences", body({"profile_type": "FAST"})
    answer = await network.msp.call(cpo, "PUT", path, sent)
    assert answer.json["data"] == "NOT_POSSIBLE"
    assert cpo.backend.received == []


async def test_a_patch_of_a_tariff_which_only_2_1_1_has_becomes_get_and_put(network: Network) -> None:
    cpo = await old_cpo(network)
    await ask(
        cpo,
        "PUT",
        "/ocpi/receiver/2.1.1/tariffs/FR/OLD/T1",
        body({"id": "T1", "currency": "EUR", "elements": [], "last_updated": AT}),
    )
    await network.one.settled()
    network.msp.backend.received.clear()
    stored = {"country_code": "FR", "party_id": "OLD", "id": "T1", "currency": "EUR", "elements": []}
    network.msp.backend.set("GET", "/receiver/tariffs/FR/OLD/T1", {**stored, "last_updated": AT})
    patch = body({"tariff_alt_url": "https://x", "last_updated": AT})
    await ask(cpo, "PATCH", "/ocpi/receiver/2.1.1/tariffs/FR/OLD/T1", patch)
    await network.one.settled()
    got, put = network.msp.backend.received
    assert (got.method, put.method) == ("GET", "PUT")
    assert json.loads(put.body) == {**stored, "tariff_alt_url": "https://x", "last_updated": AT}


async def test_whoever_the_registry_does_not_name_alone_sends_no_headers_in_vain(network: Network) -> None:
    answer = await network.one.call(
        "GET", "/ocpi/sender/2.2.1/locations", {"Authorization": f"Token {network.msp.token}"}
    )
    assert (answer.status, answer.json["status_code"]) == (400, 2001)


@pytest.mark.parametrize(("name", "number"), [("0", 0), ("17", 17), ("999999999", 999_999_999)])
def test_a_reservation_id_that_is_a_number_stays_it(name: str, number: int) -> None:
    assert reservation_number(name) == number


@pytest.mark.parametrize("name", ["", "R1", "017", "1000000000", "-1", "٣", "x" * 36])
def test_any_other_reservation_id_has_one_number_of_its_own(name: str) -> None:
    number = reservation_number(name)
    assert 1_000_000_000 <= number < 2**31
    assert number == reservation_number(name)
    assert number != reservation_number(name + "'")


async def test_a_session_towards_2_1_1_holds_the_location_that_the_hub_keeps(network: Network) -> None:
    msp = await old_msp(network)
    session = {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "S1",
        "start_date_time": AT,
        "kwh": 1,
        "cdr_token": {
            "country_code": "FR",
            "party_id": "OLM",
            "uid": "1",
            "type": "RFID",
            "contract_id": "FR-OLM-1",
        },
        "auth_method": "WHITELIST",
        "location_id": "L1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
        "status": "ACTIVE",
        "last_updated": AT,
    }
    path = "/ocpi/receiver/2.2.1/sessions/DE/CPO/S1"
    refused = await network.cpo.call(msp, "PUT", path, body(session))
    assert refused.json["status_code"] == 4000
    assert "location_id" in refused.json["status_message"]
    pushed = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
    await network.cpo.call(PartyId("CH", "OCN"), "PUT", pushed, body(location_2_2_1()))
    await network.one.settled()
    msp.backend.received.clear()
    answer = await network.cpo.call(msp, "PUT", path, body(session))
    assert answer.json["status_code"] == 1000
    (got,) = msp.backend.received
    sent = json.loads(got.body)
    assert sent["auth_id"] == "FR-OLM-1"
    assert sent["location"]["evses"] == location_2_1_1()["evses"]


async def test_an_authorisation_of_an_old_emsp_is_answered_with_the_token_that_the_hub_keeps(
    network: Network,
) -> None:
    msp = await old_msp(network)
    token = {
        "uid": "1",
        "type": "RFID",
        "auth_id": "FR-OLM-1",
        "issuer": "Old",
        "valid": True,
        "whitelist": "NEVER",
        "last_updated": AT,
    }
    pushed = await ask(msp, "PUT", "/ocpi/receiver/2.1.1/tokens/FR/OLM/1", body(token))
    assert pushed.json["status_code"] == 1000
    msp.backend.set("POST", "/tokens/1/authorize", {"allowed": "ALLOWED"})
    answer = await network.cpo.call(msp, "POST", "/ocpi/sender/2.2.1/tokens/1/authorize")
    assert answer.json["data"]["allowed"] == "ALLOWED"
    assert answer.json["data"]["token"]["contract_id"] == "FR-OLM-1"
    assert answer.json["data"]["token"]["party_id"] == "OLM"
