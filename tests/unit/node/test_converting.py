"""Messages between parties of different versions: converted both ways or refused, never sent as they are."""

import asyncio
import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.converting.known import MOST_BYTES_AT_ONCE, Lookups
from ocn.ocpi.party_id import PartyId

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Party
else:
    Network = Party = object

PRICE_2_2_1 = {"excl_vat": 8.50, "incl_vat": 9.35}
PRICE_2_3_0 = {"before_taxes": 8.50, "taxes": [{"name": "VAT", "amount": 0.85}]}
AT = "2026-01-01T00:00:00Z"


def session(price: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "party_id": "CPX",
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
        "total_cost": price,
        "status": "ACTIVE",
        "last_updated": AT,
        **more,
    }


def tariff(**more: Any) -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "NEW",
        "id": "T1",
        "currency": "EUR",
        "tax_included": "NO",
        "elements": [{"price_components": [{"type": "ENERGY", "price": 0.25, "step_size": 1}]}],
        "last_updated": AT,
        **more,
    }


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


async def newer(network: Network, role: str = "EMSP") -> Party:
    """A party on 2.3.0 behind node one; ``station`` is the CPO on 2.2.1, here or behind node two."""
    return await network.world.join(network.one, "DE", "NEW", role, "2.3.0")


async def policy(network: Network, party: Party, wanted: dict[str, Any] | None) -> dict[str, Any]:
    admin = {"Authorization": "Token admin"}
    path = f"/admin/parties/{party.id.country_code}/{party.id.party_id}"
    platform = (await network.one.call("GET", path, admin)).json["id"]
    method, sent = ("DELETE", b"") if wanted is None else ("PUT", body(wanted))
    answer = await network.one.call(method, f"/admin/platforms/{platform}/conversion", admin, sent)
    assert answer.status == 200, answer.body
    shown: dict[str, Any] = answer.json
    return shown


async def reports(network: Network) -> list[dict[str, Any]]:
    answer = await network.one.call("GET", "/admin/conversions", {"Authorization": "Token admin"})
    found: list[dict[str, Any]] = answer.json
    return found


async def test_a_session_reaches_the_newer_party_in_its_version(network: Network, station: Party) -> None:
    msp = await newer(network)
    answer = await station.call(
        msp, "PUT", "/ocpi/receiver/2.2.1/sessions/NL/CPX/S1", body(session(PRICE_2_2_1))
    )
    assert answer.json["status_code"] == 1000
    (got,) = msp.backend.received
    assert got.url == "http://new.test/receiver/sessions/NL/CPX/S1"
    assert json.loads(got.body) == session(PRICE_2_3_0)
    assert b"8.50" in got.body or b"8.5," in got.body
    assert answer.header("ocn-conversion") == "2.2.1->2.3.0"


async def test_a_page_of_the_older_party_reaches_the_newer_one_converted_with_its_links(
    network: Network, station: Party
) -> None:
    msp = await newer(network)
    page = f"{station.backend.url}/next?cursor=1"
    station.backend.set(
        "GET",
        "/sender/sessions?date_from=x",
        [session(PRICE_2_2_1), session(PRICE_2_2_1, id="S2")],
        link=f'<{page}>; rel="next"',
        x_total_count="3",
    )
    station.backend.set("GET", "/next?cursor=1", [session(PRICE_2_2_1, id="S3")])
    answer = await msp.call(station, "GET", "/ocpi/sender/2.3.0/sessions?date_from=x")
    assert answer.json["data"] == [session(PRICE_2_3_0), session(PRICE_2_3_0, id="S2")]
    assert answer.header("x-total-count") == "3"
    assert answer.header("ocn-conversion") == "2.3.0->2.2.1"
    link = (answer.header("link") or "")[1:].partition(">")[0]
    assert link.startswith(f"{network.one.url}/ocpi/sender/2.3.0/sessions/page/")
    following = await msp.call(station, "GET", link)
    assert following.json["data"] == [session(PRICE_2_3_0, id="S3")]


async def test_what_one_object_of_a_page_loses_is_reported_and_told_in_the_header(network: Network) -> None:
    cpo = await newer(network, "CPO")
    cpo.backend.set("GET", "/sender/tariffs", [tariff(), tariff(id="T2", tax_included="YES")])
    answer = await network.msp.call(cpo, "GET", "/ocpi/sender/2.2.1/tariffs")
    assert [each["id"] for each in answer.json["data"]] == ["T1"]
    assert "tax_included" not in answer.json["data"][0]
    assert "dropped=1" in (answer.header("ocn-conversion") or "")
    (report,) = await reports(network)
    assert (report["source"], report["target"], report["refused"]) == ("2.2.1", "2.3.0", None)
    assert report["changes"][0]["pointer"] == "/data/1"


async def test_a_patch_of_money_is_converted_alone(network: Network, station: Party) -> None:
    msp = await newer(network)
    patch = {"total_cost": PRICE_2_2_1, "last_updated": AT}
    await station.call(msp, "PATCH", "/ocpi/receiver/2.2.1/sessions/NL/CPX/S1", body(patch))
    (got,) = msp.backend.received
    assert got.method == "PATCH"
    assert json.loads(got.body) == {"total_cost": PRICE_2_3_0, "last_updated": AT}


