"""Party signatures through one and two nodes: carried, checked, rewritten, demanded."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ocn.signing import (
    PrivateKey,
    decode,
    encode,
    parse_json,
    request_values,
    response_values,
    sign,
    verify,
)

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Party
else:
    Answer = Network = Party = object

LOCATIONS = "/ocpi/sender/2.2.1/locations"
STOP = "/ocpi/receiver/2.2.1/commands/STOP_SESSION"


def signed_headers(
    party: Party, to: Party, query: list[tuple[str, str]], body: bytes, key: PrivateKey | None = None
) -> dict[str, str]:
    headers = {name.lower(): value for name, value in party.headers(to).items()}
    values = request_values(headers, query, parse_json(body) if body else None)
    return {**headers, "ocn-signature": encode(sign(values, key or party.key))}


def signed_answer(party: Party, data: Any, headers: dict[str, str] | None = None) -> bytes:
    envelope: Any = {"status_code": 1000, "data": data, "timestamp": "2026-01-01T00:00:00Z"}
    values = response_values(headers or {}, parse_json(json.dumps(envelope).encode()))
    return json.dumps({**envelope, "ocn_signature": encode(sign(values, party.key))}).encode()


def answer_signatories(answer: Answer, headers: dict[str, str]) -> tuple[str, ...]:
    body: Any = parse_json(answer.body)
    envelope = decode(body.pop("ocn_signature"))
    return verify(envelope, response_values(headers, body)).signatories


async def test_signed_request_arrives_with_the_same_signature(network: Network, station: Party) -> None:
    station.backend.set("GET", "/sender/locations?limit=4", signed_answer(station, [{"a": 1.50}]))
    headers = signed_headers(network.msp, station, [("limit", "4")], b"")
    answer = await network.one.call("GET", f"{LOCATIONS}?limit=4", headers)
    assert answer.status == 200
    assert station.backend.received[0].header("ocn-signature") == headers["ocn-signature"]
    assert answer_signatories(answer, {}) == (station.key.address,)


async def test_response_url_exchanged_keeps_the_partys_signature_in_the_chain(
    network: Network, station: Party
) -> None:
    body = b'{"response_url":"http://msp.test/cb","session_id":"1","kwh":10.50}'
    station.backend.set(
        "POST", "/receiver/commands/STOP_SESSION", signed_answer(station, {"result": "ACCEPTED"})
    )
    answer = await network.one.call("POST", STOP, signed_headers(network.msp, station, [], body), body)
    assert answer.json["data"]["result"] == "ACCEPTED"
    (got,) = station.backend.received
    presented = {name.lower(): value for name, value in got.headers.items()}
    verified = verify(decode(presented["ocn-signature"]), request_values(presented, [], parse_json(got.body)))
    nodes = [network.one] if station is network.cpo else [network.one, network.two]
    assert verified.signatories == (network.msp.key.address, *(node.key.address for node in nodes))


async def test_link_exchanged_is_signed_again_by_the_callers_node(network: Network, station: Party) -> None:
    link = f'<{station.backend.url}/p2>; rel="next"'
    signed = signed_answer(station, [1], {"link": link, "x-limit": "5", "x-total-count": "50"})
    station.backend.set("GET", "/sender/locations", signed, link=link, x_limit="5", x_total_count="50")
    answer = await network.one.call("GET", LOCATIONS, signed_headers(network.msp, station, [], b""))
    headers = {name: answer.header(name) or "" for name in ("link", "x-limit", "x-total-count")}
    assert headers["link"] != link
    signatories = answer_signatories(answer, headers)
    assert signatories[0] == station.key.address
    assert signatories[-1] == network.one.key.address


async def test_location_exchanged_is_signed_again(network: Network, station: Party) -> None:
    location = "http://msp.test/cdrs/1"
    signed = signed_answer(network.msp, None, {"location": location})
    network.msp.backend.set("POST", "/receiver/cdrs", signed, location=location)
    body = b'{"id":"1"}'
    answer = await station.node.call(
        "POST", "/ocpi/receiver/2.2.1/cdrs", signed_headers(station, network.msp, [], body), body
    )
    signatories = answer_signatories(answer, {"location": answer.header("location") or ""})
    assert (signatories[0], signatories[-1]) == (network.msp.key.address, station.node.key.address)


@pytest.mark.parametrize("what", ["body", "query", "header", "garbage", "stranger", "empty-envelope"])
async def test_altered_or_foreign_signature_answers_2001_and_reaches_nobody(
    network: Network, station: Party, what: str
) -> None:
    body, target = b'{"response_url":"http://msp.test/cb","session_id":"1"}', STOP
    key = PrivateKey.generate() if what == "stranger" else None
    headers = signed_headers(network.msp, station, [], body, key)
    if what == "body":
        body = body.replace(b'"1"', b'"2"')
    elif what == "header":
        headers["x-correlation-id"] = "other"
    elif what == "garbage":
        headers["ocn-signature"] = "bm90aGluZw=="
    elif what == "empty-envelope":
        headers["ocn-signature"] = "e30="
    elif what == "query":
        headers = signed_headers(network.msp, station, [("a", "1")], body)
        target = f"{STOP}?a=2"
    answer = await network.one.call("POST", target, headers, body)
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert "ocn_signature" in answer.json
    assert station.backend.received == []


async def test_altered_answer_is_withheld_as_3000(network: Network, station: Party) -> None:
    signed = signed_answer(station, [{"price": 1}]).replace(b'"price": 1', b'"price": 2')
    station.backend.set("GET", "/sender/locations", signed)
    answer = await network.one.call("GET", LOCATIONS, signed_headers(network.msp, station, [], b""))
    assert (answer.status, answer.json["status_code"]) == (200, 3000)
    assert "price" not in answer.body.decode()


async def test_party_that_demands_signatures_gets_no_unsigned_request_and_no_unsigned_answer(
    network: Network, station: Party
) -> None:
    switch = "/ocpi/receiver/2.2.1/ocnrules/signatures"
    token = {"Authorization": f"Token {station.token}"}
    assert (await station.node.call("PUT", switch, token)).status == 200
    refused = await network.msp.call(station, "GET", LOCATIONS)
    assert (refused.status, refused.json["status_code"]) == (400, 2001)
    assert station.backend.received == []
    unsigned = await station.call(network.msp, "PUT", "/ocpi/receiver/2.2.1/sessions/NL/CPX/1", b"{}")
    assert (unsigned.status, unsigned.json["status_code"]) == (200, 3000)
    rules = await station.node.call("GET", "/ocpi/receiver/2.2.1/ocnrules", token)
    assert rules.json["data"]["signatures"] is True


async def test_nodes_errors_are_signed_by_the_node_when_the_request_was(network: Network) -> None:
    del network.world.backends[network.cpo.backend.url]
    answer = await network.one.call("GET", LOCATIONS, signed_headers(network.msp, network.cpo, [], b""))
    assert answer.json["status_code"] == 4003
    assert answer_signatories(answer, {}) == (network.one.key.address,)


async def test_custom_body_signed_as_one_text_is_accepted_json_or_not(
    network: Network, station: Party
) -> None:
    for body in (b"plain text, no JSON", b'{"camelCase": 1}'):
        headers = {name.lower(): value for name, value in network.msp.headers(station).items()}
        signature = encode(sign(request_values(headers, [], body.decode()), network.msp.key))
        target = "/ocpi/custom/receiver/nltnm-things/x"
        answer = await network.one.call("POST", target, {**headers, "ocn-signature": signature}, body)
        assert answer.status == 200, answer.body
        assert station.backend.received.pop().body == body


async def test_signed_body_that_is_no_json_answers_2001(network: Network) -> None:
    headers = signed_headers(network.cpo, network.msp, [], b'{"kwh":1}')
    answer = await network.one.call("PUT", "/ocpi/receiver/2.2.1/sessions/DE/CPO/1", headers, b'{"kwh":1')
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert network.msp.backend.received == []
