"""Parties and nodes that mean harm, or take no care: refused clearly, and nothing is forwarded or leaked."""

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.signing import PrivateKey, encode, request_values, sign

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Node, Party, Request
    from tests.unit.node.directory import Listing
else:
    Listing = Network = Node = Party = Request = object

LOCATIONS = "/ocpi/sender/2.2.1/locations"
SESSION = "/ocpi/receiver/2.2.1/sessions/DE/MSP/S1"
START = "/ocpi/receiver/2.2.1/commands/START_SESSION"
PROFILE = "/ocpi/receiver/2.2.1/chargingprofiles/S1"
CALLBACK = "http://msp.test/cb"
EVIL = "http://evil.test/"


def incident(answer: Any) -> bool:
    """Whether the node met something it did not foresee."""
    return b"incident" in answer.body


@pytest.mark.parametrize(
    "query",
    [
        f"response_url={CALLBACK}&response_url={EVIL}",
        f"response_url={EVIL}&duration=1&response_url={CALLBACK}",
        f"response%5Furl={EVIL}&response_url={CALLBACK}",
        f"response_url={CALLBACK}&response%5furl={EVIL}",
        f"Response_URL={EVIL}&response_url={CALLBACK}",
        f"a=1;response_url={EVIL}&response_url={CALLBACK}",
        f"response_url={EVIL}&response_url=http://msp.test/cb?a=1",
        "duration=1",
        "response_url=",
        "response_url",
        "Response_Url=" + quote(CALLBACK),
        "response_url=http%3A%2F%2Fmsp.test%2F%FF",
        "response_url=ftp://msp.test/",
    ],
)
async def test_profile_whose_response_url_is_not_one_clear_address_is_refused(
    network: Network, station: Party, query: str
) -> None:
    answer = await network.msp.call(station, "GET", f"{PROFILE}?{query}")
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert station.backend.received == []


async def test_profile_with_question_mark_in_another_parameter_exchanges_the_response_url_alone(
    network: Network, station: Party
) -> None:
    await network.msp.call(station, "GET", f"{PROFILE}?response_url={quote(CALLBACK, safe='')}&note=why?")
    (got,) = station.backend.received
    assert got.url.endswith("&note=why?")
    assert "msp.test" not in got.url


@pytest.mark.parametrize(
    "body",
    [
        b'{"response_url":"http://msp.test/a","response_url":"http://evil.test/"}',
        b'{"response_url":"http://msp.test/a","response_\\u0075rl":"http://evil.test/"}',
        b'{"response_url":"http://msp.test/a","Response_Url":"http://evil.test/"}',
        b'{"response_url":null}',
        b'{"response_url":["http://msp.test/a"]}',
        b'{"response_url":{"response_url":"http://msp.test/a"}}',
        b'{"response_url":7}',
        b'{"response_url":""}',
        b'{"response_url":"http://msp.test/\\u0000"}',
        b'{"response_url":"http://msp.test/\\u00e9"}',
        b'{"response_url":"http://msp.test/\xff"}',
        b'{"\xff":1,"response_url":"http://msp.test/a"}',
        b'{"data":{"response_url":"http://msp.test/a"}}',
        b"[]",
        b"",
        b"\xef\xbb\xbf{}",
        b'{"response_url":"http://msp.test/' + b"a" * 3000 + b'"}',
        b'{"x":' + b"[" * 3000 + b"]" * 3000 + b',"response_url":"http://msp.test/a"}',
        b'{"response_url":"http://one.test/ocpi/x"}',
        b'{"response_url":"HTTP://ONE.TEST/ocpi/x"}',
    ],
)
async def test_command_whose_response_url_is_not_one_clear_address_is_refused(
    network: Network, station: Party, body: bytes
) -> None:
    answer = await network.msp.call(station, "POST", START, body)
    assert (answer.status, answer.json["status_code"]) == (400, 2001), answer.body
    assert not incident(answer)
    assert station.backend.received == []


async def test_command_larger_than_any_command_is_refused(network: Network, station: Party) -> None:
    body = b'{"response_url":"http://msp.test/a","x":[' + b"1," * 200_000 + b"1]}"
    answer = await network.msp.call(station, "POST", START, body)
    assert (answer.status, answer.json["status_code"]) == (413, 2001)
    assert station.backend.received == []


