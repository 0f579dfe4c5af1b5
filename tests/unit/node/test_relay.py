"""The relay: what arrives, what comes back, over one node and over two."""

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Party
else:
    Network = Party = object

LOCATIONS = "/ocpi/sender/2.2.1/locations"
ODD_BODY = (
    b'{ "status_code" : 1000, "data":[{"kwh": 1.10,"x":1E5 , "\\u00e4":null}],\n'
    b'"timestamp":"2026-01-01T00:00:00Z"}'
)


async def test_get_answer_of_receiver_arrives_byte_for_byte(network: Network, station: Party) -> None:
    station.backend.set("GET", "/sender/locations", ODD_BODY)
    answer = await network.msp.call(station, "GET", LOCATIONS)
    assert answer.status == 200
    assert answer.body == ODD_BODY


async def test_put_body_reaches_receiver_byte_for_byte(network: Network, station: Party) -> None:
    body = b'{"kwh":  10.000, "unknown": [1e3,{}], "last_updated":"2026-01-01T00:00:00Z" }'
    path = "/ocpi/receiver/2.2.1/sessions/NL/CPX/S%2F1"
    answer = await station.call(network.msp, "PUT", path, body)
    assert answer.status == 200
    (got,) = network.msp.backend.received
    assert got.body == body
    assert got.url == "http://msp.test/receiver/sessions/NL/CPX/S%2F1"


async def test_hub_10_and_hub_70_forwarded_request_has_same_parties_new_request_id_same_correlation_id(
    network: Network, station: Party
) -> None:
    await network.msp.call(station, "GET", f"{LOCATIONS}?limit=5&offset=0")
    (got,) = station.backend.received
    assert got.url.endswith("/sender/locations?limit=5&offset=0")
    assert got.header("ocpi-from-party-id") == "MSP"
    assert got.header("ocpi-to-party-id") == station.id.party_id
    assert got.header("x-correlation-id") == "corr-1"
    assert got.header("x-request-id") not in {None, "req-1"}
    assert got.header("authorization") == "Token " + base64.b64encode(b"token-b").decode()


async def test_hub_71_answer_carries_the_callers_ids_and_exchanged_parties(
    network: Network, station: Party
) -> None:
    answer = await network.msp.call(station, "GET", LOCATIONS)
    assert answer.header("x-request-id") == "req-1"
    assert answer.header("x-correlation-id") == "corr-1"
    assert answer.header("ocpi-to-party-id") == "MSP"
    assert answer.header("ocpi-from-party-id") == station.id.party_id


async def test_page_link_is_rewritten_to_the_callers_node_and_can_be_followed_twice(
    network: Network, station: Party
) -> None:
    page = f"{station.backend.url}/elsewhere?cursor=a%2Bb&limit=2"
    station.backend.set(
        "GET", "/sender/locations", [1], link=f'<{page}>; rel="next"', x_total_count="3", x_limit="2"
    )
    station.backend.set("GET", "/elsewhere?cursor=a%2Bb&limit=2", [2])
    answer = await network.msp.call(station, "GET", LOCATIONS)
    link = (answer.header("link") or "").removeprefix("<").removesuffix('>; rel="next"')
    assert link.startswith(f"{network.one.url}{LOCATIONS}/page/")
    assert (answer.header("x-total-count"), answer.header("x-limit")) == ("3", "2")
    for _ in range(2):
        assert (await network.msp.call(station, "GET", link)).json["data"] == [2]


async def test_page_link_used_by_another_party_answers_404(network: Network) -> None:
    network.cpo.backend.set("GET", "/sender/locations", [], link='<http://cpo.test/p>; rel="next"')
    answer = await network.msp.call(network.cpo, "GET", LOCATIONS)
    link = (answer.header("link") or "")[1:].partition(">")[0]
    stolen = await network.cpo.call(network.cpo, "GET", link)
    assert (stolen.status, stolen.json["status_code"]) == (404, 2003)


async def test_cdr_location_is_rewritten_and_leads_back_to_the_cdr(network: Network, station: Party) -> None:
    network.msp.backend.set("POST", "/receiver/cdrs", None, status=201, location="http://msp.test/cdrs/77")
    network.msp.backend.set("GET", "/cdrs/77", {"id": "77"})
    answer = await station.call(network.msp, "POST", "/ocpi/receiver/2.2.1/cdrs", b'{"id":"77"}')
    location = answer.header("location") or ""
    assert answer.status == 201
    assert location.startswith(f"{station.node.url}/ocpi/receiver/2.2.1/cdrs/")
    assert (await station.call(network.msp, "GET", location)).json["data"] == {"id": "77"}


