"""Copies for services, over one node and two: who gets what, in which form, and who gets nothing."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ocn.conversion import ConversionRefused
from ocn.node.copies.copy import CopyState
from ocn.node.copies.copying import CopyingForwarding
from ocn.node.stages import Delivered, Routed
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.registry.listings import Modules, PartyListing
from ocn.signing import decode, encode, parse_json, request_values, sign, verify

if TYPE_CHECKING:
    from tests.unit.node.conftest import Node, Party, Request
    from tests.unit.node.copies.conftest import Copying
else:
    Copying = Node = Party = Request = object

CDRS = "/ocpi/receiver/2.2.1/cdrs"
SESSION = "/ocpi/receiver/2.2.1/sessions/DE/CPO/S1"
START = "/ocpi/receiver/2.2.1/commands/START_SESSION"
CDR = b'{"id":"C1",  "total_energy": 10.00, "unknown":{"\xc3\xa4":[1E3]}}'
FORWARD_ALL, SESSIONS_RECEIVER, CDRS_RECEIVER = 0, 6, 8
AT = "2026-01-01T00:00:00Z"
CDR_2_1_1 = {
    "id": "C1",
    "start_date_time": AT,
    "stop_date_time": AT,
    "auth_id": "DE-MSP-C1",
    "auth_method": "WHITELIST",
    "location": {
        "id": "L1",
        "type": "ON_STREET",
        "address": "Platz 1",
        "city": "Berlin",
        "postal_code": "10115",
        "country": "DEU",
        "coordinates": {"latitude": "52.520000", "longitude": "13.404000"},
        "evses": [
            {
                "uid": "E1",
                "evse_id": "FR*OLD*E1",
                "status": "AVAILABLE",
                "connectors": [
                    {
                        "id": "1",
                        "standard": "IEC_62196_T2",
                        "format": "SOCKET",
                        "power_type": "AC_3_PHASE",
                        "voltage": 400,
                        "amperage": 32,
                        "last_updated": AT,
                    }
                ],
                "last_updated": AT,
            }
        ],
        "last_updated": AT,
    },
    "currency": "EUR",
    "charging_periods": [{"start_date_time": AT, "dimensions": [{"type": "ENERGY", "volume": 10}]}],
    "total_cost": 4,
    "total_energy": 10,
    "total_time": 1,
    "last_updated": AT,
}


async def post_cdr(copying: Copying, **headers: str) -> None:
    answer = await copying.cpo.call(copying.msp, "POST", CDRS, CDR, **headers)
    assert answer.status == 200


async def test_service_receives_the_cdr_byte_for_byte(copying: Copying, service: Party) -> None:
    copying.permit(copying.cpo, service, CDRS_RECEIVER)
    await post_cdr(copying, Content_Type="application/json;charset=utf-8")
    (got,) = await copying.copies(service)
    assert (got.method, got.url, got.body) == ("POST", f"{service.backend.url}/receiver/cdrs", CDR)
    assert got.header("OCPI-from-party-id") == "CPO"
    assert got.header("OCPI-to-party-id") == service.id.party_id
    assert got.header("OCPI-to-country-code") == service.id.country_code
    assert got.header("OCN-Copy") == "request"
    assert got.header("OCN-Copy-Receiver") == "DE MSP"
    assert got.header("X-Correlation-ID") == "corr-1"
    assert got.header("X-Request-ID") not in (None, "req-1")
    assert got.header("Content-Type") == "application/json;charset=utf-8"
    assert got.header("Authorization") == "Token dG9rZW4tYg=="
    (receivers_own,) = copying.msp.backend.received
    assert receivers_own.header("OCN-Copy") is None


async def test_get_with_query_is_copied_whole(copying: Copying, service: Party) -> None:
    copying.permit(copying.msp, service, FORWARD_ALL)
    await copying.msp.call(copying.cpo, "GET", "/ocpi/sender/2.2.1/locations?limit=5&offset=10")
    (got,) = await copying.copies(service)
    assert got.url == f"{service.backend.url}/sender/locations?limit=5&offset=10"


async def test_nothing_is_copied_without_agreement_permission_or_of_custom_modules(copying: Copying) -> None:
    await post_cdr(copying)
    copying.permit(copying.cpo, copying.near, SESSIONS_RECEIVER, 99)
    await post_cdr(copying)
    copying.permit(copying.cpo, copying.near, FORWARD_ALL)
    await copying.cpo.call(copying.msp, "POST", "/ocpi/custom/receiver/nltnm-things/x", b"{}")
    assert await copying.stored() == []


async def test_the_receivers_agreement_permits_nothing_of_what_it_receives(copying: Copying) -> None:
    copying.permit(copying.msp, copying.near, FORWARD_ALL)
    await post_cdr(copying)
    assert await copying.stored() == []


async def test_revocation_ends_copies_with_the_next_message(copying: Copying, service: Party) -> None:
    copying.permit(copying.cpo, service, CDRS_RECEIVER)
    await post_cdr(copying)
    copying.revoke(copying.cpo, service)
    await post_cdr(copying)
    assert len(await copying.stored()) == 1
    assert await copying.copies(service) == []  # the first had not been sent yet
    (copy,) = await copying.stored()
    assert (copy.state, copy.attempts) == (CopyState.REVOKED, 0)


async def test_agreeing_again_gives_one_copy_of_each_message(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, CDRS_RECEIVER)
    copying.revoke(copying.cpo, copying.near)
    copying.permit(copying.cpo, copying.near, CDRS_RECEIVER, FORWARD_ALL)
    await post_cdr(copying)
    assert len(await copying.copies(copying.near)) == 1


async def test_a_service_that_is_the_receiver_gets_no_second_one(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, FORWARD_ALL)
    answer = await copying.cpo.call(copying.near, "POST", CDRS, CDR)
    assert answer.status == 200
    assert await copying.stored() == []


async def test_what_comes_from_another_node_is_not_copied_again(copying: Copying) -> None:
    copying.permit(copying.network.cpx, copying.near, FORWARD_ALL)
    await copying.network.cpx.call(copying.msp, "POST", CDRS, CDR)
    (copy,) = await copying.stored()  # both nodes share the database of the test: one copy, of node two
    assert copy.message.user == copying.network.cpx.id


async def test_several_services_get_envelopes_of_their_own(copying: Copying) -> None:
    for each in (copying.near, copying.far):
        copying.permit(copying.cpo, each, CDRS_RECEIVER)
    headers = copying.cpo.headers(copying.msp)
    lowered = {name.lower(): value for name, value in headers.items()}
    signed = sign(request_values(lowered, [], parse_json(CDR)), copying.cpo.key)
    await post_cdr(copying, OCN_Signature=encode(signed))
    for request in await copying.copies():
        text = request.header("OCN-Signature")
        assert text is not None
        seen = {name.lower(): value for name, value in request.headers.items()}
        verified = verify(decode(text), request_values(seen, [], parse_json(request.body)))
        assert verified.signatories[0] == copying.cpo.key.address
    assert len(copying.far.backend.received) == len(copying.near.backend.received) == 1


@pytest.mark.parametrize("signed", [False, True])
async def test_a_service_learns_no_address_it_could_call_back(
    copying: Copying, service: Party, *, signed: bool
) -> None:
    copying.permit(copying.msp, service, FORWARD_ALL)
    secret = "http://msp.test/results/secret-7"
    body = json.dumps({"response_url": secret, "token": {"uid": "1"}}).encode()
    more = {}
    if signed:
        lowered = {name.lower(): value for name, value in copying.msp.headers(copying.cpo).items()}
        more["OCN_Signature"] = encode(sign(request_values(lowered, [], parse_json(body)), copying.msp.key))
    answer = await copying.msp.call(copying.cpo, "POST", START, body, **more)
    assert answer.json["status_code"] == 1000
    (got,) = await copying.copies(service)
    minted = json.loads(copying.cpo.backend.received[0].body)["response_url"]
    shown = json.loads(got.body)["response_url"]
    assert shown.startswith("http://")
    assert shown != minted
    text = got.header("OCN-Signature")
    assert (text is not None) is signed
    if text is not None:
        seen = {name.lower(): value for name, value in got.headers.items()}
        envelope = decode(text)
        verify(envelope, request_values(seen, [], parse_json(got.body)))
        assert all(secret not in str(rewrite.rewritten_fields) for rewrite in envelope.rewrites)
    node = service.node
    called = await service.call(copying.msp, "POST", shown.removeprefix(node.url), b'{"result":"ACCEPTED"}')
    assert called.status != 200 or called.json["status_code"] != 1000
    assert copying.msp.backend.received == []


async def test_the_result_of_a_command_is_copied_under_an_id_that_leads_nowhere(copying: Copying) -> None:
    body = json.dumps({"response_url": "http://msp.test/results/7"}).encode()
    await copying.msp.call(copying.cpo, "POST", START, body)
    link = json.loads(copying.cpo.backend.received[0].body)["response_url"]
    copying.permit(copying.cpo, copying.near, FORWARD_ALL)
    answer = await copying.cpo.call(copying.msp, "POST", link, b'{"result":"ACCEPTED"}')
    assert answer.json["status_code"] == 1000
    (got,) = await copying.copies(copying.near)
    assert got.url.startswith(f"{copying.near.backend.url}/sender/commands/START_SESSION/")
    assert link.rpartition("/")[2] not in got.url


async def test_a_page_that_is_followed_is_not_copied(copying: Copying) -> None:
    copying.cpo.backend.set(
        "GET", "/sender/locations", [], link='<http://cpo.test/sender/locations?offset=1>; rel="next"'
    )
    first = await copying.msp.call(copying.cpo, "GET", "/ocpi/sender/2.2.1/locations")
    link = first.header("link")
    assert link is not None
    copying.permit(copying.msp, copying.near, FORWARD_ALL)
    await copying.msp.call(copying.cpo, "GET", link.split(">")[0][1:])
    assert await copying.stored() == []


async def test_a_party_cannot_pass_a_message_off_as_a_copy(copying: Copying) -> None:
    await post_cdr(copying, OCN_Copy="request", OCN_Copy_Receiver="XX XXX")
    (got,) = copying.msp.backend.received
    assert (got.header("OCN-Copy"), got.header("OCN-Copy-Receiver")) == (None, None)


async def test_a_copy_is_stored_though_the_receiver_fails(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, CDRS_RECEIVER)
    answer = await copying.cpo.call(PartyId("FR", "NOO"), "POST", CDRS, CDR)
    assert answer.json["status_code"] == 4001
    assert await copying.stored() == []  # refused before it had a way
    copying.msp.backend.set("POST", "/receiver/cdrs", b"", status=500)
    await copying.cpo.call(copying.msp, "POST", CDRS, CDR)
    assert len(await copying.copies(copying.near)) == 1


async def test_a_failing_copy_is_tried_again_in_order_and_holds_up_no_other(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, FORWARD_ALL)
    backend, tries = copying.near.backend, []
    handle = backend.handle

    def failing(request: Request) -> Any:
        tries.append(request.body)
        broken = request.body.startswith(b"1") and tries.count(request.body) < 4
        backend.set("PUT", request.url.removeprefix(backend.url), b"", status=500 if broken else 200)
        return handle(request)

    backend.handle = failing  # type: ignore[method-assign]  # the fake is told anew
    for body in (b"1", b"2", b"3"):
        await copying.cpo.call(copying.msp, "PUT", SESSION, body)
    await copying.cpo.call(copying.msp, "PUT", f"{SESSION}1", b"other")
    await copying.copies(copying.near)
    assert [body for body in tries if body != b"other"] == [b"1", b"1", b"1", b"1", b"2", b"3"]
    assert tries.index(b"other") < 2
    assert {copy.state for copy in await copying.stored()} == {CopyState.DELIVERED}


async def test_a_copy_the_service_refuses_is_not_sent_again(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, FORWARD_ALL)
    answer = {"status_code": 2001, "status_message": "no price", "timestamp": "2026-01-01T00:00:00Z"}
    copying.near.backend.set("POST", "/receiver/cdrs", json.dumps(answer).encode())
    await post_cdr(copying)
    assert len(await copying.copies(copying.near)) == 1
    (copy,) = await copying.stored()
    assert (copy.state, copy.problem) == (CopyState.REFUSED, "answered HTTP 200, OCPI 2001: no price")


async def test_a_module_that_the_service_does_not_offer_is_refused_at_once(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, FORWARD_ALL)
    node = copying.network.one
    platform = node.members.by_party(copying.near.id)
    assert platform is not None
    endpoints = {place: url for place, url in platform.endpoints.items() if place[0] != "cdrs"}
    await node.store.register(replace(platform, endpoints=endpoints), replaces=platform)
    await node.members.refresh()
    await post_cdr(copying)
    assert await copying.copies(copying.near) == []
    assert [copy.state for copy in await copying.stored()] == [CopyState.REFUSED]


async def test_a_copy_too_old_is_parked_after_one_more_attempt(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, FORWARD_ALL)
    del copying.network.world.backends[copying.near.backend.url]
    for _ in range(3):
        await post_cdr(copying)
    await copying.cpo.call(copying.msp, "PUT", SESSION, b"{}")
    copying.network.world.clock.advance(timedelta(days=4))
    await copying.courier(copying.network.one, copying.near).run()
    copies = await copying.stored()
    assert {copy.state for copy in copies} == {CopyState.PARKED}
    assert sum(copy.attempts for copy in copies) == 1


async def admin(node: Node, method: str, path: str) -> Any:
    answer = await node.call(method, f"/admin/copies{path}", {"Authorization": "Token admin"})
    assert answer.status == 200, answer.body
    return answer.json


async def test_the_operator_sees_cancels_and_retries_copies(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, FORWARD_ALL)
    node = copying.network.one
    for _ in range(3):
        await post_cdr(copying)
    listed = await admin(node, "GET", "?service=DE*BIL&state=waiting&sender=DE*CPO")
    assert [copy["module"] for copy in listed] == ["cdrs"] * 3
    first, second, _ = (copy["id"] for copy in listed)
    assert len(await admin(node, "GET", f"?after={first}&limit=1")) == 1
    assert "body" not in await admin(node, "GET", f"/{first}")
    assert (await admin(node, "GET", f"/{first}?body=true"))["body"] == CDR.decode()
    assert await admin(node, "DELETE", f"/{second}") == {"changed": 1}
    counts = await admin(node, "GET", "/counts")
    assert (counts["waiting"], counts["cancelled"], counts["oldest_waiting_seconds"]) == (2, 1, 0.0)
    copying.network.world.clock.advance(timedelta(days=4))
    gone = copying.network.world.backends.pop(copying.near.backend.url)
    await copying.courier(node, copying.near).run()
    assert (await admin(node, "GET", "/counts"))["parked"] == 2
    copying.network.world.backends[gone.url] = gone
    assert await admin(node, "POST", f"/{first}/retry") == {"changed": 1}
    assert len(await copying.copies(copying.near)) == 1
    assert await admin(node, "DELETE", "?service=DE*BIL") == {"changed": 1}


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", ""), ("POST", "/retry"), ("GET", "?state=odd"), ("GET", "?after=x")]
)
async def test_the_operator_must_say_which_copies(copying: Copying, method: str, path: str) -> None:
    answer = await copying.network.one.call(method, f"/admin/copies{path}", {"Authorization": "Token admin"})
    assert answer.status == 400


async def test_copies_are_behind_the_admin_key(copying: Copying) -> None:
    assert (await copying.network.one.call("GET", "/admin/copies")).status == 401


@pytest.mark.parametrize("chosen", [True, False])
async def test_answers_are_copied_to_services_that_the_operator_names(
    copying: Copying, service: Party, *, chosen: bool
) -> None:
    node = copying.network.one
    copying.permit(copying.cpo, service, FORWARD_ALL)
    forwarding = node.app._pipeline._forwarding
    assert isinstance(forwarding, CopyingForwarding)
    forwarding._responses_to = frozenset({service.id} if chosen else ())
    members = service.node.members
    platform = members.by_party(service.id)
    assert platform is not None
    offered = {("ocn-responses", InterfaceRole.RECEIVER): f"{service.backend.url}/responses"}
    changed = replace(platform, endpoints={**platform.endpoints, **offered})
    await service.node.store.register(changed, replaces=platform)
    await members.refresh()
    copying.cpo.backend.set("GET", "/sender/locations/L1", {"id": "L1", "x": 1.5})
    answer = await copying.msp.call(copying.cpo, "GET", "/ocpi/sender/2.2.1/locations/L1")
    got = await copying.copies(service)
    assert len(got) == chosen
    for request in got:
        assert (request.method, request.body) == ("POST", answer.body)
        assert request.url == f"{service.backend.url}/responses/GET/sender/2.2.1/locations/L1"
        assert (request.header("OCN-Copy"), request.header("OCN-Copy-Receiver")) == ("response", "DE MSP")
        assert request.header("OCPI-from-party-id") == "CPO"
        seen = {name.lower(): value for name, value in request.headers.items()}
        verified = verify(decode(seen["ocn-signature"]), request_values(seen, [], parse_json(request.body)))
        assert verified.signatories == (node.key.address,)


async def test_a_service_that_a_broadcast_is_for_gets_it_once(copying: Copying, service: Party) -> None:
    network = copying.network
    copying.permit(copying.cpo, service, FORWARD_ALL)
    hub = PartyId("CH", "OCN")
    await copying.cpo.call(hub, "PUT", "/ocpi/receiver/2.2.1/tariffs/DE/CPO/T1", b'{"id":"T1"}')
    await network.one.settled()
    await network.two.settled()
    (got,) = await copying.copies(service)
    assert got.header("OCN-Copy") is None


async def test_a_service_that_a_broadcast_is_not_for_gets_a_copy(copying: Copying, service: Party) -> None:
    network = copying.network
    copying.permit(copying.msp, service, FORWARD_ALL)  # tokens are for CPOs
    hub = PartyId("CH", "OCN")
    await copying.msp.call(hub, "PUT", "/ocpi/receiver/2.2.1/tokens/DE/MSP/T1", b'{"uid":"T1"}')
    await network.one.settled()
    await network.two.settled()
    (got,) = await copying.copies(service)
    assert got.header("OCN-Copy") == "request"


async def test_a_copy_of_another_version_names_the_driver_of_whom_the_original_was_for(
    copying: Copying,
) -> None:
    network = copying.network
    old = await network.world.join(network.one, "FR", "OLD", "CPO", "2.1.1")
    home = network.one
    copying.services.list_party(
        PartyListing(old.id, old.key.address, (Role.CPO,), Modules(), home.key.address, home.url)
    )
    copying.permit(old, copying.far, CDRS_RECEIVER)
    token = {"country_code": "DE", "party_id": "MSP", "uid": "T1", "type": "RFID", "contract_id": "DE-MSP-C1"}
    stored = {**token, "issuer": "M", "valid": True, "whitelist": "ALWAYS", "last_updated": AT}
    path = "/ocpi/receiver/2.2.1/tokens/DE/MSP/T1"
    await copying.msp.call(PartyId("CH", "OCN"), "PUT", path, json.dumps(stored).encode())
    await home.settled()
    bare = {"Authorization": f"Token {old.token}"}
    answer = await home.call("POST", "/ocpi/receiver/2.1.1/cdrs", bare, json.dumps(CDR_2_1_1).encode())
    assert answer.json["status_code"] == 1000
    async with asyncio.timeout(20):  # one that is refused is tried again for ever, since this clock stands
        (copy,) = await copying.copies(copying.far)
    assert json.loads(copy.body)["cdr_token"] == token


class NoWayAcross:
    """A service in whose version the copy cannot be written."""

    async def deliver(self, routed: Routed) -> Delivered:  # as the port names it
        raise ConversionRefused("2.1.1 has no credit CDR", "/credit")


async def test_a_copy_that_cannot_be_converted_waits_for_the_operator(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, CDRS_RECEIVER)
    await post_cdr(copying)
    await copying.courier(copying.network.one, copying.near, way=NoWayAcross()).run()
    (copy,) = await copying.stored()
    assert (copy.state, copy.attempts) == (CopyState.REFUSED, 1)
    assert "2.1.1 has no credit CDR" in (copy.problem or "")