async def test_command_with_escaped_member_name_is_exchanged(network: Network, station: Party) -> None:
    body = b'{"response_\\u0075rl":"http://msp.test/a","token":{}}'
    answer = await network.msp.call(station, "POST", START, body)
    assert answer.status == 200
    (got,) = station.backend.received
    assert json.loads(got.body)["response_url"].startswith(f"{station.node.url}/ocpi/sender/2.2.1/commands/")


@pytest.mark.parametrize("expiry", ['"9999-12-31T23:59:59Z"', '"0001-01-01T00:00:00Z"', '"x"', "7", "null"])
async def test_reservation_with_any_expiry_is_sent(network: Network, station: Party, expiry: str) -> None:
    body = b'{"response_url":"http://msp.test/a","expiry_date":%b}' % expiry.encode()
    answer = await network.msp.call(station, "POST", START.replace("START_SESSION", "RESERVE_NOW"), body)
    assert (answer.status, answer.json["status_code"]) == (200, 1000)


async def test_query_too_long_to_be_sent_on_is_the_callers_error(network: Network, station: Party) -> None:
    answer = await network.msp.call(station, "GET", f"{LOCATIONS}?a={'b' * 5000}")
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert station.backend.received == []


@pytest.mark.parametrize(
    "link", ["<http://[bad/x>", "<http://internal/x>", "<//[::1/x>", "<http://one.test/ocpi/x>"]
)
async def test_page_link_that_cannot_be_called_is_the_hubs_error(
    network: Network, station: Party, link: str
) -> None:
    station.backend.set("GET", "/sender/locations", [], link=f'{link}; rel="next"')
    answer = await network.msp.call(station, "GET", LOCATIONS)
    if link == "<http://one.test/ocpi/x>" and station is network.cpx:
        return  # to node two this is an address like any other
    assert (answer.status, answer.json["status_code"]) == (200, 4000)
    assert not incident(answer)


@pytest.mark.parametrize(
    "link",
    [
        "http://evil.test/; rel=next",
        "<http://evil.test/<x>; rel=next",
        '<http://evil.test/>; rel="prev"',
        "x",
    ],
)
async def test_link_that_was_not_exchanged_does_not_reach_the_caller(
    network: Network, station: Party, link: str
) -> None:
    station.backend.set("GET", "/sender/locations", [], link=link)
    answer = await network.msp.call(station, "GET", LOCATIONS)
    assert answer.status == 200
    assert "evil" not in str(answer.headers)


async def test_location_where_none_is_due_does_not_reach_the_caller(network: Network, station: Party) -> None:
    for status in (200, 404):
        body = b'{"status_code":2003,"timestamp":"2026-01-01T00:00:00Z"}'
        station.backend.set(
            "GET", "/sender/locations/L1", body, status=status, location=EVIL, link=f"<{EVIL}>"
        )
        answer = await network.msp.call(station, "GET", f"{LOCATIONS}/L1")
        assert answer.status == status
        assert "evil" not in str(answer.headers)


@pytest.mark.parametrize("status", [204, 205])
async def test_answer_without_content_is_written_out_under_a_status_that_has_a_body(
    network: Network, station: Party, status: int
) -> None:
    station.backend.set("PUT", "/receiver/sessions/DE/MSP/S1", b"", status=status)
    answer = await network.msp.call(station, "PUT", SESSION, b"{}")
    assert (answer.status, answer.json["status_code"]) == (200, 1000)


@pytest.mark.parametrize(
    "body",
    [
        b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z","ocn_signature":null}',
        b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z","ocn_signature":""}',
        b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z","ocn_signature":7}',
        b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z","data":{"ocn_signature":"x"}}',
        b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z","ocn_signatur\\u0065":"x"}',
        b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z"}',
    ],
)
async def test_unsigned_answer_dressed_as_signed_is_refused_where_signatures_are_demanded(
    network: Network, station: Party, body: bytes
) -> None:
    await network.one.call(
        "PUT", "/ocpi/receiver/2.2.1/ocnrules/signatures", {"Authorization": f"Token {network.msp.token}"}
    )
    station.backend.set("GET", "/sender/locations", body)
    answer = await network.msp.call(station, "GET", LOCATIONS)
    assert (answer.status, answer.json["status_code"]) == (200, 3000)
    assert "signature" in answer.json["status_message"]


