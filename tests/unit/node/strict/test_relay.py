"""Strict signatures through one node and through two: what passes, and what each node vouches for."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ocn.signing import PrivateKey, encode, parse_json, response_values, sign
from ocn.signing.strict import Reason

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Party, World
    from tests.unit.node.strict.conftest import Strictly
else:
    Network = Party = World = Strictly = Any

STRICT = "ocn-strict-signature"
LOCATIONS = "/ocpi/sender/2.2.1/locations"
SESSION = "/ocpi/receiver/2.2.1/sessions/DE/MSP/1"
START = "/ocpi/receiver/2.2.1/commands/START_SESSION"
COMMAND = b'{"response_url": "http://msp.test/cb", "location_id":"L1", "kwh": 1.50}'


async def test_request_in_which_nothing_changes_arrives_with_the_partys_header(
    network: Network, station: Party, strictly: Strictly
) -> None:
    answer = await strictly.ask(network.msp, station, "PUT", f"{SESSION}?a=%20b", b'{"kwh": 10.50}')

    assert answer.status == 200, answer.body
    (request,) = station.backend.received
    proof = strictly.arrived(station, request)
    assert proof.address == network.msp.key.address
    assert proof.changes == ()


async def test_response_url_is_exchanged_in_the_name_of_each_node(
    network: Network, station: Party, strictly: Strictly
) -> None:
    answer = await strictly.ask(network.msp, station, "POST", START, COMMAND)

    assert answer.status == 200, answer.body
    (request,) = station.backend.received
    proof = strictly.arrived(station, request)
    nodes = [network.one] if station is network.cpo else [network.one, network.two]
    assert proof.address == network.msp.key.address
    assert [change.address for change in proof.changes] == [node.key.address for node in nodes]
    assert {change.reason for change in proof.changes} == {Reason.RESPONSE_URL}


async def test_result_sent_to_the_exchanged_response_url_is_led_back_under_signature(
    network: Network, station: Party, strictly: Strictly
) -> None:
    await strictly.ask(network.msp, station, "POST", START, COMMAND)
    callback = json.loads(station.backend.received[0].body)["response_url"]

    answer = await strictly.ask(station, network.msp, "POST", callback, b'{"result":"ACCEPTED"}')

    assert answer.status == 200, answer.body
    (result,) = network.msp.backend.received
    assert result.url == "http://msp.test/cb"


async def test_answer_comes_with_the_partys_header_bound_to_the_request(
    network: Network, station: Party, strictly: Strictly
) -> None:
    strictly.sign_answers(station)
    parts = strictly.parts(network.msp, station, "GET", LOCATIONS)
    asked = strictly.text(parts, network.msp)

    answer = await network.msp.call(station, "GET", LOCATIONS, ocn_strict_signature=asked)

    assert answer.status == 200, answer.body
    assert strictly.answered(answer, asked, network.msp, station).address == station.key.address


async def test_page_link_of_a_signed_answer_is_exchanged_and_can_be_followed(
    network: Network, station: Party, strictly: Strictly
) -> None:
    station.backend.set(
        "GET",
        "/sender/locations",
        [],
        link=f'<{station.backend.url}/sender/locations?offset=1>; rel="next"',
        x_total_count="2",
    )
    strictly.sign_answers(station)
    asked = strictly.text(strictly.parts(network.msp, station, "GET", LOCATIONS), network.msp)

    answer = await network.msp.call(station, "GET", LOCATIONS, ocn_strict_signature=asked)

    assert answer.status == 200, answer.body
    proof = strictly.answered(answer, asked, network.msp, station)
    nodes = [network.one] if station is network.cpo else [network.two, network.one]
    assert [change.address for change in proof.changes] == [node.key.address for node in nodes]
    link = (answer.header("link") or "").partition("<")[2].partition(">")[0]
    page = await strictly.ask(network.msp, station, "GET", link)
    assert page.status == 200, page.body
    arrived = strictly.arrived(station, station.backend.received[-1])
    assert arrived.address == network.msp.key.address
    assert {change.reason for change in arrived.changes} == {Reason.ADDRESS}


async def test_both_signatures_of_one_answer_stay_valid_when_its_link_is_exchanged(
    network: Network, station: Party, strictly: Strictly
) -> None:
    link = f'<{station.backend.url}/sender/locations?offset=1>; rel="next"'
    envelope: Any = {"status_code": 1000, "data": [], "timestamp": "2026-01-01T00:00:00Z"}
    values = response_values({"link": link}, parse_json(json.dumps(envelope).encode()))
    body = json.dumps({**envelope, "ocn_signature": encode(sign(values, station.key))}).encode()
    station.backend.set("GET", "/sender/locations", body, link=link)
    strictly.sign_answers(station)
    asked = strictly.text(strictly.parts(network.msp, station, "GET", LOCATIONS), network.msp)

    answer = await network.msp.call(station, "GET", LOCATIONS, ocn_strict_signature=asked)

    assert answer.status == 200, answer.body
    assert strictly.answered(answer, asked, network.msp, station).address == station.key.address


async def test_custom_module_is_signed_without_a_version(
    network: Network, station: Party, strictly: Strictly
) -> None:
    target = "/ocpi/custom/sender/nltnm-things/any/path"
    answer = await strictly.ask(network.msp, station, "POST", target, b"not json")

    assert answer.status == 200, answer.body
    proof = strictly.arrived(station, station.backend.received[0])
    assert proof.address == network.msp.key.address


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PATCH"},
        {"path": "/DE/MSP/2"},
        {"query": "x=1"},
        {"body": b"{}"},
        {"version": "2.2"},
        {"module": "tokens"},
        {"role": "SENDER"},
        {"receiver": "DEXXX"},
        {"correlation_id": "other"},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_request_that_differs_from_what_was_signed_is_refused_at_the_door(
    network: Network, strictly: Strictly, changed: dict[str, Any]
) -> None:
    answer = await strictly.ask(network.msp, network.cpo, "PUT", SESSION, b'{"a":1}', **changed)

    assert answer.json["status_code"] == 2001
    assert "Invalid strict signature" in answer.json["status_message"]
    assert network.cpo.backend.received == []


@pytest.mark.parametrize("taken", [False, True])
async def test_request_signed_by_the_operator_is_taken_only_where_the_node_is_set_so(
    network: Network, strictly: Strictly, taken: bool
) -> None:
    world = network.msp.world
    three = await world.node("three", signing={"strict_by_operator": taken})
    own, other = await world.join(three, "FR", "MSP", "EMSP"), await world.join(three, "FR", "CPO", "CPO")
    text = strictly.text(strictly.parts(own, other, "GET", LOCATIONS), own, three.key)

    answer = await own.call(other, "GET", LOCATIONS, ocn_strict_signature=text)

    assert (answer.json["status_code"] == 1000) is taken


async def test_request_without_correlation_id_cannot_be_strictly_signed(
    network: Network, strictly: Strictly
) -> None:
    parts = strictly.parts(network.msp, network.cpo, "GET", LOCATIONS)
    headers = network.msp.headers(network.cpo, ocn_strict_signature=strictly.text(parts, network.msp))
    del headers["X-Correlation-ID"]

    answer = await network.one.call("GET", LOCATIONS, headers)

    assert "X-Correlation-ID" in answer.json["status_message"]


async def test_request_seen_before_is_refused(network: Network, station: Party, strictly: Strictly) -> None:
    text = strictly.text(strictly.parts(network.msp, station, "GET", LOCATIONS), network.msp)
    first = await network.msp.call(station, "GET", LOCATIONS, ocn_strict_signature=text)
    again = await network.msp.call(station, "GET", LOCATIONS, ocn_strict_signature=text)

    assert first.json["status_code"] == 1000
    assert "received before" in again.json["status_message"]


async def test_request_from_before_the_node_started_is_refused(network: Network, strictly: Strictly) -> None:
    text = strictly.text(strictly.parts(network.msp, network.cpo, "GET", LOCATIONS), network.msp)
    network.msp.world.clock.advance(timedelta(seconds=1))
    network.msp.node = await network.msp.world.restarted(network.one)

    answer = await network.msp.call(network.cpo, "GET", LOCATIONS, ocn_strict_signature=text)

    assert "before this node started" in answer.json["status_message"]


async def test_expired_request_is_refused(network: Network, strictly: Strictly) -> None:
    text = strictly.text(strictly.parts(network.msp, network.cpo, "GET", LOCATIONS), network.msp)
    network.msp.world.clock.advance(timedelta(minutes=3))

    answer = await network.msp.call(network.cpo, "GET", LOCATIONS, ocn_strict_signature=text)

    assert "expired" in answer.json["status_message"]


@pytest.mark.parametrize(
    "changed",
    [{"request": ""}, {"status": 201}, {"body": b"{}"}, {"total_count": "7"}, {"correlation_id": "x"}],
    ids=lambda changed: next(iter(changed)),
)
async def test_answer_that_differs_from_what_was_signed_is_not_relayed(
    network: Network, station: Party, strictly: Strictly, changed: dict[str, Any]
) -> None:
    strictly.sign_answers(station, **changed)

    answer = await strictly.ask(network.msp, station, "GET", LOCATIONS)

    assert answer.json["status_code"] == 3000
    assert answer.json["status_message"].startswith("Unable to verify response signature")


async def test_answer_by_another_key_is_not_relayed(
    network: Network, station: Party, strictly: Strictly
) -> None:
    strictly.sign_answers(station, key=PrivateKey.generate())

    answer = await strictly.ask(network.msp, station, "GET", LOCATIONS)

    assert answer.json["status_code"] == 3000