async def test_command_result_comes_back_through_both_nodes_to_the_response_url(
    network: Network, station: Party
) -> None:
    body = b'{"token": {"uid":"1"},  "response_url" : "http://msp.test/cb/9?x=1","location_id":"L"}'
    await network.msp.call(station, "POST", "/ocpi/receiver/2.2.1/commands/START_SESSION", body)
    (command,) = station.backend.received
    callback = json.loads(command.body)["response_url"]
    assert callback.startswith(f"{station.node.url}/ocpi/sender/2.2.1/commands/START_SESSION/")
    assert command.body == body.replace(b"http://msp.test/cb/9?x=1", callback.encode())
    answer = await station.call(network.msp, "POST", callback, b'{"result":"ACCEPTED"}')
    assert answer.status == 200
    (result,) = network.msp.backend.received
    assert (result.method, result.url) == ("POST", "http://msp.test/cb/9?x=1")
    assert result.body == b'{"result":"ACCEPTED"}'


async def test_charging_profile_response_url_in_query_is_exchanged_escaped_or_not(
    network: Network, station: Party
) -> None:
    for written in ("http%3A%2F%2Fmsp.test%2Fcb%3Fa%3D1", "http://msp.test/cb?a=1"):
        target = f"/ocpi/receiver/2.2.1/chargingprofiles/S1?duration=9&response_url={written}"
        await network.msp.call(station, "GET", target)
        sent = station.backend.received.pop()
        assert sent.url.startswith(
            f"{station.backend.url}/receiver/chargingprofiles/S1?duration=9&response_url=http%3A"
        )
        from urllib.parse import parse_qs, urlsplit

        callback = parse_qs(urlsplit(sent.url).query)["response_url"][0]
        assert callback.startswith(f"{station.node.url}/ocpi/sender/2.2.1/chargingprofiles/result/")
        await station.call(network.msp, "POST", callback, b'{"result":"ACCEPTED"}')
        assert network.msp.backend.received.pop().url == "http://msp.test/cb?a=1"


async def test_custom_module_any_method_and_sub_path_is_relayed(network: Network, station: Party) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        body = b"" if method == "GET" else b"not json at all"
        answer = await network.msp.call(
            station, method, "/ocpi/custom/sender/nltnm-things/a/b%20c?q=1&q=2", body
        )
        assert answer.status == 200
        got = station.backend.received.pop()
        assert (got.method, got.body) == (method, body)
        assert got.url == f"{station.backend.url}/sender/nltnm-things/a/b%20c?q=1&q=2"


async def test_hub_82_and_d5_downstream_401_becomes_4000_with_http_200(
    network: Network, station: Party
) -> None:
    for status in (401, 403, 500, 302):
        station.backend.set("GET", "/sender/locations", b'{"status_code":2001}', status=status)
        answer = await network.msp.call(station, "GET", LOCATIONS)
        assert (answer.status, answer.json["status_code"]) == (200, 4000)


async def test_hub_83_error_4000_to_a_caller_on_2_2_is_3000(network: Network, station: Party) -> None:
    station.backend.set("GET", "/sender/locations", b"<html>", status=200)
    answer = await network.msp.call(station, "GET", "/ocpi/sender/2.2/locations")
    assert (answer.status, answer.json["status_code"]) == (200, 3000)


async def test_hub_80_receivers_own_errors_are_passed_on(network: Network, station: Party) -> None:
    body = b'{"status_code":2003,"status_message":"no","timestamp":"2026-01-01T00:00:00Z"}'
    for status in (200, 404):
        station.backend.set("GET", "/sender/locations/L9", body, status=status)
        answer = await network.msp.call(station, "GET", f"{LOCATIONS}/L9")
        assert (answer.status, answer.body) == (status, body)


async def test_hub_81_unknown_receiver_answers_4001(network: Network) -> None:
    from ocn.ocpi.party_id import PartyId

    answer = await network.msp.call(PartyId("FR", "XXX"), "GET", LOCATIONS)
    assert (answer.status, answer.json["status_code"]) == (200, 4001)


async def test_hub_112_and_d4_receiver_without_the_module_answers_4001(
    network: Network, station: Party
) -> None:
    answer = await network.msp.call(station, "GET", "/ocpi/custom/sender/nobody-has-this")
    assert (answer.status, answer.json["status_code"]) == (200, 4001)


async def test_unreachable_receiver_answers_4003(network: Network, station: Party) -> None:
    del network.world.backends[station.backend.url]
    answer = await network.msp.call(station, "GET", LOCATIONS)
    assert (answer.status, answer.json["status_code"]) == (200, 4003)


async def test_hub_06_half_a_routing_pair_answers_2001(network: Network) -> None:
    headers = network.msp.headers(network.cpo)
    del headers["OCPI-to-party-id"]
    answer = await network.one.call("GET", LOCATIONS, headers)
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert answer.header("x-request-id") == "req-1"


async def test_doubled_header_answers_2001(network: Network) -> None:
    pairs = [*network.msp.headers(network.cpo).items(), ("OCPI-from-party-id", "CPO")]
    answer = await network.one.call("GET", LOCATIONS, pairs)
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert network.cpo.backend.received == []