async def test_a_patch_that_needs_the_whole_object_becomes_get_and_put(network: Network) -> None:
    cpo, path = await newer(network, "CPO"), "/receiver/locations/DE/NEW/L1"
    stored = {
        "country_code": "DE",
        "party_id": "NEW",
        "id": "L1",
        "name": "old",
        "publish": True,
        "coordinates": {"latitude": "50.770774", "longitude": "-126.104965"},
        "last_updated": AT,
    }
    network.msp.backend.set("GET", path, stored)
    patch = {"help_phone": "+49", "name": "new", "last_updated": "2026-02-01T00:00:00Z"}
    answer = await cpo.call(network.msp, "PATCH", "/ocpi/receiver/2.3.0/locations/DE/NEW/L1", body(patch))
    assert answer.json["status_code"] == 1000
    got, put = network.msp.backend.received
    assert (got.method, got.body, put.method) == ("GET", b"", "PUT")
    assert json.loads(put.body) == {**stored, "name": "new", "last_updated": "2026-02-01T00:00:00Z"}
    assert "dropped=1" in (answer.header("ocn-conversion") or "")


async def test_a_patch_of_an_object_the_receiver_lacks_answers_404(network: Network) -> None:
    cpo = await newer(network, "CPO")
    network.msp.backend.set("GET", "/receiver/locations/DE/NEW/L1", b'{"status_code":2003}', status=404)
    patch = body({"help_phone": "+49", "last_updated": AT})
    answer = await cpo.call(network.msp, "PATCH", "/ocpi/receiver/2.3.0/locations/DE/NEW/L1", patch)
    assert (answer.status, answer.json["status_code"]) == (404, 2003)
    assert [request.method for request in network.msp.backend.received] == ["GET"]


async def test_d8_a_dangerous_conversion_is_refused_and_nothing_is_sent(network: Network) -> None:
    cpo, path = await newer(network, "CPO"), "/ocpi/receiver/2.3.0/tariffs/DE/NEW/T1"
    sent = tariff(tax_included="YES")
    answer = await cpo.call(network.msp, "PUT", path, body(sent))
    assert (answer.status, answer.json["status_code"]) == (200, 4000)
    assert "tax" in answer.json["status_message"]
    assert network.msp.backend.received == []
    (report,) = await reports(network)
    assert report["refused"]
    assert (report["from"], report["to"], report["module"]) == ("DE NEW", "DE MSP", "tariffs")


async def test_what_the_operator_allows_passes_and_is_reported(network: Network) -> None:
    cpo, path = await newer(network, "CPO"), "/ocpi/receiver/2.3.0/tariffs/DE/NEW/T1"
    component = {"type": "ENERGY", "price": 0.30, "vat": 19.0, "step_size": 1}
    sent = body(tariff(tax_included="YES", elements=[{"price_components": [component]}]))
    assert (await cpo.call(network.msp, "PUT", path, sent)).json["status_code"] == 4000
    shown = await policy(network, network.msp, {"policy": "ask", "allow": ["tariff:"]})
    assert shown == {"policy": "ask", "allow": ["tariff:"], "default": False, "strict": []}
    allowed = await cpo.call(network.msp, "PUT", path, sent)
    assert allowed.json["status_code"] == 1000
    (got,) = network.msp.backend.received
    assert "tax_included" not in json.loads(got.body)
    assert "meaning_changed" in (allowed.header("ocn-conversion") or "")
    assert (await policy(network, network.msp, None))["default"] is True
    assert (await cpo.call(network.msp, "PUT", path, sent)).json["status_code"] == 4000


@pytest.mark.parametrize(
    "sent", [b"", b"[]", b"{", b'"x"', b"[" * 50_000, b'{"a":' * 50_000, b"\xff\xfe", b"{}\x00"]
)
async def test_a_body_that_cannot_be_converted_is_never_sent_as_it_is(network: Network, sent: bytes) -> None:
    cpo = await newer(network, "CPO")
    answer = await cpo.call(network.msp, "PUT", "/ocpi/receiver/2.3.0/tariffs/DE/NEW/T1", sent)
    if sent:
        assert answer.json["status_code"] in {2001, 4000}
        assert network.msp.backend.received == []


@pytest.mark.parametrize("data", [[1], [], [{"id": "L1"}]])
async def test_an_answer_that_cannot_be_converted_is_never_passed_on(network: Network, data: Any) -> None:
    cpo = await newer(network, "CPO")
    cpo.backend.set("GET", "/sender/tokens", {"id": "no list"})
    answer = await network.msp.call(cpo, "GET", "/ocpi/sender/2.2.1/tokens")
    assert answer.json["status_code"] == 4000
    assert "was delivered" in answer.json["status_message"]
    assert "data" not in answer.json
    cpo.backend.set("GET", "/sender/locations/L1", data)
    answer = await network.msp.call(cpo, "GET", "/ocpi/sender/2.2.1/locations/L1")
    assert answer.json.get("data") in (None, [])