async def test_signed_request_whose_body_is_no_json_is_refused_clearly(
    network: Network, station: Party
) -> None:
    headers = {name.lower(): value for name, value in network.msp.headers(station).items()}
    signature = encode(sign(request_values(headers, [], None), network.msp.key))
    for body in (b"{", b"\xff", b'{"a":1,"a":2}', b"[" * 500 + b"]" * 500):
        answer = await network.msp.call(station, "PUT", SESSION, body, OCN_Signature=signature)
        assert (answer.status, answer.json["status_code"]) == (400, 2001)
        assert not incident(answer)
    assert station.backend.received == []


async def test_custom_module_body_that_is_no_json_is_signed_as_one_text(
    network: Network, station: Party
) -> None:
    headers = {name.lower(): value for name, value in network.msp.headers(station).items()}
    signature = encode(sign(request_values(headers, [], "any text"), network.msp.key))
    target = "/ocpi/custom/sender/nltnm-things/a"
    for body, status in ((b"any text", 200), (b"another text", 400)):
        answer = await network.msp.call(station, "POST", target, body, OCN_Signature=signature)
        assert answer.status == status
    (got,) = station.backend.received
    assert got.body == b"any text"


@pytest.mark.parametrize("signature", ["A", "e30=", "H4sIAAAA", "{}", "A" * 60_000, "=", "-_-_"])
async def test_malformed_signature_is_refused_clearly(
    network: Network, station: Party, signature: str
) -> None:
    answer = await network.msp.call(station, "GET", LOCATIONS, OCN_Signature=signature)
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert not incident(answer)
    assert station.backend.received == []


@pytest.mark.parametrize("packer", ["brotli", "gzip", "plain"])
@pytest.mark.parametrize("kind", ["bomb", "fields", "rewrites", "deep"])
async def test_signature_that_is_a_burden_is_refused_clearly(
    network: Network, station: Party, packer: str, kind: str
) -> None:
    import gzip

    import brotli  # type: ignore[import-untyped]  # ships no types

    good = {"fields": ["$['body']['a']"], "hash": "0x" + "0" * 64, "rsv": "0x" + "0" * 130, "signatory": "0x"}
    rewrite = {"rewrittenFields": {}, **{name: good[name] for name in ("hash", "rsv", "signatory")}}
    text = {
        "bomb": json.dumps({**good, "signatory": " " * 20_000_000}),
        "fields": json.dumps({**good, "fields": ["$['body']"] * 10_000}),
        "rewrites": json.dumps({**good, "rewrites": [rewrite] * 10_000}),
        "deep": json.dumps({**good, "rewrites": []})[:-2] + "[" * 10_000 + "]" * 10_000 + "]}",
    }[kind].encode()
    packed: bytes = text[:40_000]
    if packer != "plain":
        packed = gzip.compress(text) if packer == "gzip" else brotli.compress(text, quality=4)
    answer = await network.msp.call(
        station, "GET", LOCATIONS, OCN_Signature=base64.b64encode(packed).decode()
    )
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert not incident(answer)
    assert station.backend.received == []


async def test_signature_of_a_stranger_is_refused(network: Network, station: Party) -> None:
    headers = {name.lower(): value for name, value in network.msp.headers(station).items()}
    signature = encode(sign(request_values(headers, [], None), PrivateKey.generate()))
    answer = await network.msp.call(station, "GET", LOCATIONS, OCN_Signature=signature)
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert station.backend.received == []


async def test_request_that_passes_two_nodes_names_both_and_a_third_visit_is_refused(
    network: Network,
) -> None:
    await network.msp.call(network.cpx, "GET", LOCATIONS, via="1.0 proxy")
    (got,) = network.cpx.backend.received
    via = got.header("via") or ""
    assert "1.0 proxy" in via
    for node in (network.one, network.two):
        assert node.key.address.lower() in via
        answer = await network.msp.call(network.cpo, "GET", LOCATIONS, via=via)
        assert answer.json["status_code"] == 4000