async def test_unknown_token_answers_401(network: Network) -> None:
    headers = {**network.msp.headers(network.cpo), "Authorization": "Token nonsense"}
    answer = await network.one.call("GET", LOCATIONS, headers)
    assert (answer.status, answer.json["status_code"]) == (401, 2001)


async def test_token_is_accepted_raw_and_base64_even_with_the_newline_of_the_examples(
    network: Network,
) -> None:
    for text in (network.msp.token, network.msp.token + "\n"):
        encoded = base64.b64encode(text.encode()).decode()
        headers = {**network.msp.headers(network.cpo), "Authorization": f"Token {encoded}"}
        assert (await network.one.call("GET", LOCATIONS, headers)).status == 200


async def test_hub_106_and_d3_from_a_party_of_another_platform_is_2001_and_no_401(network: Network) -> None:
    headers = {**network.msp.headers(network.cpo), "OCPI-from-party-id": "CPO"}
    answer = await network.one.call("GET", LOCATIONS, headers)
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert network.cpo.backend.received == []


async def test_routing_codes_in_lower_case_reach_the_party_unchanged(
    network: Network, station: Party
) -> None:
    headers = {**network.msp.headers(station), "OCPI-to-party-id": station.id.party_id.lower()}
    assert (await network.one.call("GET", LOCATIONS, headers)).status == 200
    assert station.backend.received[0].header("ocpi-to-party-id") == station.id.party_id.lower()


async def test_dot_segments_in_a_path_answer_404(network: Network) -> None:
    for path in ("..", "%2e%2e", ".", "a%2Fb%2F..", "%00", "a%5c..", "%252e%252e"):
        answer = await network.msp.call(network.cpo, "GET", f"/ocpi/custom/sender/nltnm-things/{path}")
        assert answer.status == 404, path


async def test_message_with_altered_body_between_nodes_is_refused(network: Network) -> None:
    def alter(request):  # type: ignore[no-untyped-def]
        request.body = request.body.replace(b"1", b"2")
        return request

    network.world.tampering = alter
    answer = await network.cpx.call(
        network.msp, "PUT", "/ocpi/receiver/2.2.1/sessions/NL/CPX/S1", b'{"kwh":1}'
    )
    assert (answer.status, answer.json["status_code"]) == (200, 4003)
    assert network.msp.backend.received == []


async def test_message_between_nodes_replayed_is_refused(network: Network) -> None:
    seen = []

    def keep(request):  # type: ignore[no-untyped-def]
        seen.append(request)
        return request

    network.world.tampering = keep
    await network.cpx.call(network.msp, "PUT", "/ocpi/receiver/2.2.1/sessions/NL/CPX/S1", b"{}")
    (request,) = seen
    replayed = await network.one.call(
        "PUT", request.url.removeprefix(network.one.url), request.headers, request.body
    )
    assert replayed.json["status_code"] == 4003
    assert len(network.msp.backend.received) == 1


async def test_response_url_that_points_inside_is_refused_and_nothing_is_sent(
    network: Network, station: Party
) -> None:
    body = b'{"response_url":"http://internal/x","session_id":"1"}'
    answer = await network.msp.call(station, "POST", "/ocpi/receiver/2.2.1/commands/STOP_SESSION", body)
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert station.backend.received == []


async def test_request_that_comes_back_to_the_node_is_refused(network: Network) -> None:
    answer = await network.msp.call(
        network.cpo, "GET", LOCATIONS, via=f"1.1 {network.one.key.address.lower()}"
    )
    assert answer.json["status_code"] == 4000


async def test_message_between_nodes_signed_before_the_node_started_is_refused(network: Network) -> None:
    seen = []

    def keep(request):  # type: ignore[no-untyped-def]
        seen.append(request)
        return request

    network.world.tampering = keep
    await network.cpx.call(network.msp, "PUT", "/ocpi/receiver/2.2.1/sessions/NL/CPX/S1", b"{}")
    network.world.clock.advance(timedelta(seconds=1))
    restarted = await network.world.restarted(network.one)
    (request,) = seen
    target = request.url.removeprefix(network.one.url)
    replayed = await restarted.call("PUT", target, request.headers, request.body)
    assert replayed.json["status_code"] == 4003
    assert len(network.msp.backend.received) == 1


async def test_location_handed_out_before_its_owner_registered_anew_is_unknown(network: Network) -> None:
    network.msp.backend.set("POST", "/receiver/cdrs", None, location="http://msp.test/cdrs/77")
    answer = await network.cpo.call(network.msp, "POST", "/ocpi/receiver/2.2.1/cdrs", b'{"id":"77"}')
    network.msp.backend.received.clear()
    await network.one.call(
        "DELETE", "/ocpi/2.2.1/credentials", {"Authorization": f"Token {network.msp.token}"}
    )
    await network.world.join(network.one, "DE", "MSP", "EMSP")
    again = await network.cpo.call(network.msp, "GET", answer.header("location") or "")
    assert (again.status, again.json["status_code"]) == (404, 2003)
    assert network.msp.backend.received == []