async def test_error_4000_of_a_converted_message_is_3000_towards_2_2(network: Network) -> None:
    old = await network.world.join(network.one, "DE", "TWO", "CPO", "2.2")
    msp = await newer(network)
    msp.backend.set("PUT", "/receiver/tariffs/DE/TWO/T1", b'{"status_code":4000}')
    sent = tariff(party_id="TWO")
    del sent["tax_included"]
    answer = await old.call(msp, "PUT", "/ocpi/receiver/2.2/tariffs/DE/TWO/T1", body(sent))
    assert answer.json["status_code"] == 3000


@pytest.mark.parametrize("module", ["payments/terminals", "bookings", "invoicereconciliation"])
async def test_a_module_that_the_receivers_version_lacks_answers_4001(network: Network, module: str) -> None:
    network.cpo.backend.modules.append(module.partition("/")[0])
    again = {
        "token": network.cpo.backend.token,
        "url": f"{network.cpo.backend.url}/versions",
        "roles": [
            {"role": "CPO", "party_id": "CPO", "country_code": "DE", "business_details": {"name": "x"}}
        ],
    }
    auth = {"Authorization": f"Token {network.cpo.token}"}
    await network.one.call("PUT", "/ocpi/2.2.1/credentials", auth, body(again))
    msp = await newer(network)
    answer = await msp.call(network.cpo, "GET", f"/ocpi/sender/2.3.0/{module}")
    assert (answer.status, answer.json["status_code"]) == (200, 4001)
    assert "2.2.1" in answer.json["status_message"]
    assert network.cpo.backend.received == []


async def test_modules_of_2_3_0_pass_between_parties_of_2_3_0_untouched(network: Network) -> None:
    cpo, path = await newer(network, "CPO"), "/receiver/bookings/DE/NEW/B1"
    msp = await network.world.join(network.two, "FR", "MSQ", "EMSP", "2.3.0")
    for party in (cpo, msp):
        party.backend.modules.append("Booking")
        role = {"role": "CPO" if party is cpo else "EMSP", "business_details": {"name": "x"}}
        codes = {"party_id": party.id.party_id, "country_code": party.id.country_code}
        again = {"token": "token-b", "url": f"{party.backend.url}/versions", "roles": [{**role, **codes}]}
        auth = {"Authorization": f"Token {party.token}"}
        put = await party.node.call("PUT", "/ocpi/2.3.0/credentials", auth, body(again))
        party.token = put.json["data"]["token"]
    sent = b'{ "id":"B1", "odd" : 1.10}'
    answer = await cpo.call(msp, "PUT", f"/ocpi{path.replace('/receiver', '/receiver/2.3.0')}", sent)
    assert answer.json["status_code"] == 1000
    (got,) = msp.backend.received
    assert got.body == sent
    assert answer.header("ocn-conversion") is None


async def test_a_platform_that_demands_signatures_gets_nothing_converted(network: Network) -> None:
    msp = await newer(network)
    auth = {"Authorization": f"Token {msp.token}"}
    await network.one.call("PUT", "/ocpi/receiver/2.3.0/ocnrules/signatures", auth)
    path = "/ocpi/receiver/2.2.1/sessions/DE/CPO/S1"
    answer = await network.cpo.call(msp, "PUT", path, body(session(PRICE_2_2_1)))
    assert answer.json["status_code"] == 2001
    asked = await msp.call(network.cpo, "GET", "/ocpi/sender/2.3.0/locations")
    assert asked.json["status_code"] == 4000
    assert "signed" in asked.json["status_message"]
    assert network.cpo.backend.received == []


async def test_a_platform_cannot_say_that_its_answer_was_converted(network: Network) -> None:
    network.cpo.backend.set("GET", "/sender/locations", [], ocn_conversion="2.3.0->2.2.1")
    answer = await network.msp.call(network.cpo, "GET", "/ocpi/sender/2.2.1/locations")
    assert answer.header("ocn-conversion") is None


async def test_report_on_a_broadcast_names_the_party_for_which_it_was_converted(network: Network) -> None:
    cpo = await newer(network, "CPO")
    answer = await cpo.call(
        PartyId("CH", "OCN"),
        "PUT",
        "/ocpi/receiver/2.3.0/tariffs/DE/NEW/T1",
        body(tariff(tax_included="YES")),
    )
    assert answer.json["status_code"] == 1000
    await network.one.settled()
    assert network.msp.backend.received == []
    (report,) = await reports(network)
    assert (report["from"], report["to"]) == ("DE NEW", "DE MSP")
    assert report["refused"]


@pytest.mark.parametrize(("size", "aside"), [(1, False), (MOST_BYTES_AT_ONCE + 1, True)])
async def test_large_conversion_holds_up_no_other_message(size: int, aside: bool) -> None:
    now, large = datetime(2026, 1, 1, tzinfo=UTC), asyncio.Lock()
    lookups = Lookups(None, PartyId("DE", "MSP"), token_uid=None, now=now, large=large)
    thread = await lookups.attempt(lambda _: threading.get_ident(), size=size)
    assert (thread != threading.get_ident()) is aside