async def test_via_longer_than_any_honest_way_is_refused(network: Network) -> None:
    answer = await network.msp.call(network.cpo, "GET", LOCATIONS, via=", ".join(["1.1 proxy"] * 200))
    assert answer.json["status_code"] == 4000
    assert network.cpo.backend.received == []


async def test_page_link_of_a_party_that_moved_here_sends_its_token_nowhere_else(network: Network) -> None:
    network.cpx.backend.set("GET", "/sender/locations", [], link='</p2>; rel="next"')
    answer = await network.msp.call(network.cpx, "GET", LOCATIONS)
    link = (answer.header("link") or "")[1:].partition(">")[0]
    requests: list[Request] = []

    def note(request: Request) -> Request:
        requests.append(request)
        return request

    network.world.tampering = note
    (moved,) = await network.two.store.platforms()
    await network.one.store.register(moved)
    await network.one.app._hub_modules._members.refresh()
    answer = await network.msp.call(network.cpx, "GET", link)
    assert (answer.status, answer.json["status_code"]) == (404, 2003)
    assert requests == []


async def test_page_link_of_a_party_that_moved_away_is_not_called_directly(network: Network) -> None:
    network.cpo.backend.set("GET", "/sender/locations", [], link='</p2>; rel="next"')
    answer = await network.msp.call(network.cpo, "GET", LOCATIONS)
    link = (answer.header("link") or "")[1:].partition(">")[0]
    network.cpo.backend.received.clear()
    (left,) = [each for each in await network.one.store.platforms() if network.cpo.id in each.parties]
    await network.one.store.remove(left.id)
    await network.one.app._hub_modules._members.refresh()
    old = network.world.directory.listings[network.cpo.id]
    network.world.directory.listings[network.cpo.id] = type(old)(
        old.address, network.two.key.address, network.two.url
    )
    answer = await network.msp.call(network.cpo, "GET", link)
    assert (answer.status, answer.json["status_code"]) == (404, 2003)
    assert network.cpo.backend.received == []


@pytest.mark.parametrize(
    "change", ["method", "target", "receiver", "sender", "correlation", "party signature"]
)
async def test_message_between_nodes_with_anything_signed_changed_is_refused(
    network: Network, change: str
) -> None:
    def tamper(request: Any) -> Any:
        match change:
            case "method":
                request.method = "PATCH"
            case "target":
                request.url = request.url.replace("S1", "S2")
            case "receiver":
                request.headers["OCPI-to-party-id"] = "CPO"
            case "sender":
                request.headers["OCPI-from-party-id"] = "CPY"
            case "correlation":
                request.headers["X-Correlation-ID"] = "other"
            case _:
                request.headers["OCN-Signature"] = "e30="
        return request

    listings = network.world.directory.listings
    listings[PartyId("NL", "CPY")] = listings[network.cpx.id]
    network.world.tampering = tamper
    answer = await network.cpx.call(network.msp, "PUT", SESSION, b"{}")
    assert (answer.status, answer.json["status_code"]) == (200, 4003)
    assert network.msp.backend.received == network.cpo.backend.received == []


async def test_message_between_nodes_that_is_stale_is_refused(network: Network) -> None:
    def late(request: Any) -> Any:
        network.world.clock.advance(timedelta(minutes=5))
        return request

    network.world.tampering = late
    answer = await network.cpx.call(network.msp, "PUT", SESSION, b"{}")
    assert (answer.status, answer.json["status_code"]) == (200, 4003)
    assert network.msp.backend.received == []


async def test_message_from_an_operator_that_is_not_the_senders_is_refused(network: Network) -> None:
    listings = network.world.directory.listings
    old = listings[network.cpx.id]
    listings[network.cpx.id] = type(old)(old.address, PrivateKey.generate().address, "http://three.test")
    answer = await network.cpx.call(network.msp, "PUT", SESSION, b"{}")
    assert (answer.status, answer.json["status_code"]) == (200, 4003)
    assert network.msp.backend.received == []


async def test_message_to_a_party_of_a_third_node_is_not_passed_on(network: Network) -> None:
    listings = network.world.directory.listings
    far = PartyId("FR", "FAR")
    listings[far] = type(listings[network.msp.id])(
        PrivateKey.generate().address, network.one.key.address, network.one.url
    )
    answer = await network.cpx.call(far, "PUT", SESSION, b"{}")
    assert (answer.status, answer.json["status_code"]) == (200, 4003)


async def test_answer_from_a_wrong_node_key_is_refused(network: Network) -> None:
    from ocn.node.authentication.answers import AnswersToNodes

    impostor = AnswersToNodes(key=PrivateKey.generate(), now_ms=network.world.clock.now_ms)
    network.two.app._answer_signing = impostor
    answer = await network.msp.call(network.cpx, "GET", LOCATIONS)
    assert (answer.status, answer.json["status_code"]) == (200, 4003)
    assert "not signed by its key" in answer.json["status_message"]


class _Lying:
    """Answers in the name of a node whatever its pipeline said, before the node signs it."""

    def __init__(self, pipeline: Any, **headers: str) -> None:
        self._pipeline, self._headers = pipeline, headers

    async def relay(self, received: Any) -> Any:
        answer = await self._pipeline.relay(received)
        return type(answer)(answer.http_status, {**answer.headers, **self._headers}, answer.body)


@pytest.mark.parametrize(
    "link",
    [
        "http://evil.test/ocn/relay/x",
        "http://two.test.evil.test/ocn/relay/x",
        "http://two.test/ocpi/sender/2.2.1/locations",
        "/ocpi/x",
    ],
)
async def test_node_that_answers_with_an_address_not_its_own_relays_is_refused(
    network: Network, link: str
) -> None:
    app: Any = network.two.app
    app._pipeline = _Lying(app._pipeline, link=f'<{link}>; rel="next"')
    answer = await network.msp.call(network.cpx, "GET", LOCATIONS)
    assert (answer.status, answer.json["status_code"]) == (200, 4000)


async def test_node_that_sends_a_response_url_not_its_own_is_refused(network: Network) -> None:
    routing: Any = network.two.app._pipeline._routing
    for url in (EVIL, "http://one.test/ocn/relay/x", "http://two.test/ocn/relay/" + "a" * 3000):
        handed_out = routing._handed_out

        class Forged:
            lifetimes = handed_out.lifetimes
            is_own = handed_out.is_own

            async def mint(self, *args: Any, **kwargs: Any) -> str:
                return url  # noqa: B023  # used within this turn of the loop

        routing._handed_out = Forged()
        body = b'{"response_url":"http://cpx.test/cb"}'
        answer = await network.cpx.call(network.msp, "POST", START, body)
        routing._handed_out = handed_out
        assert (answer.status, answer.json["status_code"]) == (400, 2001), url
    assert network.msp.backend.received == []


async def test_callback_used_by_anybody_but_its_holder_is_unknown(network: Network, station: Party) -> None:
    await network.msp.call(station, "POST", START, b'{"response_url":"http://msp.test/a"}')
    (command,) = station.backend.received
    callback = json.loads(command.body)["response_url"]
    other = network.cpo if station is network.cpx else network.cpx
    target = callback.removeprefix(station.node.url)
    for thief, to in ((other, network.msp), (network.msp, station), (station, other)):
        answer = await thief.call(to, "POST", target, b"{}")
        assert answer.status != 200 or answer.json["status_code"] != 1000
    for changed in (target[:-1] + "!", target.replace("START_SESSION", "STOP_SESSION") + "x"):
        assert (await station.call(network.msp, "POST", changed, b"{}")).status == 404
    assert network.msp.backend.received == []


async def test_links_expire(network: Network, station: Party) -> None:
    await network.msp.call(station, "POST", START, b'{"response_url":"http://msp.test/a"}')
    (command,) = station.backend.received
    network.world.clock.advance(timedelta(hours=25))
    answer = await station.call(network.msp, "POST", json.loads(command.body)["response_url"], b"{}")
    assert (answer.status, answer.json["status_code"]) == (404, 2003)
